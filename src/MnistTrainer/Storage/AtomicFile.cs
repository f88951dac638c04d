using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MnistTrainer.Storage;

/// <summary>
/// Files that are there whole or not at all, even after a power cut: written to a temporary name beside the target, flushed to the disk, then renamed.
/// </summary>
internal static partial class AtomicFile
{
    private const string Ending = ".tmp";

    /// <summary>Machines that share a folder may have processes of one number.</summary>
    private static readonly string Machine = Environment.MachineName + '-';

    /// <summary>Writes a file; its folder is created where it is missing. What a killed process left of the same target is removed.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="write">Writes the content to a path in the same folder.</param>
    public static void Write(string path, Action<string> write)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        RemoveLeftovers(folder, Path.GetFileName(full));
        var temporary = $"{full}.{Machine}{Environment.ProcessId}{Ending}";
        try
        {
            write(temporary);
            using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
                RandomAccess.FlushToDisk(file); // else the name could reach the disk before the content
            File.Move(temporary, full, overwrite: true);
            FlushFolder(folder);
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

    /// <summary>Makes sure that a file can be written, before the work that leads to it.</summary>
    /// <param name="path">The target; its folder is created where it is missing.</param>
    /// <exception cref="IOException">It is a folder, or its folder can't be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">Its folder is another's.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
            throw new IOException($"'{path}' is a folder. Name a file in it.");

        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Machine}{Environment.ProcessId}{Ending}";
        File.WriteAllBytes(temporary, []);
        File.Delete(temporary);
    }

    /// <summary>Removes the temporary files of processes that are no more.</summary>
    private static void RemoveLeftovers(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Ending))
        {
            var rest = Path.GetFileName(file).AsSpan();
            if (rest.StartsWith($"{name}.{Machine}", StringComparison.Ordinal)
                && int.TryParse(rest[(name.Length + 1 + Machine.Length)..^Ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && !IsRunning(process))
            {
                File.Delete(file);
            }
        }

        static bool IsRunning(int id)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                return true;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
    }

    /// <summary>Flushes a folder's list of names, where the system lets programs do so.</summary>
    private static void FlushFolder(string folder)
    {
        const int readOnly = 0;
        if (OperatingSystem.IsWindows() || Open(folder, readOnly) is not (>= 0 and var descriptor))
            return;

        _ = Flush(descriptor); // some file systems refuse it for folders
        _ = Close(descriptor);
    }

    // .NET opens no folders
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
