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

    /// <summary>Name of the release and of its folder.</summary>
    public const string Release = "train_r01_v07";

    /// <summary>Folders of digits, capitals, small letters and other signs, in the release's data.</summary>
    public static readonly IReadOnlyList<string> Categories = ["1a", "1b", "1c", "1d"];

    /// <summary>Sites whose digits' labels and strokes don't fit each other.</summary>
    private static readonly string[] LeftOutSites = ["cea", "ceb", "lou", "pri", "tos"];

    /// <summary>Whether a folder holds UniPen.</summary>
    /// <param name="folder">As for <see cref="Load"/>.</param>
    public static bool IsIn(string folder) => LineFiles.Any(file => File.Exists(Path.Combine(folder, file))) || ReleaseIn(folder) is not null;

    /// <summary>All signs of a folder, ordered by sign and writer; none where it holds no UniPen.</summary>
    /// <param name="folder">Holds <see cref="LineFiles"/>, or data and include, or the release's folder with these.</param>
    /// <exception cref="InvalidDataException">A file can't be read; the message names it.</exception>
    public static IReadOnlyList<WrittenSign> Load(string folder)
    {
        var lines = LineFiles.Select(file => Path.Combine(folder, file)).Where(File.Exists)
            .SelectMany(file => StrokeLines.Parse(File.ReadAllText(file), file).GetValueOrDefault(Part, []));
        IEnumerable<WrittenSign> signs = ReleaseIn(folder) is not { } release ? lines : Categories.SelectMany(category => Category(release, category));
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

    private static string? ReleaseIn(string folder) =>
        new[] { folder, Path.Combine(folder, Release) }.FirstOrDefault(root => Directory.Exists(Path.Combine(root, "data", Categories[0])));

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
    private static List<WrittenSign> Segments(string release, string path, string writer)
    {
        var ink = new Ink([], X: 0, Y: 1).With(release, path);
        var signs = new List<WrittenSign>();
        foreach (Match segment in Segment().Matches(Read(path)))
        {
            try
            {
                var strokes = segment.Groups["strokes"].Value.Split(',').SelectMany(range => Range(ink.Strokes, range));
                signs.Add(Sign(segment.Groups["sign"].Value, writer, strokes));
            }
            catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException(
                    $"'{path}', segment {signs.Count + 1} ({segment.Value.Trim()}): expected strokes, as 7 or 7-9 or 7:3-9:12, of the {ink.Strokes.Count} " +
                    "in its files, counted from 0, and points of two numbers.", e);
            }
        }

        return signs;
    }

    /// <summary>
    /// Strokes as a segment names them, counted from 0: <c>7</c>; <c>7-9</c>; or from a point of the first to a point of the last, <c>7:3-9:12</c>.
    /// </summary>
    private static IEnumerable<IReadOnlyList<string[]>> Range(IReadOnlyList<IReadOnlyList<string[]>> strokes, string range)
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

    private static string Read(string path) => File.ReadAllText(path, Encoding.Latin1);

    [GeneratedRegex("""^\s*\.SEGMENT\s+CHARACTER\s+(?<strokes>\S+)\s+\S+\s+"\\?(?<sign>.)"\s*$""", RegexOptions.Multiline)]
    private static partial Regex Segment();

    [GeneratedRegex(@"^\s*\.INCLUDE\s+(\S+)", RegexOptions.Multiline)]
    private static partial Regex Include();

    [GeneratedRegex(@"^\s*\.COORD\s+(.*)$", RegexOptions.Multiline)]
    private static partial Regex Columns();

    [GeneratedRegex(@"^\s*\.PEN_DOWN\s+([^.]*)", RegexOptions.Multiline)]
    private static partial Regex Stroke();

    /// <summary>Strokes of files in the order of reading.</summary>
    /// <param name="Strokes">x and y of each point.</param>
    /// <param name="X">Column of x; a file says which for itself and for those after it.</param>
    /// <param name="Y">Column of y.</param>
    private sealed record Ink(IReadOnlyList<IReadOnlyList<string[]>> Strokes, int X, int Y)
    {
        /// <summary>Adds the strokes of a file, those of the files that it includes first.</summary>
        public Ink With(string release, string path)
        {
            var text = Read(path);
            var ink = this;
            foreach (Match include in Include().Matches(text))
            {
                var included = Path.Combine(release, "include", include.Groups[1].Value);
                if (File.Exists(included)) // documents and lexica, which hold no strokes, may be missing
                    ink = ink.With(release, included);
            }

            if (Columns().Match(text) is { Success: true } columns)
            {
                var names = columns.Groups[1].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                ink = ink with { X = names.IndexOf("X"), Y = names.IndexOf("Y") };
            }

            return ink with { Strokes = [.. ink.Strokes, .. Stroke().Matches(text).Select((stroke, index) => ink.Points(stroke, index, path))] };
        }

        private List<string[]> Points(Match stroke, int index, string path)
        {
            try
            {
                return [.. stroke.Groups[1].Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(point => point.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(point => new[] { point[X], point[Y] })];
            }
            catch (IndexOutOfRangeException e)
            {
                throw new InvalidDataException($"'{path}', stroke {index}: expected a line with x and y for each point, in the columns that .COORD names.", e);
            }
        }
    }
}
