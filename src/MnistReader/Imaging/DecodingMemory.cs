using System.Threading.RateLimiting;

namespace MnistReader.Imaging;

/// <summary>The memory that all pictures share while they are decoded: one waits until those before it have given back what it needs.</summary>
/// <param name="bytes">How much there is.</param>
internal sealed class DecodingMemory(long bytes) : IDisposable
{
    private const int Unit = 4096; // permits are counted in 32 bits

    private readonly ConcurrencyLimiter _units = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = (int)Math.Clamp(bytes / Unit, 1, int.MaxValue),
        QueueLimit = int.MaxValue,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>That of this process: half of what it may use, as the machine or its container's limit says; the other half is for all else.</summary>
    public static DecodingMemory Shared { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);

    /// <summary>Takes some of it, as soon as there is as much.</summary>
    /// <param name="need">In bytes; 0 never waits.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Gives it back when it is disposed; null for none.</returns>
    /// <exception cref="ImageException">It is more than there is in all.</exception>
    /// <exception cref="OperationCanceledException">The time was over first.</exception>
    public IDisposable? Take(long need, CancellationToken cancellation)
    {
        if (need > bytes)
            throw new ImageException(ImageFault.TooLarge,
                $"This image takes {need / 1_000_000:N0} MB of memory to decode, and the service has {bytes / 1_000_000:N0} MB for it. " +
                "Send it smaller, or as a PNG that isn't interlaced.");

        if (need == 0)
            return null;

        var units = _units.AcquireAsync((int)(need / Unit), cancellation);
        return units.IsCompleted ? units.Result : units.AsTask().GetAwaiter().GetResult(); // decoding has a thread to itself anyway
    }

    /// <inheritdoc/>
    public void Dispose() => _units.Dispose();
}
