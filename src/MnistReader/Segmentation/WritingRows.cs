using MnistReader.Imaging;

namespace MnistReader.Segmentation;

/// <summary>Which digits stand in one row: rows may rise and fall, and have gaps.</summary>
internal static class WritingRows
{
    /// <summary>Share of the lower one's height that two neighbours in a row have in common at least.</summary>
    private const double LeastOverlap = 0.4;

    /// <summary>How far neighbours are apart at most, in heights of the taller one; rows of whole words may be farther apart.</summary>
    private const double WidestGap = 2;

    /// <summary>Sorts boxes into rows.</summary>
    /// <param name="boxes">Of digits, in any order.</param>
    /// <returns>Indexes of the boxes: rows from above, within each from the left.</returns>
    public static List<List<int>> Of(IReadOnlyList<PixelBox> boxes)
    {
        var rowOf = Enumerable.Range(0, boxes.Count).ToArray();
        for (var i = 0; i < boxes.Count; i++)
        {
            // the next one to the right
            int? next = null;
            for (var j = 0; j < boxes.Count; j++)
            {
                if (Centre(boxes[j]) > Centre(boxes[i]) && Overlap(boxes[i], boxes[j]) >= LeastOverlap
                    && Gap(boxes[i], boxes[j]) <= WidestGap * Math.Max(boxes[i].Height, boxes[j].Height)
                    && (next is not { } best || Centre(boxes[j]) < Centre(boxes[best])))
                    next = j;
            }

            if (next is { } neighbour)
                rowOf[Root(i)] = Root(neighbour);
        }

        var rows = Enumerable.Range(0, boxes.Count).GroupBy(Root)
            .Select(row => (Box: row.Select(index => boxes[index]).Aggregate((box, other) => box.With(other)), Members: row.ToList())).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = i + 1; j < rows.Count; j++)
            {
                if (Overlap(rows[i].Box, rows[j].Box) < LeastOverlap || Gap(rows[i].Box, rows[j].Box) < 0)
                    continue;

                rows[i] = (rows[i].Box.With(rows[j].Box), [.. rows[i].Members, .. rows[j].Members]); // one row with a wide gap
                rows.RemoveAt(j);
                j = i; // what is larger now may belong with others
            }
        }

        return [.. rows.OrderBy(row => row.Box.Y + row.Box.Height / 2.0).ThenBy(row => row.Box.X)
            .Select(row => row.Members.OrderBy(index => Centre(boxes[index])).ToList())];

        int Root(int index)
        {
            while (rowOf[index] != index)
                index = rowOf[index];
            return index;
        }
    }

    private static double Centre(in PixelBox box) => box.X + box.Width / 2.0;

    private static double Overlap(in PixelBox one, in PixelBox other) =>
        (double)(Math.Min(one.Y + one.Height, other.Y + other.Height) - Math.Max(one.Y, other.Y)) / Math.Max(1, Math.Min(one.Height, other.Height));

    /// <summary>The free distance from side to side; below 0 where one is over the other.</summary>
    private static int Gap(in PixelBox one, in PixelBox other) => Math.Max(one.X, other.X) - Math.Min(one.X + one.Width, other.X + other.Width);
}
