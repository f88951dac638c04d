using System.Runtime.InteropServices;

namespace MnistReader.Ink;

/// <summary>A connected piece of ink. Right and bottom are exclusive.</summary>
/// <param name="Left">Of its box.</param>
/// <param name="Top">Of its box.</param>
/// <param name="Right">Of its box.</param>
/// <param name="Bottom">Of its box.</param>
/// <param name="Area">Its pixels.</param>
/// <param name="Outline">The sides of its pixels that don't touch another of its pixels.</param>
/// <param name="Strongest">Its strongest ink, 1 to 255.</param>
internal record struct ConnectedComponent(int Left, int Top, int Right, int Bottom, int Area, int Outline, byte Strongest)
{
    public readonly int Width => Right - Left;

    public readonly int Height => Bottom - Top;

    /// <summary>The longer side of its box.</summary>
    public readonly int Extent => Math.Max(Width, Height);

    /// <summary>
    /// How wide the pen was, if the piece is a line: a line's area is its length times its width, its outline about twice its length, and a quarter more on a
    /// grid.
    /// </summary>
    public readonly double Pen => 2.5 * Area / Outline;

    /// <summary>Whether it reaches the edge of the picture.</summary>
    public readonly bool TouchesEdge(InkImage plane) => Left == 0 || Top == 0 || Right == plane.Width || Bottom == plane.Height;

    /// <summary>The free distance between two boxes, in pixels; 0 where they touch or overlap.</summary>
    public readonly int Gap(in ConnectedComponent other) => Math.Max(0, Math.Max(
        Math.Max(Left, other.Left) - Math.Min(Right, other.Right),
        Math.Max(Top, other.Top) - Math.Min(Bottom, other.Bottom)));

    /// <summary>The box around both.</summary>
    public readonly ConnectedComponent With(in ConnectedComponent other) => new(
        Math.Min(Left, other.Left), Math.Min(Top, other.Top), Math.Max(Right, other.Right), Math.Max(Bottom, other.Bottom),
        Area + other.Area, Outline + other.Outline, Math.Max(Strongest, other.Strongest));
}

/// <summary>
/// The connected pieces of a plane's ink (eight neighbours), found by runs: the cost goes with the ink, not with the paper. A clean drawing has one piece or
/// two.
/// </summary>
internal sealed class ConnectedComponents
{
    /// <summary>What has more runs than this isn't writing, and would cost time and memory without bounds.</summary>
    private const int MostRuns = 200_000;

    private readonly record struct Run(int Y, int Left, int Right);

    private const int UsualRuns = 512; // more than a drawing of the page has

    private readonly List<Run> _runs = new(UsualRuns);
    // of runs: another one of the same piece, farther on, or itself if it is the last; in the end, which piece
    private readonly List<int> _labels = new(UsualRuns);

    private ConnectedComponents()
    {
    }

    /// <summary>The pieces, in no particular order.</summary>
    public ConnectedComponent[] Pieces { get; private set; } = [];

    /// <summary>Finds the pieces of all ink; null where there is so much in so many places that it can't be writing.</summary>
    public static ConnectedComponents? Of(InkImage plane)
    {
        var found = new ConnectedComponents();
        var above = 0; // the first run of the row above
        for (var y = 0; y < plane.Height; y++)
        {
            var first = found._runs.Count;
            found.FindRuns(plane.Row(y), y);
            if (found._runs.Count > MostRuns)
                return null;
            found.Join(above, first);
            above = first;
        }

        found.Measure(plane);
        return found;
    }

    /// <summary>Takes pieces away, from the plane too.</summary>
    /// <param name="plane">That they are of.</param>
    /// <param name="isDirt">By the index of the piece.</param>
    public void Erase(InkImage plane, Predicate<int> isDirt)
    {
        foreach (var (index, run) in _runs.Index())
        {
            if (isDirt(_labels[index]))
                plane.Writable[(run.Y * plane.Width + run.Left)..(run.Y * plane.Width + run.Right)].Clear();
        }
    }

    /// <summary>Copies some pieces to a plane of their own; the caller disposes it.</summary>
    /// <param name="plane">That they are of.</param>
    /// <param name="isWanted">By the index of the piece.</param>
    /// <param name="box">Around them all.</param>
    public InkImage Copy(InkImage plane, Predicate<int> isWanted, in ConnectedComponent box)
    {
        var copy = new InkImage(box.Width, box.Height);
        copy.Writable.Clear();
        foreach (var (index, run) in _runs.Index())
        {
            if (isWanted(_labels[index]))
                plane.Row(run.Y)[run.Left..run.Right].CopyTo(copy.Writable[((run.Y - box.Top) * box.Width + run.Left - box.Left)..]);
        }

        return copy;
    }

    private void FindRuns(ReadOnlySpan<byte> row, int y)
    {
        for (var x = 0; x < row.Length;)
        {
            var start = row[x..].IndexOfAnyExcept((byte)0);
            if (start < 0)
                return;

            x += start;
            var length = row[x..].IndexOf((byte)0);
            var end = length < 0 ? row.Length : x + length;
            _labels.Add(_runs.Count);
            _runs.Add(new Run(y, x, end));
            x = end;
        }
    }

    // two rows side by side, each run of the lower with all of the upper that it touches, corners too
    private void Join(int above, int below)
    {
        var runs = CollectionsMarshal.AsSpan(_runs);
        for (var (upper, lower) = (above, below); upper < below && lower < runs.Length;)
        {
            if (runs[upper].Left <= runs[lower].Right && runs[lower].Left <= runs[upper].Right)
                _labels[Last(upper)] = Last(lower);
            if (runs[upper].Right < runs[lower].Right)
                upper++;
            else
                lower++;
        }
    }

    // the last run of its piece so far; the newest row is farther on than all before, so a label never points back
    private int Last(int run)
    {
        while (_labels[run] != run)
            run = _labels[run] = _labels[_labels[run]];
        return run;
    }

    private void Measure(InkImage plane)
    {
        var runs = CollectionsMarshal.AsSpan(_runs);
        var labels = CollectionsMarshal.AsSpan(_labels);
        var count = 0;
        for (var i = runs.Length - 1; i >= 0; i--)
            labels[i] = labels[i] == i ? count++ : labels[labels[i]];

        Pieces = new ConnectedComponent[count];
        var upper = 0; // follows the row above
        for (var i = 0; i < runs.Length; i++)
        {
            var run = runs[i];
            var covered = 0; // by runs of the row above
            while (upper < i && (runs[upper].Y < run.Y - 1 || (runs[upper].Y == run.Y - 1 && runs[upper].Right <= run.Left)))
                upper++;
            for (var other = upper; other < i && runs[other].Y == run.Y - 1 && runs[other].Left < run.Right; other++)
                covered += Math.Min(run.Right, runs[other].Right) - Math.Max(run.Left, runs[other].Left);

            ref var piece = ref Pieces[labels[i]];
            var length = run.Right - run.Left;
            var strongest = System.Numerics.Tensors.TensorPrimitives.Max(plane.Row(run.Y)[run.Left..run.Right]);
            var part = new ConnectedComponent(run.Left, run.Y, run.Right, run.Y + 1, length, 2 * (1 + length - covered), strongest);
            piece = piece.Area == 0 ? part : piece.With(part);
        }
    }
}
