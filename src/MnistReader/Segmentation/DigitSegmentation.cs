using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader.Segmentation;

/// <summary>
/// What is written on an ink plane, told from what isn't writing: the lines of ruled paper, a frame around the drawing, specks of dirt. Pieces of ink that
/// belong together, as the dots
/// of a dotted line or a 5 and its bar, are one digit.
/// </summary>
internal sealed class DigitSegmentation
{
    /// <summary>What is smaller than this share of the largest digit is a speck, a dot or a comma.</summary>
    private const double LargestSpeck = 0.22;

    /// <summary>Of several digits in a row, the smallest reaches this share of the largest's height.</summary>
    private const double SmallestDigit = 0.4;

    /// <summary>A bound on the work: the largest pieces, when there are more.</summary>
    private const int MostPieces = 500;

    private readonly InkImage _plane;
    private readonly ConnectedComponents? _ink;
    private readonly int[] _digitOf; // each piece, −1 for none
    private readonly ConnectedComponent[] _boxes;
    private readonly ConnectedComponent[] _marks;

    private DigitSegmentation(InkImage plane, ConnectedComponents? ink, int[] digitOf, ConnectedComponent[] boxes, ConnectedComponent[] marks) =>
        (_plane, _ink, _digitOf, _boxes, _marks) = (plane, ink, digitOf, boxes, marks);

    /// <summary>How many digits seem to be written side by side; 0 where the plane is blank.</summary>
    public int Digits => _boxes.Length;

    /// <summary>Finds the writing on a plane, and takes all else off it. A plane with nothing but strokes on it stays as it is.</summary>
    /// <param name="plane">It must live as long as this is used.</param>
    public static DigitSegmentation On(InkImage plane)
    {
        RuledLineRemoval.Erase(plane);
        if (ConnectedComponents.Of(plane) is not { } ink)
            return new DigitSegmentation(plane, null, [], [new ConnectedComponent(0, 0, plane.Width, plane.Height, 1, 1, 255)], []);

        var pieces = ink.Pieces;
        if (pieces.Length < 2) // most drawings of the page
            return new DigitSegmentation(plane, ink, new int[pieces.Length], pieces, []);

        var dirt = new bool[pieces.Length];
        FindDirt(plane, pieces, dirt);

        var groups = Group(pieces, dirt);
        var boxes = groups.ConvertAll(group => group.Select(piece => pieces[piece]).Aggregate((box, piece) => box.With(piece)));
        var isWriting = ByComparison(boxes, plane);
        var digits = new List<(List<int> Pieces, ConnectedComponent Box)>();
        foreach (var (group, box) in groups.Zip(boxes))
        {
            if (isWriting(box))
                digits.Add((group, box));
            else
                group.ForEach(piece => dirt[piece] = true);
        }

        if (dirt.Contains(true))
            ink.Erase(plane, piece => dirt[piece]);

        var tallest = digits.Select(digit => digit.Box.Height).DefaultIfEmpty().Max();
        digits.RemoveAll(digit => digit.Box.Height < SmallestDigit * tallest || digit.Box.Strongest < InkImage.FaintestInk);
        ConnectedComponent[] marks = digits.Count < 2 ? [] : [.. boxes.Except(digits.Select(digit => digit.Box)).Where(IsMark)];
        digits.Sort((one, other) => (one.Box.Left + one.Box.Right, one.Box.Top).CompareTo((other.Box.Left + other.Box.Right, other.Box.Top)));
        var digitOf = new int[pieces.Length];
        Array.Fill(digitOf, -1);
        foreach (var (index, digit) in digits.Index())
            digit.Pieces.ForEach(piece => digitOf[piece] = index);
        return new DigitSegmentation(plane, ink, digitOf, [.. digits.Select(digit => digit.Box)], marks);

        // dots, commas and dashes are of the digits' pen and stand between two of them; dirt is finer, and anywhere
        bool IsMark(ConnectedComponent box) => Math.Min(box.Width, box.Height) >= 0.6 * digits.Average(digit => digit.Box.Pen)
            && box.Strongest >= 0.6 * digits.Max(digit => digit.Box.Strongest)
            && box.Left >= digits.Min(digit => digit.Box.Left) && box.Right <= digits.Max(digit => digit.Box.Right)
            && box.Bottom > digits.Min(digit => digit.Box.Top) && box.Top < digits.Max(digit => digit.Box.Bottom) + 0.25 * tallest;
    }

    /// <summary>The ink of one of the digits alone, cut to its box.</summary>
    /// <param name="index">0 is the leftmost.</param>
    /// <returns>A plane of its own, to be disposed; null where the whole plane is blank.</returns>
    public InkImage? Cut(int index) => _ink is null ? _plane.Crop() : _ink.Copy(_plane, piece => _digitOf[piece] == index, _boxes[index]);

    /// <summary>Where one of the digits is in the picture.</summary>
    /// <param name="index">0 is the leftmost.</param>
    public PixelBox Box(int index) => InPicture(_boxes[index]);

    /// <summary>Where all the digits are in the picture; the whole of it where there are none.</summary>
    public PixelBox Box() => _boxes.Length == 0
        ? new PixelBox(0, 0, _plane.PictureWidth, _plane.PictureHeight)
        : InPicture(_boxes.Aggregate((box, digit) => box.With(digit)));

    /// <summary>Where something of the digits' pen stands between two of them that is too small for a digit: dots, commas, dashes.</summary>
    public IReadOnlyList<PixelBox> Marks => Array.ConvertAll(_marks, InPicture);

    private PixelBox InPicture(ConnectedComponent box)
    {
        var (scaleX, scaleY) = ((double)_plane.PictureWidth / _plane.Width, (double)_plane.PictureHeight / _plane.Height);
        var (left, top) = ((int)(box.Left * scaleX), (int)(box.Top * scaleY));
        return new PixelBox(left, top, (int)Math.Ceiling(box.Right * scaleX) - left, (int)Math.Ceiling(box.Bottom * scaleY) - top);
    }

    /// <summary>Tells writing from specks, from what lines have left, and from shadows at the picture's edge, by what all groups are like.</summary>
    private static Predicate<ConnectedComponent> ByComparison(List<ConnectedComponent> boxes, InkImage plane)
    {
        if (boxes.Count < 2)
            return _ => true;

        var strongest = boxes.Max(box => box.Strongest);
        var longest = boxes.Max(box => box.Extent);
        ConnectedComponent? within = boxes
            .Where(box => !box.TouchesEdge(plane) && box.Strongest > strongest / 2 && box.Extent > 0.4 * longest)
            .Select(box => (ConnectedComponent?)box)
            .MaxBy(box => box!.Value.Area);
        bool IsStroke(ConnectedComponent box) => box.Strongest > 0.3 * strongest
            && (within is not { } known || (box.Pen > 0.35 * known.Pen && !(box.Pen > 2.2 * known.Pen && box.TouchesEdge(plane))));
        var largest = boxes.Where(IsStroke).Select(box => box.Extent).DefaultIfEmpty().Max();
        return box => IsStroke(box) && box.Extent >= LargestSpeck * largest;
    }

    private static void FindDirt(InkImage plane, ConnectedComponent[] pieces, bool[] dirt)
    {
        if (pieces.Length > MostPieces)
        {
            var least = pieces.Select(piece => piece.Extent).OrderDescending().ElementAt(MostPieces);
            for (var i = 0; i < pieces.Length; i++)
                dirt[i] = pieces[i].Extent <= least;
        }

        for (var i = 0; i < pieces.Length; i++)
            dirt[i] |= !dirt[i] && (BorderRemoval.IsFrame(plane, pieces, i) || BorderRemoval.IsAlongTheEdge(plane, pieces[i]));
    }

    /// <summary>Which pieces belong together.</summary>
    private static List<List<int>> Group(ConnectedComponent[] pieces, bool[] dirt)
    {
        List<int> kept = [.. Enumerable.Range(0, pieces.Length).Where(piece => !dirt[piece])];
        if (kept.Count == 0)
            return [];

        var largest = pieces[kept.MaxBy(piece => pieces[piece].Extent)];
        var (small, pen) = (0.25 * largest.Extent, largest.Pen);
        // dots are round and of one size; a dotted line has much of its ink in them, and they may be some of their widths apart
        List<ConnectedComponent> dots = [.. kept.Select(piece => pieces[piece]).Where(piece => piece.Extent < 3.5 * piece.Pen).OrderBy(piece => piece.Extent)];
        var dot = dots.Count == 0 ? 0 : dots[dots.Count / 2].Extent;
        var inDots = dots.Where(piece => piece.Extent > 0.6 * dot && piece.Extent < 1.7 * dot).Sum(piece => piece.Area);
        var dotGap = dots.Count > 3 && inDots > 0.25 * kept.Sum(piece => pieces[piece].Area) ? 4 * dot : 0;

        var parents = kept.ToDictionary(piece => piece);
        for (var i = 0; i < kept.Count; i++)
        {
            for (var j = i + 1; j < kept.Count; j++)
            {
                if (Belong(pieces[kept[i]], pieces[kept[j]], small, pen, dotGap))
                    parents[Root(kept[i])] = Root(kept[j]);
            }
        }

        return [.. kept.GroupBy(Root).Select(group => group.ToList())];

        int Root(int piece)
        {
            while (parents[piece] != piece)
                piece = parents[piece];
            return piece;
        }
    }

    private static bool Belong(in ConnectedComponent one, in ConnectedComponent other, double small, double pen, double dotGap)
    {
        var (gap, least) = (one.Gap(other), one.Extent < other.Extent ? one : other);
        if (gap <= dotGap && dotGap > 0 && least.Extent > 0.15 * dotGap)
            return true;
        if (least.Extent < small)
            return least.Pen >= 0.45 * pen && gap <= 1.5 * least.Extent; // where a pen jumped; dirt is finer than the pen, or farther away
        var overlap = Math.Min(one.Right, other.Right) - Math.Max(one.Left, other.Left);
        return (overlap > 0.4 * Math.Min(one.Width, other.Width) && gap < 0.3 * Math.Max(one.Height, other.Height))
            || gap <= 0.5 * pen; // a 5 and its bar; a 4 of two strokes
    }
}
