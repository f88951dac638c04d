using System.Numerics;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>
/// Signs whose strokes don't make the sign: some were lost, or a neighbour's were added. They are told by their geometry alone, so that no network decides what
/// it is measured on.
/// </summary>
internal static class StrokeFaults
{
    /// <summary>What is wrong with a sign; null for nothing.</summary>
    /// <param name="sign">Of any size.</param>
    public static string? Of(WrittenSign sign)
    {
        var shape = StrokeShape.Of(sign.Strokes);
        var way = shape.Strokes.Sum(stroke => stroke.Length);
        if (way < 0.5f && shape.Strokes.Count == 1) // a colon is two
            return "a dot";
        if (sign.Text is not ("1" or "-" or "_" or "~") && shape.Longest.Length > 0.85f * way && IsStraight(shape.Longest))
            return "a line alone";
        if (sign.Label != 0 && shape.Holes is [var hole, ..] && hole > 0.5 * shape.Width * shape.Height)
            return "a round alone";

        return sign.Label switch
        {
            1 when shape.Width > 2.5f * shape.Height => "a one without its stem",
            4 when shape is { Strokes: [var stroke], Holes: [] } && IsCorner(shape, stroke) => "a four without its stem",
            not (4 or 5 or DigitSet.NonDigit) when IsApart(shape) => "a stroke apart", // a five's roof and a four's stem may stand apart
            _ => null,
        };
    }

    private static bool IsStraight(StrokeShape.Stroke stroke) => Vector2.Distance(stroke.Points[0], stroke.Points[^1]) > 0.9f * stroke.Length;

    /// <summary>Whether the pen went once down and once across, and not down again.</summary>
    private static bool IsCorner(StrokeShape shape, StrokeShape.Stroke stroke) =>
        stroke.Length < 1.2f * (shape.Width + shape.Height) && stroke.Points[^1].Y - stroke.Points.MaxBy(point => point.X).Y < 0.15f;

    /// <summary>Whether an eighth of the digit's side is free between strokes, from top to bottom.</summary>
    private static bool IsApart(StrokeShape shape)
    {
        var end = float.MaxValue;
        foreach (var (left, right) in shape.Strokes.Select(stroke => (stroke.Centre.X - stroke.Size.X / 2, stroke.Centre.X + stroke.Size.X / 2)).Order())
        {
            if (left - end > 0.125f)
                return true;
            end = end == float.MaxValue ? right : Math.Max(end, right);
        }

        return false;
    }
}
