using System.Diagnostics;
using System.Text;

namespace MnistApi.ReadFiles;

/// <summary>
/// Where the answers go: a line each to a file, which says by its ending whether that is JSON or CSV, or to standard output. A file is gone on with: what
/// stands in it is kept, but for a last line that was cut off. Dispose it to have all lines written.
/// </summary>
internal sealed class AnswerFile : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly StreamWriter _writer;
    private readonly Func<FileAnswer, string> _format;
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);
    private long _flushed = Stopwatch.GetTimestamp();

    private AnswerFile(Stream stream, Func<FileAnswer, string> format) =>
        (_writer, _format) = (new StreamWriter(stream, Utf8, bufferSize: 65_536) { NewLine = "\n" }, format);

    /// <summary>Standard output.</summary>
    /// <param name="format">A line for an answer.</param>
    /// <param name="header">The first line; null for none.</param>
    public static AnswerFile ToConsole(Func<FileAnswer, string> format, string? header)
    {
        var output = new AnswerFile(Console.OpenStandardOutput(), format);
        if (header is not null)
            output._writer.WriteLine(header);
        return output;
    }

    /// <summary>Opens a file for this process alone.</summary>
    /// <param name="path">Ends in <c>.jsonl</c> or <c>.csv</c>; what is missing of its folders is made.</param>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    /// <exception cref="IOException">It can't be written, or another process does.</exception>
    public static AnswerFile Open(string path)
    {
        var isCsv = IsCsv(path);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var file = new AnswerFile(stream, isCsv ? answer => answer.ToCsv() : answer => answer.ToJson());
        try
        {
            CutOffLastLine(stream);
            file.ReadNames(stream, path, isCsv);
            if (isCsv && stream.Length == 0)
                file._writer.WriteLine(FileAnswer.CsvHeader);
            return file;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file of this name is CSV; false for JSON, null for neither.</summary>
    public static bool? FormOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => true,
        ".JSONL" => false,
        _ => null,
    };

    /// <summary>Whether a file of this name is CSV.</summary>
    public static bool IsCsv(string path) => FormOf(path) == true;

    /// <summary>Whether there is an answer of this file already.</summary>
    public bool Holds(string file) => _done.Contains(file);

    /// <summary>Writes an answer; it is on the disk, or at who reads standard output, a second later at most where others follow.</summary>
    public void Write(FileAnswer answer)
    {
        _writer.WriteLine(_format(answer));
        if (Stopwatch.GetElapsedTime(_flushed).TotalSeconds < 1)
            return;

        _writer.Flush();
        _flushed = Stopwatch.GetTimestamp();
    }

    /// <summary>Writes what is left.</summary>
    public void Dispose() => _writer.Dispose();

    // of a process that was killed
    private static void CutOffLastLine(FileStream stream)
    {
        for (var end = stream.Length; ; end--)
        {
            stream.Position = Math.Max(0, end - 1);
            if (end > 0 && stream.ReadByte() != '\n')
                continue;

            stream.SetLength(end);
            stream.Position = 0;
            return;
        }
    }

    private void ReadNames(FileStream stream, string path, bool isCsv)
    {
        using var reader = new StreamReader(stream, Utf8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (isCsv && number == 1)
            {
                if (line != FileAnswer.CsvHeader)
                    throw new InvalidDataException($"'{path}' holds something else: its first line isn't '{FileAnswer.CsvHeader}'. Name another file.");
                continue;
            }

            try
            {
                _done.Add(FileAnswer.FileOf(line, isCsv));
            }
            catch (FormatException e)
            {
                throw new InvalidDataException($"'{path}' holds something else in line {number}. {e.Message} Name another file.", e);
            }
        }
    }
}
