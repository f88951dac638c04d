using System.ComponentModel.DataAnnotations;

namespace MnistApi.Hosting;

/// <summary>The settings under <c>Shutdown</c>.</summary>
internal sealed record ShutdownOptions
{
    /// <summary>
    /// How long the service goes on taking requests after SIGTERM, while it already says that it isn't ready.
    /// From 0 to 3600; the default is 0, the container image sets 5 seconds.
    /// </summary>
    [Range(0.0, 3600)]
    public double GraceSeconds { get; init; }

    /// <summary>How long requests in flight may take after that before they are cut off, from 0 to 3600; the default is 20 seconds.</summary>
    [Range(0.0, 3600)]
    public double TimeoutSeconds { get; init; } = 20;
}
