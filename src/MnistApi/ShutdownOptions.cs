namespace MnistApi;

/// <summary>The settings under <c>Shutdown</c>.</summary>
internal sealed record ShutdownOptions
{
    /// <summary>
    /// How long the service goes on taking requests after SIGTERM, while it already says that it isn't ready.
    /// The default is 0; the container image sets 5 seconds.
    /// </summary>
    public double GraceSeconds { get; init; }

    /// <summary>How long requests in flight may take after that before they are cut off; the default is 20 seconds.</summary>
    public double TimeoutSeconds { get; init; } = 20;
}
