using System.Numerics.Tensors;
using MnistReader.Ink;

namespace MnistReader.Segmentation;

/// <summary>
/// Takes the lines of ruled and squared paper out of an ink plane: thin straight lines, nearly level or nearly upright, that run right across the picture.
/// Where a stroke crosses one, it is thicker or darker than the line, and stays.
/// </summary>
internal static class RuledLineRemoval
{
    /// <summary>How steep a line may be: 7 degrees.</summary>
    private const double Steepest = 0.12;

    /// <summary>How much of its way across the picture a line must be seen.</summary>
    private const double LeastSeen = 0.55;

    /// <summary>Lines that are in the picture for less than this share of its width look like strokes.</summary>
    private const double LeastWay = 0.08;

    /// <summary>On a picture with a shorter side than this, strokes are as thin as lines.</summary>
    private const int SmallestPagePx = 32;

    /// <summary>More than any paper has: a bound on the work.</summary>
    private const int MostCandidates = 400, MostThinRuns = 100_000, LargestSidePx = 2048;

    private readonly record struct ThinRun(int X, int Top, int Bottom, byte Strongest);

    /// <summary>Takes them out, where there are any; nothing is done where the border has no ink on two opposite sides.</summary>
    public static void Erase(InkImage plane)
    {
        if (Math.Max(plane.Width, plane.Height) > LargestSidePx || Math.Min(plane.Width, plane.Height) < SmallestPagePx)
            return;

        var (across, down) = Ends(plane);
        if (across)
            EraseAcross(plane);
        if (!down)
            return;

        using var turned = Transpose(plane);
        if (EraseAcross(turned) == 1 && !turned.Writable.ContainsAnyExcept((byte)0))
            return; // a 1 that is cropped tightly

        using var back = Transpose(turned);
        back.Writable.CopyTo(plane.Writable);
    }

    private static (bool Across, bool Down) Ends(InkImage plane)
    {
        var (left, right) = (false, false);
        for (var y = 0; y < plane.Height; y++)
            (left, right) = (left || plane.Row(y)[0] > 0, right || plane.Row(y)[^1] > 0);
        return (left && right, plane.Row(0).ContainsAnyExcept((byte)0) && plane.Row(plane.Height - 1).ContainsAnyExcept((byte)0));
    }

    private static InkImage Transpose(InkImage plane)
    {
        var turned = new InkImage(plane.Height, plane.Width);
        for (var y = 0; y < plane.Height; y++)
        {
            var row = plane.Row(y);
            for (var x = 0; x < row.Length; x++)
                turned.Writable[x * plane.Height + y] = row[x];
        }

        return turned;
    }

    /// <summary>
    /// Takes out the lines that run across, by a Hough transform: each thin run of ink votes for every line, of all slopes up to the steepest, that it may
    /// be on; the line with most votes is taken out, and its runs' votes with it, until too few are left.
    /// </summary>
    /// <returns>How many lines there were.</returns>
    private static int EraseAcross(InkImage plane)
    {
        var thickest = Math.Max(4, Math.Min(plane.Width, plane.Height) / 50);
        var runs = ThinRuns(plane, thickest);
        if (runs.Count > MostThinRuns)
            return 0;

        var (slopes, step) = (2 * (int)(Steepest * plane.Width / 2) + 1, 2.0 / plane.Width); // a step moves the far end by two pixels
        var reach = (int)(Steepest * plane.Width) + 1; // lines may begin above or below the picture
        var height = plane.Height + 2 * reach;
        var votes = new int[slopes * height];
        foreach (var run in runs)
        {
            for (var slope = 0; slope < slopes; slope++)
                votes[slope * height + At(run, slope)]++;
        }

        var erased = new bool[runs.Count];
        var found = 0;
        for (var candidate = 0; candidate < MostCandidates; candidate++)
        {
            // the line that most runs are on, of those that are seen on enough of their way
            var best = TensorPrimitives.IndexOfMax<int>(votes);
            if (votes[best] < LeastWay * plane.Width)
                return found;

            var (slope, at) = (best / height, best % height);
            List<int> members = [.. Enumerable.Range(0, runs.Count).Where(run => !erased[run] && Math.Abs(At(runs[run], slope) - at) <= 1)];
            var way = Way(at - reach, (slope - slopes / 2) * step, plane);
            if (members.Count < LeastSeen * way || (found == 0 && way < 0.6 * plane.Width))
            {
                votes[best] = 0;
                continue;
            }

            found++;
            var thickness = Median(members.Select(run => runs[run].Bottom - runs[run].Top)) + 2;
            var strength = 1.4 * Median(members.Select(run => (int)runs[run].Strongest)) + 16;
            foreach (var member in members)
            {
                var run = runs[member];
                erased[member] = true;
                for (var other = 0; other < slopes; other++)
                    votes[other * height + At(run, other)]--;
                if (run.Bottom - run.Top > thickness || run.Strongest > strength)
                    continue;
                for (var y = run.Top; y < run.Bottom; y++)
                    plane.Writable[y * plane.Width + run.X] = 0;
            }
        }

        return found;

        int At(ThinRun run, int slope) => Math.Clamp((int)((run.Top + run.Bottom) / 2.0 - (slope - slopes / 2) * step * run.X) + reach, 0, height - 1);
    }

    // what a stroke of the pen leaves down a column, if it is as thin as a line
    private static List<ThinRun> ThinRuns(InkImage plane, int thickest)
    {
        var runs = new List<ThinRun>();
        var starts = new int[plane.Width]; // of the run that a column is in, from 1
        var strongest = new byte[plane.Width];
        for (var y = 0; y <= plane.Height; y++)
        {
            var row = y < plane.Height ? plane.Row(y) : new byte[plane.Width];
            for (var x = 0; x < row.Length; x++)
            {
                if (row[x] > 0)
                {
                    if (starts[x] == 0)
                        (starts[x], strongest[x]) = (y + 1, 0);
                    strongest[x] = Math.Max(strongest[x], row[x]);
                }
                else if (starts[x] > 0)
                {
                    if (y - starts[x] + 1 <= thickest)
                        runs.Add(new ThinRun(x, starts[x] - 1, y, strongest[x]));
                    starts[x] = 0;
                }
            }
        }

        return runs;
    }

    /// <summary>How many columns the line y = at + slope · x is within the picture.</summary>
    private static int Way(int at, double slope, InkImage plane)
    {
        var columns = 0;
        for (var x = 0; x < plane.Width; x++)
            columns += at + slope * x is var y && y >= 0 && y < plane.Height ? 1 : 0;
        return Math.Max(1, columns);
    }

    private static int Median(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
