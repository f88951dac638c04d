using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>
/// UniPen's release train_r01_v07: isolated digits (category 1a), capitals (1b), small letters (1c) and other signs (1d), from many sites. Read from lines
/// (<see cref="StrokeLines"/>) or from the distribution's own folder, in which a file under data names the strokes that make a sign, and one under include
/// holds them.
/// </summary>
internal static partial class UniPen
{
    /// <summary>The part in lines.</summary>
    public const string Part = "uni";

    /// <summary>The files of lines, one a category.</summary>
    public static readonly IReadOnlyList<string> LineFiles = ["digits.txt", "capitals.txt", "small-letters.txt", "symbols.txt"];

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit =
        "Pen strokes: UNIPEN consortium, UNIPEN data set of on-line handwriting, train_r01_v07, Zenodo, 1999, doi 10.5281/zenodo.1195803, CC BY 4.0; " +
        "I. Guyon et al., UNIPEN project of on-line data exchange and recognizer benchmarks, ICPR 1994";

    private const string ReleaseFolder = "train_r01_v07";

    private static readonly string[] Categories = ["1a", "1b", "1c", "1d"];

    /// <summary>Sites whose digits' labels and strokes don't fit each other.</summary>
    private static readonly string[] LeftOutSites = ["cea", "ceb", "lou", "pri", "tos"];

    /// <summary>All signs of a folder, ordered by sign and writer; none where it holds no UniPen.</summary>
    /// <param name="folder">Holds <see cref="LineFiles"/>, or data and include, or the release's folder with these.</param>
    /// <exception cref="InvalidDataException">A file can't be read; the message names it.</exception>
    public static IReadOnlyList<WrittenSign> Load(string folder)
    {
        var lines = LineFiles.Select(file => Path.Combine(folder, file)).Where(File.Exists)
            .SelectMany(file => StrokeLines.Parse(File.ReadAllText(file), file).GetValueOrDefault(Part, []));
        var release = new[] { folder, Path.Combine(folder, ReleaseFolder) }.FirstOrDefault(root => Directory.Exists(Path.Combine(root, "data", Categories[0])));
        IEnumerable<WrittenSign> signs = release is null ? lines : Categories.SelectMany(category => Category(release, category));
        return [.. signs.Where(sign => !LeftOutSites.Contains(sign.Site))
            .OrderBy(sign => sign.Text, StringComparer.Ordinal).ThenBy(sign => sign.Writer, StringComparer.Ordinal)];
    }

    /// <summary>What the signs of a folder teach.</summary>
    /// <param name="signs">As they were read.</param>
    public static StrokeSet Set(IReadOnlyList<WrittenSign> signs)
    {
        var faults = signs.ToLookup(sign =>
            sign.Text is [var letter] && DigitLookalikes.Written.Contains(letter) ? "shaped like a digit in some hand" : StrokeFaults.Of(sign));
        return new StrokeSet("UniPen strokes", Credit, [.. faults[null]],
            [.. faults.Where(fault => fault.Key is not null).SelectMany(fault => fault.Select(sign => (sign, fault.Key!)))]);
    }

    /// <summary>A sign of a line.</summary>
    public static WrittenSign Sign(string text, string writer, IEnumerable<IEnumerable<string[]>> strokes) =>
        new(text, writer, writer.Split('-')[0], StrokeLines.Points(strokes));

    private static IEnumerable<WrittenSign> Category(string release, string category)
    {
        var folder = Path.Combine(release, "data", category);
        if (!Directory.Exists(folder))
            yield break;

        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var writer = Path.ChangeExtension(Path.GetRelativePath(folder, path), null).Replace(Path.DirectorySeparatorChar, '-');
            if (LeftOutSites.Contains(writer.Split('-')[0]))
                continue;
            foreach (var sign in Segments(release, path, writer))
                yield return sign;
        }
    }

    /// <summary>The signs of one file: its segments name strokes of the files that it includes.</summary>
    private static IEnumerable<WrittenSign> Segments(string release, string path, string writer)
    {
        var text = Read(path);
        var strokes = new List<IReadOnlyList<string[]>>();
        Collect(release, text, strokes);
        foreach (Match segment in Segment().Matches(text))
        {
            yield return Sign(segment.Groups["sign"].Value, writer,
                segment.Groups["strokes"].Value.Split(',').SelectMany(range => Range(strokes, range)));
        }
    }

    /// <summary>
    /// Strokes as a segment names them, counted from 0: <c>7</c>; <c>7-9</c>; or from a point of the first to a point of the last, <c>7:3-9:12</c>.
    /// </summary>
    private static IEnumerable<IReadOnlyList<string[]>> Range(List<IReadOnlyList<string[]>> strokes, string range)
    {
        var ends = range.Split('-').Select(end => end.Split(':').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray()).ToArray();
        var (first, last) = (ends[0][0], ends[^1][0]);
        for (var index = first; index <= last; index++)
        {
            var from = index == first && ends[0] is [_, var start] ? start : 0;
            var to = index == last && ends[^1] is [_, var end] ? end + 1 : strokes[index].Count;
            yield return [.. strokes[index].Take(from..to)];
        }
    }

    /// <summary>Adds the strokes of a file, those of the files that it includes first.</summary>
    private static void Collect(string release, string text, List<IReadOnlyList<string[]>> strokes)
    {
        foreach (Match include in Include().Matches(text))
        {
            var path = Path.Combine(release, "include", include.Groups[1].Value);
            if (File.Exists(path)) // documents and lexica, which hold no strokes, may be missing
                Collect(release, Read(path), strokes);
        }

        var (x, y) = (0, 1);
        if (Columns().Match(text) is { Success: true } columns)
        {
            var names = columns.Groups[1].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            (x, y) = (names.IndexOf("X"), names.IndexOf("Y"));
        }

        foreach (Match stroke in Stroke().Matches(text))
        {
            strokes.Add([.. stroke.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(point => point.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(point => new[] { point[x], point[y] })]);
        }
    }

    private static string Read(string path) => File.ReadAllText(path, Encoding.Latin1);

    [GeneratedRegex("""^\s*\.SEGMENT\s+CHARACTER\s+(?<strokes>\S+)\s+\S+\s+"\\?(?<sign>.)"\s*$""", RegexOptions.Multiline)]
    private static partial Regex Segment();

    [GeneratedRegex(@"^\s*\.INCLUDE\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex Include();

    [GeneratedRegex(@"^\s*\.COORD\s+(.*)$", RegexOptions.Multiline)]
    private static partial Regex Columns();

    [GeneratedRegex(@"^\s*\.PEN_DOWN\s+([^.]*)", RegexOptions.Multiline)]
    private static partial Regex Stroke();
}
