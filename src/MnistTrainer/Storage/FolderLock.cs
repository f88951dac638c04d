namespace MnistTrainer.Storage;

/// <summary>Keeps other processes of this program from writing to a folder. The system releases it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; the folder is created where it is missing.</summary>
    /// <param name="folder">Path of the folder.</param>
    /// <exception cref="IOException">Another process has it, or the folder can't be written to.</exception>
    public static FolderLock Take(string folder) => TryTake(folder)
        ?? throw new IOException($"'{folder}' is in use by another process. Wait until it ends, or name another folder.");

    /// <summary>Takes the lock where it is free.</summary>
    /// <param name="folder">Path of the folder, which is created where it is missing.</param>
    /// <param name="name">Of the lock's file: a folder may have several.</param>
    /// <returns>Null where another process has it.</returns>
    public static FolderLock? TryTake(string folder, string name = ".lock")
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        const int most = 100; // owners that delete it just when it was found to be taken
        for (var attempt = 1; ; attempt++)
        {
            FileStream file;
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(path))
            {
                return null;
            }
            catch (IOException) when (attempt < most)
            {
                continue;
            }

            if (File.Exists(path))
                return new FolderLock(file);
            file.Dispose(); // its last owner deleted it between our opening and our locking it
        }
    }

    /// <summary>Takes the lock when it is free.</summary>
    /// <param name="folder">Path of the folder, which is created where it is missing.</param>
    /// <param name="name">Of the lock's file.</param>
    public static FolderLock Wait(string folder, string name = ".lock")
    {
        while (true)
        {
            if (TryTake(folder, name) is { } held)
                return held;
            Thread.Sleep(20);
        }
    }

    /// <summary>Releases the lock.</summary>
    public void Dispose() => _file.Dispose();
}
