using System.Globalization;
using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ICSharpCode.SharpZipLib.Lzw;

namespace MnistTrainer.Data;

/// <summary>
/// The pen strokes of UCI's pen digits: 7,494 digits of 30 writers, drawn with a stylus on a tablet. Read from <c>strokes.txt</c> (one digit a line)
/// or from the archive's own UNIPEN file.
/// </summary>
public static partial class StrokeDataset
{
    /// <summary>One digit a line: label, <c>digit_writer_sample</c>, part, strokes, separated by tabs; strokes by <c>;</c>, points by a space, <c>x,y</c> with y up.</summary>
    public const string FileName = "strokes.txt";

    /// <summary>The UNIPEN file of the archive that holds the same digits.</summary>
    public const string UnipenFileName = "pendigits-orig.tra";

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit =
        "Pen strokes: E. Alpaydin and F. Alimoglu, Pen-Based Recognition of Handwritten Digits, UCI Machine Learning Repository, 1996, CC BY 4.0";

    /// <summary>SHA-256 of what counts, <see cref="Hash"/>, whichever file it was read from.</summary>
    public const string Sha256 = "d51df2cab17e85da9e771f1fd83903c2cc8a4f3bfad24a6d2fe090c8ea4f25eb";

    /// <summary>UCI's archive of the data set.</summary>
    public static readonly Uri Archive = new("https://archive.ics.uci.edu/static/public/81/pen+based+recognition+of+handwritten+digits.zip");

    /// <summary>The digits of a folder.</summary>
    /// <param name="folder">Holds <see cref="FileName"/>, or <see cref="UnipenFileName"/> as it is or with the ending .Z.</param>
    /// <exception cref="FileNotFoundException">The folder holds neither; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">The file isn't the one expected: a line can't be read, or the strokes' SHA-256 differs.</exception>
    public static IReadOnlyList<WrittenDigit> Load(string folder)
    {
        var (lines, unipen, packed) = (Path.Combine(folder, FileName), Path.Combine(folder, UnipenFileName), Path.Combine(folder, UnipenFileName + ".Z"));
        var digits =
            File.Exists(lines) ? ParseLines(File.ReadAllText(lines), lines)
            : File.Exists(unipen) ? ParseUnipen(File.ReadAllText(unipen), unipen)
            : File.Exists(packed) ? ParseUnipen(Unpack(File.OpenRead(packed)), packed)
            : throw new FileNotFoundException(
                $"There are no pen strokes in '{folder}': neither {FileName} nor {UnipenFileName}. Run 'MnistTrainer download --strokes \"{folder}\"', or name the folder with --strokes.");
        return Hash(digits) == Sha256
            ? digits
            : throw new InvalidDataException($"The strokes in '{folder}' aren't those of UCI's pen digits: their SHA-256 differs. Delete the file and run 'MnistTrainer download --strokes \"{folder}\"'.");
    }

    /// <summary>Fetches UCI's archive, takes the strokes out of it and verifies them; does nothing where the folder has them.</summary>
    /// <param name="folder">Gets <see cref="UnipenFileName"/>.Z; created where it is missing.</param>
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
            var entry = zip.GetEntry(UnipenFileName + ".Z") ?? throw new InvalidDataException($"The archive has no {UnipenFileName}.Z.");
            using var content = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(content);
            if (Hash(ParseUnipen(Unpack(new MemoryStream(content.ToArray())), entry.Name)) != Sha256)
                throw new InvalidDataException("The SHA-256 of its strokes differs.");
            AtomicFile.Write(Path.Combine(folder, entry.Name), content.ToArray());
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
        {
            throw new IOException($"{archive.Host} doesn't give the pen strokes: {e.Message} Put {UnipenFileName}.Z of '{archive}' into '{folder}' yourself.", e);
        }
    }

    /// <summary>Reads strokes.txt.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <exception cref="InvalidDataException">A line can't be read; the message names it.</exception>
    public static IReadOnlyList<WrittenDigit> ParseLines(string text, string name)
    {
        var digits = new List<WrittenDigit>();
        foreach (var (index, line) in text.Split('\n').Select(line => line.TrimEnd('\r')).Index())
        {
            if (line.Length == 0)
                continue;

            try
            {
                var fields = line.Split('\t');
                digits.Add(Digit(fields[0], fields[1].Split('_')[1], fields[3].Split(';').Select(stroke => stroke.Split(' ').Select(point => point.Split(',')))));
            }
            catch (Exception e) when (e is IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException($"'{name}', line {index + 1}: expected label, digit_writer_sample, part and strokes, separated by tabs.", e);
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
                throw new InvalidDataException($"'{name}', segment {index + 1}: expected a label in quotation marks, '.COMMENT digit writer sample', and points between .PEN_DOWN and .PEN_UP.", e);
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
    private static string Unpack(Stream packed)
    {
        try
        {
            using var reader = new StreamReader(new LzwInputStream(packed), Encoding.ASCII);
            return reader.ReadToEnd();
        }
        catch (Exception e) when (e is LzwException or IndexOutOfRangeException) // the latter from the library's tables, where the header asks for codes of no width
        {
            throw new InvalidDataException($"{UnipenFileName}.Z is damaged: {e.Message}", e);
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
