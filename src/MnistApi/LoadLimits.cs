namespace MnistApi;

/// <summary>How much the service takes on at once; the section <c>Limits</c> of the settings, beside <see cref="MnistModel.ImageLimits"/>.</summary>
internal sealed record LoadLimits
{
    /// <summary>How many requests compute at once, at least 1; the default is the number of processors.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>How many more wait for their turn, at least 0; any beyond get 429 at once. The default is 32 per processor.</summary>
    public int Queue { get; init; } = 32 * Environment.ProcessorCount;
}
