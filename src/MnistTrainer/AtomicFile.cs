namespace MnistTrainer;

/// <summary>Files that are there whole or not at all: written to a temporary name beside the target, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file; its folder is created where it is missing.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="write">Writes the content to a path in the same folder.</param>
    public static void Write(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            write(temporary);
            File.Move(temporary, full, overwrite: true);
        }
        finally
        {
            File.Delete(temporary); // does nothing after the move
        }
    }

    /// <summary>Writes bytes.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="bytes">The whole content.</param>
    public static void Write(string path, byte[] bytes) => Write(path, temporary => File.WriteAllBytes(temporary, bytes));
}
