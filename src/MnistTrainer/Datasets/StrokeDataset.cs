using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ICSharpCode.SharpZipLib.Lzw;
using MnistTrainer.Storage;

namespace MnistTrainer.Datasets;

/// <summary>
/// The pen strokes of UCI's pen digits, drawn with a stylus on a tablet: a training part of 7,494 digits by 30 writers, and a test part by 14 others.
/// Read from <c>strokes.txt</c> (one digit a line) or from the archive's own UNIPEN files.
/// </summary>
internal static partial class StrokeDataset
{
    /// <summary>
    /// One digit a line: label, <c>digit_writer_sample</c>, part (<c>tra</c> or <c>tes</c>), strokes, separated by tabs; strokes by <c>;</c>, points by a
    /// space, <c>x,y</c> with y up.
    /// </summary>
    public const string FileName = "strokes.txt";

    /// <summary>The archive's UNIPEN file of the training part.</summary>
    public const string UnipenFileName = UnipenPrefix + TrainingPart;

    private const string UnipenPrefix = "pendigits-orig.", TrainingPart = "tra", TestPart = "tes";

    /// <summary>Digits of the archive's test part (UCI's description of the data set).</summary>
    private const int TestDigits = 3_498;

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit =
        "Pen strokes: E. Alpaydin and F. Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI Machine Learning Repository, 1996, CC BY 4.0";

    /// <summary>SHA-256 of what counts, <see cref="Hash"/>, whichever file it was read from.</summary>
    public const string Sha256 = "d51df2cab17e85da9e771f1fd83903c2cc8a4f3bfad24a6d2fe090c8ea4f25eb";

    /// <summary>UCI's archive of the data set.</summary>
    public static readonly Uri Archive = new("https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip");

    /// <summary>The digits of the training part.</summary>
    /// <param name="folder">Holds <see cref="FileName"/>, or <see cref="UnipenFileName"/> as it is or with the ending .Z.</param>
    /// <exception cref="FileNotFoundException">The folder doesn't hold them; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">The file isn't the one expected: a line can't be read, or the strokes' SHA-256 differs.</exception>
    public static IReadOnlyList<WrittenDigit> Load(string folder) => Verify(folder, Read(folder, TrainingPart));

    /// <summary>The digits of both parts, whose writers are different people. No SHA-256 verifies the test part.</summary>
    /// <param name="folder">As for <see cref="Load"/>, with the archive's file of the test part.</param>
    /// <returns>The one or the other is empty where the folder doesn't hold it.</returns>
    /// <exception cref="FileNotFoundException">The folder holds neither; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>, of either part.</exception>
    public static (IReadOnlyList<WrittenDigit> Training, IReadOnlyList<WrittenDigit> Test) LoadParts(string folder)
    {
        var (training, test) = (Read(folder, TrainingPart), Read(folder, TestPart));
        return (training.Count == 0 && test.Count > 0 ? training : Verify(folder, training), test);
    }

    /// <summary>Fetches UCI's archive and takes out of it the parts that a folder lacks; does nothing where it has both.</summary>
    /// <param name="folder">Gets the parts' UNIPEN files, packed; created where it is missing.</param>
    /// <param name="archive">Address of the archive, <see cref="Archive"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops the download; no half file remains.</param>
    /// <returns>Whether anything had to be fetched.</returns>
    /// <exception cref="IOException">The server doesn't give a right file. The training part comes first, and stays if only the test part is wrong.</exception>
    /// <exception cref="InvalidDataException">A file of the folder can't be read.</exception>
    public static async Task<bool> DownloadAsync(string folder, Uri archive, Action<string, long, long?> progress, CancellationToken cancellation)
    {
        string[] missing = [.. new[] { TrainingPart, TestPart }.Where(part => Read(folder, part).Count == 0)];
        if (missing.Length == 0)
            return false;

        var file = $"{UnipenPrefix}{missing[0]}.Z";
        try
        {
            using var client = new HttpClient();
            var bytes = await Download.FetchAsync(client, archive, Download.Patience, (done, all) => progress("pen strokes", done, all), cancellation);
            using var zip = new ZipArchive(new MemoryStream(bytes));
            foreach (var part in missing)
            {
                file = $"{UnipenPrefix}{part}.Z";
                var entry = zip.GetEntry(file) ?? throw new InvalidDataException($"The archive has no {file}.");
                using var content = new MemoryStream();
                using (var stream = entry.Open())
                    stream.CopyTo(content);
                content.Position = 0;
                var digits = ParseUnipen(Unpack(content, file), file);
                if (part == TrainingPart && Hash(digits) != Sha256)
                    throw new InvalidDataException("The SHA-256 of its strokes differs.");
                if (part == TestPart && digits.Count != TestDigits)
                {
                    throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                        $"Its test part holds {digits.Count:N0} digits rather than {TestDigits:N0}."));
                }

                AtomicFile.Write(Path.Combine(folder, file), content.ToArray());
            }

            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
        {
            throw new IOException($"{archive.Host} doesn't give the pen strokes: {e.Message} Put {file} of '{archive}' into '{folder}' yourself.", e);
        }
    }

    private static IReadOnlyList<WrittenDigit> Verify(string folder, IReadOnlyList<WrittenDigit> training)
    {
        if (training.Count == 0)
        {
            throw new FileNotFoundException(
                $"There are no pen strokes to learn from in '{folder}': neither in {FileName} nor {UnipenFileName}. " +
                $"Run '{DownloadOf(folder)}', or name the folder with --strokes.");
        }

        return Hash(training) == Sha256
            ? training
            : throw new InvalidDataException(
                $"The strokes in '{folder}' aren't those of UCI's pen digits: their SHA-256 differs. " +
                $"Delete the file and run '{DownloadOf(folder)}'.");
    }

    private static string DownloadOf(string folder) => $"MnistTrainer download --strokes \"{folder}\"";

    /// <summary>The digits of one part, from the lines where they have any, else from its UNIPEN file; none where there is no file.</summary>
    private static IReadOnlyList<WrittenDigit> Read(string folder, string part)
    {
        var (lines, unipen) = (Path.Combine(folder, FileName), Path.Combine(folder, UnipenPrefix + part));
        try
        {
            if (File.Exists(lines))
            {
                var (training, test) = ParseLines(File.ReadAllText(lines), lines);
                if ((part == TrainingPart ? training : test) is { Count: > 0 } digits)
                    return digits;
            }

            return File.Exists(unipen) ? ParseUnipen(File.ReadAllText(unipen), unipen)
                : File.Exists(unipen + ".Z") ? ParseUnipen(Unpack(File.OpenRead(unipen + ".Z"), unipen + ".Z"), unipen + ".Z")
                : [];
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} Delete the file and run '{DownloadOf(folder)}'.", e);
        }
    }

    /// <summary>Reads strokes.txt.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="InvalidDataException">A line can't be read, and the message names it; or there is none.</exception>
    public static (IReadOnlyList<WrittenDigit> Training, IReadOnlyList<WrittenDigit> Test) ParseLines(string text, string name)
    {
        var (training, test) = (new List<WrittenDigit>(), new List<WrittenDigit>());
        foreach (var (index, line) in text.Split('\n').Select(line => line.TrimEnd('\r')).Index())
        {
            if (line.Length == 0)
                continue;

            try
            {
                var fields = line.Split('\t');
                var part = fields[2] switch { TrainingPart => training, TestPart => test, _ => throw new FormatException() };
                part.Add(Digit(fields[0], fields[1].Split('_')[1], fields[3].Split(';').Select(stroke => stroke.Split(' ').Select(point => point.Split(',')))));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException(
                    $"'{name}', line {index + 1}: expected label, digit_writer_sample, {TrainingPart} or {TestPart}, and strokes, separated by tabs.", e);
            }
        }

        return training.Count + test.Count > 0 ? (training, test) : throw new InvalidDataException($"'{name}' holds no digits.");
    }

    /// <summary>Reads UNIPEN: segments that name the digit, a comment that names the writer, and points between pen down and pen up.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="InvalidDataException">A segment lacks its label, writer or strokes, and the message names it; or there is none.</exception>
    public static IReadOnlyList<WrittenDigit> ParseUnipen(string text, string name)
    {
        var digits = new List<WrittenDigit>();
        foreach (var (index, segment) in SegmentStart().Split(text).Skip(1).Index())
        {
            try
            {
                var (label, comment) = (Label().Match(segment), Comment().Match(segment));
                var strokes = Stroke().Matches(segment).Select(stroke => stroke.Groups[1].Value
                    .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(point => point.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
                digits.Add(Digit(label.Groups[1].Value, comment.Groups[1].Value, strokes));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException(
                    $"'{name}', segment {index + 1}: expected a label in quotation marks, '.COMMENT digit writer sample', " +
                    "and points between .PEN_DOWN and .PEN_UP.", e);
            }
        }

        return digits.Count > 0 ? digits : throw new InvalidDataException($"'{name}' holds no digits.");
    }

    /// <summary>SHA-256 over label, writer and points of all digits in order: the same for the same strokes, however they were stored.</summary>
    /// <param name="digits">As they were read.</param>
    public static string Hash(IReadOnlyList<WrittenDigit> digits)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var digit in digits)
        {
            var strokes = string.Join(';', digit.Strokes.Select(stroke =>
                string.Join(' ', stroke.Select(point => string.Create(CultureInfo.InvariantCulture, $"{(int)point.X},{-(int)point.Y}")))));
            hash.AppendData(Encoding.ASCII.GetBytes($"{digit.Label}\t{digit.Writer}\t{strokes}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static WrittenDigit Digit(string label, string writer, IEnumerable<IEnumerable<string[]>> strokes)
    {
        // the tablet's y points up
        var points = strokes.Select(stroke => stroke.Select(point => new Vector2(Number(point[0]), -Number(point[1]))).ToArray()).ToArray();
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
        // the latter from the library's tables, where the header asks for codes of no width
        catch (Exception e) when (e is LzwException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"'{name}' is damaged: {e.Message}", e);
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
