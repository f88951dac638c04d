using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ICSharpCode.SharpZipLib.Lzw;

namespace MnistTrainer.Data;

/// <summary>
/// The pen strokes of UCI's pen digits, drawn with a stylus on a tablet: a training part of 7,494 digits by 30 writers, and a test part by 14 others.
/// Read from <c>strokes.txt</c> (one digit a line) or from the archive's own UNIPEN files.
/// </summary>
public static partial class StrokeDataset
{
    /// <summary>One digit a line: label, <c>digit_writer_sample</c>, part (<c>tra</c> or <c>tes</c>), strokes, separated by tabs; strokes by <c>;</c>, points by a space, <c>x,y</c> with y up.</summary>
    public const string FileName = "strokes.txt";

    /// <summary>The archive's UNIPEN file of the training part.</summary>
    public const string UnipenFileName = "pendigits-orig." + TrainingPart;

    private const string TrainingPart = "tra", TestPart = "tes";

    private const string TestUnipenFileName = "pendigits-orig." + TestPart;

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit =
        "Pen strokes: E. Alpaydin and F. Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI Machine Learning Repository, 1996, CC BY 4.0";

    /// <summary>SHA-256 of what counts, <see cref="Hash"/>, whichever file it was read from.</summary>
    public const string Sha256 = "d51df2cab17e85da9e771f1fd83903c2cc8a4f3bfad24a6d2fe090c8ea4f25eb";

    /// <summary>UCI's archive of the data set.</summary>
    public static readonly Uri Archive = new("https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip");

    /// <summary>The digits of both parts.</summary>
    /// <param name="folder">Holds <see cref="FileName"/>, or the archive's files as they are or with the ending .Z.</param>
    /// <returns>Either may be empty, not both. The test part isn't verified.</returns>
    /// <exception cref="FileNotFoundException">The folder holds neither part; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">A file isn't the one expected: a line can't be read, or the training part's SHA-256 differs.</exception>
    public static (IReadOnlyList<WrittenDigit> Training, IReadOnlyList<WrittenDigit> Test) LoadParts(string folder)
    {
        var (training, test) = (Read(folder, TrainingPart, UnipenFileName), Read(folder, TestPart, TestUnipenFileName));
        if (training.Count == 0 && test.Count == 0)
            throw new FileNotFoundException($"There are no pen strokes in '{folder}': neither {FileName} nor {UnipenFileName}. Run '{Download(folder)}', or name the folder with --strokes.");
        if (training.Count > 0 && Hash(training) != Sha256)
            throw new InvalidDataException($"The strokes in '{folder}' aren't those of UCI's pen digits: their SHA-256 differs. Delete the file and run '{Download(folder)}'.");
        return (training, test);
    }

    /// <summary>The digits of the training part.</summary>
    /// <param name="folder">As for <see cref="LoadParts"/>.</param>
    /// <exception cref="FileNotFoundException">The folder doesn't hold them.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="LoadParts"/>.</exception>
    public static IReadOnlyList<WrittenDigit> Load(string folder) => LoadParts(folder).Training is { Count: > 0 } digits
        ? digits
        : throw new FileNotFoundException($"'{folder}' has the pen strokes' test part alone, from which nothing learns. Name a folder that has the training part.");

    /// <summary>Fetches UCI's archive, takes both parts out of it and verifies the training part; does nothing where the folder has that.</summary>
    /// <param name="folder">Gets <see cref="UnipenFileName"/>.Z, and the test part's file beside it; created where it is missing.</param>
    /// <param name="archive">Address of the archive, <see cref="Archive"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops the download; no half file remains.</param>
    /// <returns>Whether anything had to be fetched.</returns>
    /// <exception cref="IOException">The server doesn't give the right file.</exception>
    public static async Task<bool> DownloadAsync(string folder, Uri archive, Action<string, long, long?> progress, CancellationToken cancellation)
    {
        if (new[] { FileName, UnipenFileName, UnipenFileName + ".Z" }.Any(name => File.Exists(Path.Combine(folder, name))))
            return false;

        try
        {
            using var client = new HttpClient();
            var bytes = await MnistDataset.FetchAsync(client, archive, (done, all) => progress("pen strokes", done, all), cancellation);
            using var zip = new ZipArchive(new MemoryStream(bytes));
            var training = Take(UnipenFileName) ?? throw new InvalidDataException($"The archive has no {UnipenFileName}.Z.");
            if (Hash(training.Digits) != Sha256)
                throw new InvalidDataException("The SHA-256 of its strokes differs.");
            if (Take(TestUnipenFileName) is { } test)
                AtomicFile.Write(Path.Combine(folder, TestUnipenFileName + ".Z"), test.Packed);
            AtomicFile.Write(Path.Combine(folder, UnipenFileName + ".Z"), training.Packed); // last: with it the folder has everything
            return true;

            (byte[] Packed, IReadOnlyList<WrittenDigit> Digits)? Take(string name)
            {
                if (zip.GetEntry(name + ".Z") is not { } entry)
                    return null;

                using var content = new MemoryStream();
                using (var stream = entry.Open())
                    stream.CopyTo(content);
                content.Position = 0;
                return (content.ToArray(), ParseUnipen(Unpack(content, entry.Name), entry.Name));
            }
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
        {
            throw new IOException($"{archive.Host} doesn't give the pen strokes: {e.Message} Put {UnipenFileName}.Z of '{archive}' into '{folder}' yourself.", e);
        }
    }

    private static string Download(string folder) => $"MnistTrainer download --strokes \"{folder}\"";

    /// <summary>The digits of one part, from the lines where they have any, else from its UNIPEN file.</summary>
    private static IReadOnlyList<WrittenDigit> Read(string folder, string part, string unipenFileName)
    {
        var (lines, unipen, packed) = (Path.Combine(folder, FileName), Path.Combine(folder, unipenFileName), Path.Combine(folder, unipenFileName + ".Z"));
        return File.Exists(lines) && ParseLines(File.ReadAllText(lines), lines, part) is { Count: > 0 } digits ? digits
            : File.Exists(unipen) ? ParseUnipen(File.ReadAllText(unipen), unipen)
            : File.Exists(packed) ? ParseUnipen(Unpack(File.OpenRead(packed), Path.GetFileName(packed)), packed)
            : [];
    }

    /// <summary>Reads the digits of one part in strokes.txt.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <param name="part">The third field of its lines: <c>tra</c> or <c>tes</c>.</param>
    /// <exception cref="InvalidDataException">A line, of whichever part, can't be read; the message names it.</exception>
    public static IReadOnlyList<WrittenDigit> ParseLines(string text, string name, string part = TrainingPart)
    {
        var digits = new List<WrittenDigit>();
        foreach (var (index, line) in text.Split('\n').Select(line => line.TrimEnd('\r')).Index())
        {
            if (line.Length == 0)
                continue;

            try
            {
                var fields = line.Split('\t');
                var digit = Digit(fields[0], fields[1].Split('_')[1], fields[3].Split(';').Select(stroke => stroke.Split(' ').Select(point => point.Split(','))));
                if (fields[2] is not (TrainingPart or TestPart))
                    throw new FormatException();
                if (fields[2] == part)
                    digits.Add(digit);
            }
            catch (Exception e) when (e is IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException($"'{name}', line {index + 1}: expected label, digit_writer_sample, {TrainingPart} or {TestPart}, and strokes, separated by tabs. Correct the line, or delete it.", e);
            }
        }

        return digits;
    }

    /// <summary>Reads UNIPEN: segments that name the digit, a comment that names the writer, and points between pen down and pen up.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="InvalidDataException">A segment lacks its label, writer or strokes; the message names it.</exception>
    public static IReadOnlyList<WrittenDigit> ParseUnipen(string text, string name)
    {
        var digits = new List<WrittenDigit>();
        foreach (var (index, segment) in SegmentStart().Split(text).Skip(1).Index())
        {
            try
            {
                var (label, comment) = (Label().Match(segment), Comment().Match(segment));
                var strokes = Stroke().Matches(segment).Select(stroke => stroke.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(point => point.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
                digits.Add(Digit(label.Groups[1].Value, comment.Groups[1].Value, strokes));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException($"'{name}', segment {index + 1}: expected a label in quotation marks, '.COMMENT digit writer sample', and points between .PEN_DOWN and .PEN_UP. Take the file from the archive anew.", e);
            }
        }

        return digits;
    }

    /// <summary>SHA-256 over label, writer and points of all digits in order: the same for the same strokes, however they were stored.</summary>
    /// <param name="digits">As they were read.</param>
    public static string Hash(IReadOnlyList<WrittenDigit> digits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var digit in digits)
        {
            var strokes = string.Join(';', digit.Strokes.Select(stroke => string.Join(' ', stroke.Select(point => string.Create(CultureInfo.InvariantCulture, $"{(int)point.X},{-(int)point.Y}")))));
            hash.AppendData(Encoding.ASCII.GetBytes($"{digit.Label}\t{digit.Writer}\t{strokes}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static WrittenDigit Digit(string label, string writer, IEnumerable<IEnumerable<string[]>> strokes)
    {
        var points = strokes.Select(stroke => stroke.Select(point => new Vector2(Number(point[0]), -Number(point[1]))).ToArray()).ToArray(); // the tablet's y points up
        return points.Length > 0 && points.All(stroke => stroke.Length > 0) && Number(label) is >= 0 and <= 9 and var digit
            ? new WrittenDigit((byte)digit, Number(writer), points)
            : throw new FormatException();

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Decompresses what Unix' compress made (.Z).</summary>
    private static string Unpack(Stream packed, string name)
    {
        try
        {
            using var reader = new StreamReader(new LzwInputStream(packed), Encoding.ASCII);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is LzwException or IndexOutOfRangeException) // the latter from the library's tables, where the header asks for codes of no width
        {
            throw new InvalidDataException($"{name} is damaged: {e.Message}", e);
        }
    }

    [GeneratedRegex(@"^\s*\.SEGMENT\s+DIGIT\b", RegexOptions.Multiline)]
    private static partial Regex SegmentStart();

    [GeneratedRegex("\"(\\d)\"")]
    private static partial Regex Label();

    [GeneratedRegex(@"\.COMMENT\s+\d+\s+(\d+)\s+\d+")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\.PEN_DOWN\s+([^.]*)\.PEN_UP")]
    private static partial Regex Stroke();
}
