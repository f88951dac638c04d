using System.Numerics;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>Ways to write the same digit, told apart by the geometry of the strokes.</summary>
internal static class DigitStyle
{
    /// <summary>Least share that each style gets among the drawings of its digit, as far as <see cref="MostRepeats"/> allows.</summary>
    private const double LeastShare = 0.12;

    private const int MostRepeats = 6;

    // shares of the square: the pen's own corners close off less than the one, a zero's tail less than the other
    private const double SmallHole = 0.015, HalfOfAZero = 0.04;

    /// <summary>The style of a digit, as "slashed zero"; null where its digit has only one.</summary>
    /// <param name="digit">Of any size.</param>
    public static string? Of(WrittenSign digit)
    {
        var shape = StrokeShape.Of(digit.Strokes);
        return digit.Label switch
        {
            0 => Zero(shape),
            1 => One(shape),
            2 => shape.Holes is [> SmallHole, ..] ? "looped two" : "plain two",
            4 => shape.Holes is [> SmallHole, ..] ? "closed four" : "open four",
            7 => shape.Strokes.Any(IsBar) ? "crossed seven" : "plain seven",
            _ => null,
        };
    }

    /// <summary>Repeats the digits of rare styles, so that each style is shown.</summary>
    /// <param name="digits">Digits alone.</param>
    /// <returns>All of them, those of rare styles up to six times.</returns>
    public static List<WrittenSign> Balance(IReadOnlyList<WrittenSign> digits)
    {
        var ofDigit = digits.CountBy(digit => digit.Label).ToDictionary();
        return [.. digits.GroupBy(digit => (digit.Label, Style: Of(digit))).SelectMany(style =>
            style.SelectMany(digit => Enumerable.Repeat(digit,
                (int)Math.Clamp(Math.Round(LeastShare * ofDigit[digit.Label] / style.Count()), 1, MostRepeats))))];
    }

    private static string Zero(StrokeShape shape)
    {
        var inside = shape.Strokes.Where(stroke => stroke != shape.Longest)
            .Where(stroke => Vector2.Distance(stroke.Centre, shape.Longest.Centre) < 0.25f).ToList();
        return inside.Any(stroke => stroke.Length > 0.3f) || shape.Holes is [_, > HalfOfAZero, ..] ? "slashed zero"
            : inside.Count > 0 ? "dotted zero"
            : "plain zero";
    }

    private static string One(StrokeShape shape)
    {
        var points = shape.Strokes.SelectMany(stroke => stroke.Points).ToList();
        var top = points.Index().MinBy(point => point.Item.Y);
        var foot = points.Skip(top.Index).Where(point => point.Y > shape.Height - 0.15f).Select(point => point.X).DefaultIfEmpty().ToList();
        if (foot.Max() - foot.Min() > 0.25f)
            return "one with a foot";

        return points[0].Y > 0.12f && top.Item.X - points[0].X > 0.08f ? "flagged one" : "plain one";
    }

    /// <summary>A stroke across the stem, below the top and above the foot.</summary>
    private static bool IsBar(StrokeShape.Stroke stroke) =>
        stroke.Size is { X: > 0.15f, Y: < 0.35f } && stroke.Centre.Y is > 0.3f and < 0.8f;
}
