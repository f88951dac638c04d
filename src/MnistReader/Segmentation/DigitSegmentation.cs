using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader.Segmentation;

/// <summary>
/// What is written on an ink plane, told from specks of dirt. Pieces of ink that belong together, as the dots of a dotted line or a 5 and its bar, are one
/// digit.
/// </summary>
internal sealed class DigitSegmentation
{
    /// <summary>What is smaller than this share of the largest digit is a speck, a dot or a comma.</summary>
    private const double LargestSpeck = 0.22;

    /// <summary>Of several digits in a row, the smallest reaches this share of the largest's height.</summary>
    private const double SmallestDigit = 0.4;

    /// <summary>What is beside a digit has its middle in this share of the digit's width at its left or right end, or beyond.</summary>
    private const double Outer = 0.2;

    /// <summary>A bound on the work: the largest pieces, when there are more.</summary>
    private const int MostPieces = 500;

    private readonly InkImage _plane;
    private readonly ConnectedComponents? _ink;
    private readonly int[] _digitOf; // each piece, −1 for none
    private readonly ConnectedComponent[] _boxes;
    private readonly ConnectedComponent[] _marks;

    /// <summary>
    /// On a picture with a shorter side than this, a stroke may well run from edge to edge; on one with no side as long as this, there is nothing but a digit.
    /// </summary>
    private const int SmallestPagePx = 32;

    private DigitSegmentation(InkImage plane, ConnectedComponents? ink, int[] digitOf, ConnectedComponent[] boxes, ConnectedComponent[] marks) =>
        (_plane, _ink, _digitOf, _boxes, _marks) = (plane, ink, digitOf, boxes, marks);

    /// <summary>How many digits seem to be written side by side; 0 where the plane is blank.</summary>
    public int Digits => _boxes.Length;

    /// <summary>
    /// Whether all ink seems to be writing: nothing frames the rest, as a box does, nothing runs from edge to edge, as a ruled line does, and nothing is broad
    /// and pale, as a sheet on another one.
    /// </summary>
    public bool IsClean { get; private init; } = true;

    /// <summary>Finds the writing on a plane, and takes specks off it. A plane with nothing but strokes on it stays as it is.</summary>
    /// <param name="plane">It must live as long as this is used.</param>
    public static DigitSegmentation On(InkImage plane)
    {
        if (ConnectedComponents.Of(plane) is not { } ink) // confetti: nothing is told apart
            return new DigitSegmentation(plane, null, [], [new ConnectedComponent(0, 0, plane.Width, plane.Height, 1, 1, 255)], []) { IsClean = false };

        var pieces = ink.Pieces;
        var isClean = Math.Max(plane.Width, plane.Height) < SmallestPagePx
            || (pieces.Length <= MostPieces && !Array.Exists(pieces, piece => RunsAcross(plane, piece) || Frames(plane, pieces, piece) || IsSheet(plane, pieces, piece)));
        if (pieces.Length < 2) // most drawings of the page
            return new DigitSegmentation(plane, ink, new int[pieces.Length], pieces, []) { IsClean = isClean };

        var dirt = TooMany(pieces);
        var groups = Group(pieces, dirt);
        var isWriting = WritingAmong(groups.ConvertAll(group => group.Box), plane);
        var writing = groups.FindAll(group => isWriting(group.Box));
        foreach (var piece in groups.Where(group => !isWriting(group.Box)).SelectMany(group => group.Pieces))
            dirt[piece] = true;
        if (dirt.Contains(true))
            ink.Erase(plane, piece => dirt[piece]);

        var tallest = writing.Select(group => group.Box.Height).DefaultIfEmpty().Max();
        var digits = writing.FindAll(group => group.Box.Height >= SmallestDigit * tallest && group.Box.Strongest >= InkImage.FaintestInk);
        var marks = FindMarks(groups, digits, tallest);
        digits.Sort((one, other) => (one.Box.Left + one.Box.Right, one.Box.Top).CompareTo((other.Box.Left + other.Box.Right, other.Box.Top)));
        var digitOf = new int[pieces.Length];
        Array.Fill(digitOf, -1);
        foreach (var (index, digit) in digits.Index())
            digit.Pieces.ForEach(piece => digitOf[piece] = index);
        return new DigitSegmentation(plane, ink, digitOf, [.. digits.Select(digit => digit.Box)], marks) { IsClean = isClean };
    }

    /// <summary>
    /// Takes neighbours of the main digit off the plane, as a crop of a page shows them: what the picture's edge cuts, and dots beside it. Where the main
    /// digit, which is the one in the middle, itself reaches the edge, what the left or right edge cuts and is beside it.
    /// </summary>
    /// <returns>What is left.</returns>
    public DigitSegmentation WithoutNeighbours()
    {
        if (_ink is not { Pieces: { Length: > 1 } pieces })
            return this;

        var kept = Enumerable.Range(0, pieces.Length).Where(IsKept).ToList();
        var largest = kept.Select(piece => pieces[piece].Extent).DefaultIfEmpty().Max(); // nothing may be left
        var free = Largest(piece => !pieces[piece].TouchesEdge(_plane));
        if ((free ?? Largest(IsInTheMiddle)) is not { } index)
            return this;

        var main = pieces[index];
        using var mainInk = _ink.Copy(_plane, piece => piece == index, main);
        var neighbours = kept.Where(piece => piece != index && IsNeighbour(pieces[piece])).ToHashSet(); // of each piece once: it may have many runs
        _ink.Erase(_plane, neighbours.Contains);
        return On(_plane);

        bool IsKept(int piece) => _plane.Row(pieces[piece].Top)[pieces[piece].Left..pieces[piece].Right].ContainsAnyExcept((byte)0);

        // of a size with the largest; null where none is
        int? Largest(Predicate<int> isWanted)
        {
            var among = kept.FindAll(piece => isWanted(piece) && pieces[piece].Extent >= 0.6 * largest);
            return among.Count == 0 ? null : among.MaxBy(piece => pieces[piece].Extent);
        }

        bool IsInTheMiddle(int piece) => pieces[piece].Left <= _plane.Width / 2 && pieces[piece].Right > _plane.Width / 2;

        bool IsNeighbour(in ConnectedComponent piece) => IsCut(piece) || (piece.Extent < 0.25 * main.Extent && IsApart(piece));

        bool IsCut(in ConnectedComponent piece) =>
            free is not null ? piece.TouchesEdge(_plane) : (piece.Left == 0 || piece.Right == _plane.Width) && IsBeside(piece);

        // the dot behind a digit that leans stands within its box; a dot in a zero is in the middle
        bool IsApart(in ConnectedComponent piece) =>
            piece.Gap(main) > 0.3 * main.Pen || (IsBeside(piece) && !IsNearMain(piece, reach: 1 + (int)(0.5 * main.Pen)));

        bool IsNearMain(in ConnectedComponent piece, int reach)
        {
            var (left, right) = (Math.Max(0, piece.Left - reach - main.Left), Math.Min(main.Width, piece.Right + reach - main.Left));
            for (var y = Math.Max(main.Top, piece.Top - reach); left < right && y < Math.Min(main.Bottom, piece.Bottom + reach); y++)
            {
                if (mainInk.Row(y - main.Top)[left..right].ContainsAnyExcept((byte)0))
                    return true;
            }

            return false;
        }

        bool IsBeside(in ConnectedComponent piece) =>
            (piece.Left + piece.Right) / 2.0 is var middle && (middle < main.Left + Outer * main.Width || middle > main.Right - Outer * main.Width);
    }

    /// <summary>The ink of one of the digits alone, cut to its box.</summary>
    /// <param name="index">0 is the leftmost.</param>
    /// <returns>A plane of its own, to be disposed; null where the whole plane is blank.</returns>
    public InkImage? Cut(int index) => _ink is null ? _plane.Crop() : _ink.Copy(_plane, piece => _digitOf[piece] == index, _boxes[index]);

    /// <summary>Where one of the digits is in the picture.</summary>
    /// <param name="index">0 is the leftmost.</param>
    public PixelBox Box(int index) => InPicture(_boxes[index]);

    /// <summary>Where one of the digits is on the plane.</summary>
    /// <param name="index">0 is the leftmost.</param>
    public PixelBox BoxOnPlane(int index) => _boxes[index] is var box ? new PixelBox(box.Left, box.Top, box.Width, box.Height) : default;

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

    private static bool RunsAcross(InkImage plane, in ConnectedComponent piece) => Math.Min(plane.Width, plane.Height) >= SmallestPagePx
        && ((piece.Left == 0 && piece.Right == plane.Width) || (piece.Top == 0 && piece.Bottom == plane.Height));

    /// <summary>Whether what lies within a piece's box is more than a dot, and the piece is on all four sides of it.</summary>
    private static bool Frames(InkImage plane, ConnectedComponent[] pieces, in ConnectedComponent frame)
    {
        ConnectedComponent? within = null;
        foreach (var piece in pieces)
        {
            if (piece.Left > frame.Left && piece.Right < frame.Right && piece.Top > frame.Top && piece.Bottom < frame.Bottom)
                within = within?.With(piece) ?? piece;
        }

        if (within is not { } content || content.Extent <= 0.2 * Math.Min(frame.Width, frame.Height))
            return false;

        if (content.Strongest < 0.8 * frame.Strongest || content.Pen < 0.6 * frame.Pen || content.Pen > frame.Pen / 0.6)
            return true; // of another pen

        var row = plane.Row((content.Top + content.Bottom) / 2);
        var column = (content.Left + content.Right) / 2;
        return row[frame.Left..content.Left].ContainsAnyExcept((byte)0) && row[content.Right..frame.Right].ContainsAnyExcept((byte)0)
            && HasInk(column, frame.Top, content.Top) && HasInk(column, content.Bottom, frame.Bottom);

        bool HasInk(int x, int from, int to)
        {
            for (var y = from; y < to; y++)
            {
                if (plane.Row(y)[x] > 0)
                    return true;
            }

            return false;
        }
    }

    /// <summary>Whether the largest piece is broader than a pen, and mostly far weaker than its strongest ink, which is written on it.</summary>
    private static bool IsSheet(InkImage plane, ConnectedComponent[] pieces, in ConnectedComponent piece)
    {
        if (piece.Pen < 0.3 * piece.Extent || piece.Extent < 0.4 * pieces.Max(other => other.Extent))
            return false;

        long sum = 0, count = 0;
        for (var y = piece.Top; y < piece.Bottom; y++)
        {
            foreach (var ink in plane.Row(y)[piece.Left..piece.Right])
                (sum, count) = (sum + ink, count + (ink > 0 ? 1 : 0));
        }

        return sum < 0.4 * piece.Strongest * count;
    }

    /// <summary>The smallest pieces, where there are more than can be looked at.</summary>
    private static bool[] TooMany(ConnectedComponent[] pieces)
    {
        if (pieces.Length <= MostPieces)
            return new bool[pieces.Length];

        var least = pieces.Select(piece => piece.Extent).OrderDescending().ElementAt(MostPieces);
        return Array.ConvertAll(pieces, piece => piece.Extent <= least);
    }

    /// <summary>The pieces that aren't dirt, those that belong together in a group.</summary>
    private static List<PieceGroup> Group(ConnectedComponent[] pieces, bool[] dirt)
    {
        List<int> kept = [.. Enumerable.Range(0, pieces.Length).Where(piece => !dirt[piece])];
        if (kept.Count == 0)
            return [];

        var largest = pieces[kept.MaxBy(piece => pieces[piece].Extent)];
        var dotGap = DotGap(kept.ConvertAll(piece => pieces[piece]));
        var parents = kept.ToDictionary(piece => piece);
        for (var i = 0; i < kept.Count; i++)
        {
            for (var j = i + 1; j < kept.Count; j++)
            {
                if (Belong(pieces[kept[i]], pieces[kept[j]], largest, dotGap))
                    parents[Root(kept[i])] = Root(kept[j]);
            }
        }

        return [.. kept.GroupBy(Root)
            .Select(group => new PieceGroup([.. group], group.Select(piece => pieces[piece]).Aggregate((box, piece) => box.With(piece))))];

        int Root(int piece)
        {
            while (parents[piece] != piece)
                piece = parents[piece];
            return piece;
        }
    }

    /// <summary>How far apart the dots of a dotted line may be, in pixels; 0 where nothing is dotted.</summary>
    private static int DotGap(List<ConnectedComponent> pieces)
    {
        // dots are round, many and of one size, and much of the ink is in them
        List<ConnectedComponent> round = [.. pieces.Where(piece => piece.Extent < 3.5 * piece.Pen).OrderBy(piece => piece.Extent)];
        if (round.Count < 4)
            return 0;

        var usual = round[round.Count / 2].Extent;
        var inDots = round.Where(piece => piece.Extent > 0.6 * usual && piece.Extent < 1.7 * usual).Sum(piece => piece.Area);
        return inDots > 0.25 * pieces.Sum(piece => piece.Area) ? 4 * usual : 0;
    }

    /// <summary>Whether two pieces are parts of one digit.</summary>
    private static bool Belong(in ConnectedComponent one, in ConnectedComponent other, in ConnectedComponent largest, int dotGap)
    {
        var gap = one.Gap(other);
        var smaller = one.Extent < other.Extent ? one : other;
        if (dotGap > 0 && gap <= dotGap && smaller.Extent > 0.15 * dotGap) // neighbours in a dotted line
            return true;
        if (smaller.Extent < 0.25 * largest.Extent) // where a pen jumped; dirt is finer than the pen, or farther away
            return smaller.Pen >= 0.45 * largest.Pen && gap <= 1.5 * smaller.Extent;
        return gap <= 0.5 * largest.Pen || StandOneOverTheOther(one, other, gap); // a 4 of two strokes; a 5 and its bar
    }

    private static bool StandOneOverTheOther(in ConnectedComponent one, in ConnectedComponent other, int gap)
    {
        var overlap = Math.Min(one.Right, other.Right) - Math.Max(one.Left, other.Left);
        return overlap > 0.4 * Math.Min(one.Width, other.Width) && gap < 0.3 * Math.Max(one.Height, other.Height);
    }

    /// <summary>Tells writing from specks, from what lines have left, and from shadows at the picture's edge: they are unlike the rest of the ink.</summary>
    private static Predicate<ConnectedComponent> WritingAmong(List<ConnectedComponent> boxes, InkImage plane)
    {
        if (boxes.Count < 2)
            return _ => true;

        var strongest = boxes.Max(box => box.Strongest);
        var sample = SampleOfThePen(boxes, plane, strongest);
        var largest = boxes.Where(IsStroke).Select(box => box.Extent).DefaultIfEmpty().Max();
        return box => IsStroke(box) && box.Extent >= LargestSpeck * largest;

        bool IsStroke(ConnectedComponent box) => box.Strongest > 0.3 * strongest && (sample is not { } known || IsOfOnePen(box, known, plane));
    }

    /// <summary>What is writing, if anything is: long and strong, and away from the edge, where shadows are. Null where there is no such group.</summary>
    private static ConnectedComponent? SampleOfThePen(List<ConnectedComponent> boxes, InkImage plane, byte strongest)
    {
        var longest = boxes.Max(box => box.Extent);
        return boxes.Where(box => !box.TouchesEdge(plane) && box.Strongest > strongest / 2 && box.Extent > 0.4 * longest)
            .Select(box => (ConnectedComponent?)box)
            .MaxBy(box => box!.Value.Area);
    }

    // what is left of a line is finer than the pen; what is wider is a shadow where it reaches the edge, else a blot
    private static bool IsOfOnePen(in ConnectedComponent box, in ConnectedComponent sample, InkImage plane) =>
        box.Pen > 0.35 * sample.Pen && !(box.Pen > 2.2 * sample.Pen && box.TouchesEdge(plane));

    /// <summary>Dots, commas and dashes are of the digits' pen and stand between two of them; dirt is finer, and anywhere.</summary>
    private static ConnectedComponent[] FindMarks(List<PieceGroup> groups, List<PieceGroup> digits, int tallest)
    {
        if (digits.Count < 2)
            return [];

        var pen = digits.Average(digit => digit.Box.Pen);
        var row = digits.Select(digit => digit.Box).Aggregate((box, digit) => box.With(digit));
        return [.. groups.Select(group => group.Box).Except(digits.Select(digit => digit.Box)).Where(box => IsOfThePen(box) && StandsInTheRow(box))];

        bool IsOfThePen(ConnectedComponent box) => Math.Min(box.Width, box.Height) >= 0.6 * pen && box.Strongest >= 0.6 * row.Strongest;

        bool StandsInTheRow(ConnectedComponent box) => box.Left >= row.Left && box.Right <= row.Right
            && box.Bottom > row.Top && box.Top < row.Bottom + 0.25 * tallest; // a comma hangs below
    }

    /// <summary>Pieces of ink that belong together, and the box around them.</summary>
    private sealed record PieceGroup(List<int> Pieces, ConnectedComponent Box);
}
