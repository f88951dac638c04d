using System.ComponentModel.DataAnnotations;

namespace MnistApi.Hosting.Limits;

/// <summary>How much the service takes on at once; the section <c>Limits</c> of the settings, beside <see cref="MnistReader.Imaging.ImageLimits"/>.</summary>
internal sealed record LoadLimits
{
    /// <summary>The most pictures, or images of a tensor, in one request: 256.</summary>
    public const int MostPictures = 256;

    /// <summary>How many requests compute at once, at least 1; the default is the number of processors.</summary>
    [Range(1, 1024)]
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>How many more wait in the queue, at least 0; any beyond get 429 at once. The default is 32 per processor.</summary>
    [Range(0, 1_000_000)]
    public int Queue { get; init; } = 32 * Environment.ProcessorCount;

    /// <summary>
    /// How many pictures or tensors a client may send for in a second, told by its address (IPv6: by its /64); more get 429.
    /// A second's worth may come at once. The default is 0: no limit.
    /// </summary>
    [Range(0, 1_000_000)]
    public int ClientRequestsPerSecond { get; init; }

    /// <summary>How long the headers of a request may take to arrive, in seconds; the default is 10.</summary>
    [Range(1, 3600)]
    public int HeaderSeconds { get; init; } = 10;

    /// <summary>How long a request may take from its headers to its answer, in seconds; the default is 30.</summary>
    [Range(1, 3600)]
    public int RequestSeconds { get; init; } = 30;
}
