using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using ICSharpCode.SharpZipLib.Lzw;
using MnistTrainer.Storage;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>
/// The pen strokes of UCI's pen digits, drawn with a stylus on a tablet: a training part of 7,494 digits by 30 writers, and a test part by 14 others.
/// Read from <c>strokes.txt</c> (one digit a line) or from the archive's own UNIPEN files.
/// </summary>
internal static partial class PenDigits
{
    /// <summary>The file of lines (<see cref="StrokeLines"/>).</summary>
    public const string FileName = "strokes.txt";

    /// <summary>The archive's UNIPEN file of the training part.</summary>
    public const string UnipenFileName = UnipenPrefix + TrainingPart;

    /// <summary>The parts in lines.</summary>
    public const string TrainingPart = "tra", TestPart = "tes";

    private const string UnipenPrefix = "pendigits-orig.";

    /// <summary>Digits of the archive's test part (UCI's description of the data set).</summary>
    private const int TestDigits = 3_498;

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit =
        "Pen strokes: E. Alpaydin and F. Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI Machine Learning Repository, 1996, CC BY 4.0";

    /// <summary>SHA-256 of what counts, <see cref="StrokeSet.Hash"/>, whichever file it was read from.</summary>
    public const string Sha256 = "d51df2cab17e85da9e771f1fd83903c2cc8a4f3bfad24a6d2fe090c8ea4f25eb";

    /// <summary>UCI's archive of the data set.</summary>
    public static readonly Uri Archive = new("https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip");

    /// <summary>The digits of the training part.</summary>
    /// <param name="folder">Holds <see cref="FileName"/>, or <see cref="UnipenFileName"/> as it is or with the ending .Z.</param>
    /// <exception cref="FileNotFoundException">The folder doesn't hold them; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">The file isn't the one expected: a line can't be read, or the strokes' SHA-256 differs.</exception>
    public static IReadOnlyList<WrittenSign> Load(string folder) => Verify(folder, Read(folder, TrainingPart));

    /// <summary>What the training part teaches.</summary>
    /// <param name="folder">As for <see cref="Load"/>.</param>
    public static StrokeSet Set(string folder) => new("pen strokes", Credit, Load(folder), []);

    /// <summary>Whether a folder holds the training part.</summary>
    /// <param name="folder">As for <see cref="Load"/>.</param>
    public static bool IsIn(string folder) => Read(folder, TrainingPart).Count > 0;

    /// <summary>The digits of the test part, which no SHA-256 verifies; none where a folder doesn't hold it.</summary>
    /// <param name="folder">As for <see cref="Load"/>, with the archive's file of the test part.</param>
    public static IReadOnlyList<WrittenSign> LoadTest(string folder) => Read(folder, TestPart);

    /// <summary>Whether a folder holds digits of the test part, and none to learn from.</summary>
    /// <param name="folder">As for <see cref="LoadTest"/>.</param>
    public static bool HasTestPartAlone(string folder) => !IsIn(folder) && LoadTest(folder).Count > 0;

    /// <summary>The digits of both parts, whose writers are different people. No SHA-256 verifies the test part.</summary>
    /// <param name="folder">As for <see cref="Load"/>, with the archive's file of the test part.</param>
    /// <returns>The one or the other is empty where the folder doesn't hold it.</returns>
    /// <exception cref="FileNotFoundException">The folder holds neither; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>, of either part.</exception>
    public static (IReadOnlyList<WrittenSign> Training, IReadOnlyList<WrittenSign> Test) LoadParts(string folder)
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
                if (part == TrainingPart && StrokeSet.Hash(digits) != Sha256)
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

    private static IReadOnlyList<WrittenSign> Verify(string folder, IReadOnlyList<WrittenSign> training)
    {
        if (training.Count == 0)
        {
            throw new FileNotFoundException(
                $"There are no pen strokes to learn from in '{folder}': neither in {FileName} nor {UnipenFileName}. " +
                $"Run '{DownloadOf(folder)}', or name the folder with --strokes.");
        }

        return StrokeSet.Hash(training) == Sha256
            ? training
            : throw new InvalidDataException(
                $"The strokes in '{folder}' aren't those of UCI's pen digits: their SHA-256 differs. " +
                $"Delete the file and run '{DownloadOf(folder)}'.");
    }

    private static string DownloadOf(string folder) => $"MnistTrainer download --strokes \"{folder}\"";

    /// <summary>The digits of one part, from the lines where they have any, else from its UNIPEN file; none where there is no file.</summary>
    private static IReadOnlyList<WrittenSign> Read(string folder, string part)
    {
        var (lines, unipen) = (Path.Combine(folder, FileName), Path.Combine(folder, UnipenPrefix + part));
        try
        {
            if (File.Exists(lines))
            {
                if (StrokeLines.Parse(File.ReadAllText(lines), lines).GetValueOrDefault(part) is { } digits)
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

    /// <summary>Reads UNIPEN: segments that name the digit, a comment that names the writer, and points between pen down and pen up.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="InvalidDataException">A segment lacks its label, writer or strokes, and the message names it; or there is none.</exception>
    public static IReadOnlyList<WrittenSign> ParseUnipen(string text, string name)
    {
        var digits = new List<WrittenSign>();
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

    /// <summary>A digit of a line or segment.</summary>
    /// <exception cref="FormatException">It is no digit, its writer no number, or it has no strokes.</exception>
    public static WrittenSign Digit(string label, string writer, IEnumerable<IEnumerable<string[]>> strokes) =>
        new WrittenSign(label, writer, writer, StrokeLines.Points(strokes)) is { Label: not DigitSet.NonDigit } digit
            && int.TryParse(writer, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? digit
            : throw new FormatException();

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
