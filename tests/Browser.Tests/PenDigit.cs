using System.Globalization;
using System.Numerics;

namespace Browser.Tests;

/// <summary>
/// A digit as a pen drew it. Source of the format and the file: UCI pen-based recognition of handwritten digits, Alpaydin and Alimoglu, 1996.
/// </summary>
/// <param name="Label">Which digit it is; −1 for none.</param>
/// <param name="Strokes">The points from pen down to pen up, y pointing down, in any unit.</param>
/// <param name="Writer">Who drew it, as the file names them; none of our own.</param>
public sealed record PenDigit(int Label, IReadOnlyList<IReadOnlyList<Vector2>> Strokes, string Writer = "")
{
    /// <summary>Digits drawn for these tests, in the units of the file: 0 to 500, y pointing up.</summary>
    public static IReadOnlyDictionary<int, PenDigit> Ours { get; } = new[]
    {
        Parse(0, "270,420 220,400 180,340 165,250 180,160 220,95 270,80 320,100 355,165 365,250 350,340 310,400 265,418"),
        Parse(1, "262,415 258,330 250,230 244,150 240,85"),
        Parse(3, "170,385 190,408 222,420 262,422 298,408 318,380 318,348 300,318 270,296 238,284 275,276 312,256 334,222 336,180 318,136 " +
            "280,102 235,86 190,90 158,110"),
        Parse(7, "160,400 240,405 345,400;345,400 310,320 270,230 235,90"),
    }.ToDictionary(digit => digit.Label);

    /// <summary>A big M: no digit.</summary>
    public static PenDigit LetterM { get; } = Parse(-1, "100,80 115,420;115,420 250,180;250,180 385,420;385,420 400,80");

    /// <summary>A 9 that isn't closed above, or a 4 that nearly is.</summary>
    public static PenDigit FourOrNine { get; } = Parse(-1, "261,402 234,400 198,343 181,289 210,241 260,236 319,263;325,410 322,300 315,200 305,90");

    /// <summary>Reads every sample of the file.</summary>
    public static IEnumerable<PenDigit> ReadAll(string path) =>
        from line in File.ReadLines(path)
        let fields = line.Split('\t') // label, name, part, strokes
        select Parse(int.Parse(fields[0], CultureInfo.InvariantCulture), fields[3]) with { Writer = fields[1].Split('_')[1] };

    /// <summary>Scales the digit, its proportions kept, to two thirds of a rectangle, in its middle.</summary>
    public IEnumerable<IReadOnlyList<Vector2>> FitInto(float x, float y, float width, float height)
    {
        var points = Strokes.SelectMany(stroke => stroke);
        var (low, high) = (points.Aggregate(Vector2.Min), points.Aggregate(Vector2.Max));
        var scale = Math.Min(width, height) * 2 / 3 / Math.Max(high.X - low.X, high.Y - low.Y);
        var middle = new Vector2(x + width / 2, y + height / 2);
        return Strokes.Select(stroke => stroke.Select(point => middle + (point - (low + high) / 2) * scale).ToArray());
    }

    private static PenDigit Parse(int label, string strokes) =>
        new(label, strokes.Split(';').Select(stroke => stroke.Split(' ').Select(ParsePoint).ToArray()).ToArray());

    private static Vector2 ParsePoint(string point)
    {
        var comma = point.IndexOf(',', StringComparison.Ordinal);
        return new Vector2(
            float.Parse(point.AsSpan(0, comma), CultureInfo.InvariantCulture),
            -float.Parse(point.AsSpan(comma + 1), CultureInfo.InvariantCulture));
    }
}
