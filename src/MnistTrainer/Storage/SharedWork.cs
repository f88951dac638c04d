namespace MnistTrainer.Storage;

/// <summary>
/// Work in parts that several processes do together, on one machine or on many that share a folder: each takes the next part that nobody has. A part that two
/// have done is no harm, since both come to the same result.
/// </summary>
internal static class SharedWork
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    /// <summary>Does what is left, waits for what other processes have, and does it where they end without a result.</summary>
    /// <param name="left">Gives the parts that aren't done, in the order in which they are begun; which these are may depend on the results so far.</param>
    /// <param name="onBegin">Told of each part that this process does.</param>
    /// <param name="cancellation">Stops while it waits; parts stop by themselves.</param>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static void Do(Func<IReadOnlyList<WorkPart>> left, Action<WorkPart> onBegin, CancellationToken cancellation)
    {
        while (left() is { Count: > 0 } parts)
        {
            if (!parts.Any(DoneHere) && cancellation.WaitHandle.WaitOne(Patience))
                throw new OperationCanceledException(cancellation);
        }

        bool DoneHere(WorkPart part)
        {
            cancellation.ThrowIfCancellationRequested();
            using var held = FolderLock.TryTake(part.Folder, $".{part.Name}.lock");
            if (held is null)
                return false;

            if (!part.IsDone)
            {
                onBegin(part);
                part.Compute();
            }

            return true;
        }
    }
}

/// <summary>A part of shared work, whose result is one file of a <see cref="ResultCache"/>.</summary>
/// <param name="Folder">Of the result.</param>
/// <param name="Name">Of the file, without ending.</param>
/// <param name="Title">For people.</param>
/// <param name="Compute">Does it, and writes the result.</param>
internal sealed record WorkPart(string Folder, string Name, string Title, Action Compute)
{
    /// <summary>Whether the result is there.</summary>
    public bool IsDone => File.Exists(Path.Combine(Folder, Name + ".json"));
}
