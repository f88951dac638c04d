using System.Numerics;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>Strokes in units of their longer side: 0 to 1, y down.</summary>
/// <param name="Strokes">In the order of writing.</param>
/// <param name="Width">0 to 1.</param>
/// <param name="Height">0 to 1.</param>
internal sealed record StrokeShape(IReadOnlyList<StrokeShape.Stroke> Strokes, float Width, float Height)
{
    /// <summary>Pixels across, on which holes are counted: gaps of up to a thirtieth of the side are closed, as a pen closes them.</summary>
    private const int Grid = 30;

    private const int Side = Grid + 7; // free paper around, and a frame

    private static readonly int[] Steps = [-1, 1, -Side, Side];

    private readonly Lazy<IReadOnlyList<double>> _holes = new(() => HolesOf(Strokes));

    /// <summary>From pen down to pen up.</summary>
    /// <param name="Points">At least one.</param>
    public sealed record Stroke(IReadOnlyList<Vector2> Points)
    {
        private Vector2 Low { get; } = Points.Aggregate(Vector2.Min);

        private Vector2 High { get; } = Points.Aggregate(Vector2.Max);

        /// <summary>Width and height of the box around it.</summary>
        public Vector2 Size => High - Low;

        /// <summary>Middle of the box around it.</summary>
        public Vector2 Centre => (Low + High) / 2;

        /// <summary>Way of the pen.</summary>
        public float Length { get; } = Points.Zip(Points.Skip(1), Vector2.Distance).Sum();
    }

    /// <summary>The stroke with the longest way.</summary>
    public Stroke Longest => Strokes.MaxBy(stroke => stroke.Length)!;

    /// <summary>Sizes of the parts of the paper that the strokes close off, as shares of the square, the largest first.</summary>
    public IReadOnlyList<double> Holes => _holes.Value;

    /// <summary>Brings strokes to unit size.</summary>
    /// <param name="strokes">In any unit, y down.</param>
    public static StrokeShape Of(IReadOnlyList<IReadOnlyList<Vector2>> strokes)
    {
        var all = strokes.SelectMany(stroke => stroke).ToList();
        var (low, high) = (all.Aggregate(Vector2.Min), all.Aggregate(Vector2.Max));
        var side = Math.Max(1e-3f, Math.Max(high.X - low.X, high.Y - low.Y));
        return new StrokeShape(
            [.. strokes.Select(stroke => new Stroke([.. stroke.Select(point => (point - low) / side)]))], (high.X - low.X) / side, (high.Y - low.Y) / side);
    }

    private static List<double> HolesOf(IReadOnlyList<Stroke> strokes)
    {
        var free = Paper(strokes);
        Fill(free, Side + 1); // the paper around
        var holes = new List<double>();
        for (var start = 0; start < free.Length; start++)
        {
            if (free[start])
                holes.Add((double)Fill(free, start) / (Grid * Grid));
        }

        return [.. holes.OrderDescending()];
    }

    /// <summary>Where a pen two pixels wide leaves the paper free; there is free paper all around, and a frame of none.</summary>
    private static bool[] Paper(IReadOnlyList<Stroke> strokes)
    {
        var free = new bool[Side * Side];
        for (var row = 1; row < Side - 1; row++)
            free.AsSpan(row * Side + 1, Side - 2).Fill(true);
        foreach (var stroke in strokes)
        {
            for (var i = 0; i < stroke.Points.Count; i++)
            {
                var (from, to) = (stroke.Points[Math.Max(0, i - 1)], stroke.Points[i]);
                var steps = (int)(2 * Grid * Vector2.Distance(from, to)) + 1;
                for (var step = 0; step <= steps; step++)
                {
                    var at = Vector2.Lerp(from, to, (float)step / steps) * Grid + new Vector2(2.5f);
                    var pixel = (int)at.Y * Side + (int)at.X;
                    free[pixel] = free[pixel + 1] = free[pixel + Side] = free[pixel + Side + 1] = false;
                }
            }
        }

        return free;
    }

    /// <summary>Takes a region of free paper away, and counts its pixels; a pixel has four neighbours.</summary>
    private static int Fill(bool[] free, int start)
    {
        var (pixels, next) = (0, new Stack<int>([start]));
        while (next.TryPop(out var at))
        {
            if (!free[at])
                continue;
            free[at] = false;
            pixels++;
            foreach (var step in Steps)
                next.Push(at + step);
        }

        return pixels;
    }
}
