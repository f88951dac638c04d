using System.Numerics;
using MnistReader.Framing;
using MnistReader.Numbers;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Synthesis.Strokes;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>Real ink to write with: digits of MNIST, and pen strokes by the people of a site, each line by one hand.</summary>
internal sealed class Handwriting
{
    /// <summary>Share of lines that are written with MNIST's images.</summary>
    private const double MnistShare = 0.45;

    private readonly DigitSet _images;
    private readonly int[][] _imagesOf; // each digit
    private readonly ILookup<string, WrittenSign>[] _hands; // each site's signs by what they are
    private readonly double[] _weights; // of the sites, summed up
    private readonly WrittenSign[] _letters;
    private readonly double _printShare;

    /// <summary>Sorts the ink.</summary>
    /// <param name="images">Digits of MNIST.</param>
    /// <param name="signs">Pen strokes, digits and others; MNIST alone writes where there are none.</param>
    /// <param name="printShare">Share of lines that are print: of meters, displays, stamps and forms.</param>
    public Handwriting(DigitSet images, IReadOnlyList<WrittenSign> signs, double printShare = 0.08)
    {
        (_images, _printShare) = (images, printShare);
        var labels = images.Labels;
        _imagesOf = [.. Enumerable.Range(0, 10).Select(digit => Enumerable.Range(0, images.Count).Where(index => labels.Span[index] == digit).ToArray())];
        var sites = signs.Where(sign => sign.Label != DigitSet.NonDigit).GroupBy(sign => sign.Site).OrderBy(site => site.Key, StringComparer.Ordinal).ToList();
        _hands = [.. sites.Select(site => site.ToLookup(sign => sign.Text))];
        var sum = 0.0; // a site of many people is drawn more often, but not as often as it has digits
        _weights = [.. sites.Select(site => sum += Math.Sqrt(site.Count()))];
        _letters = [.. signs.Where(sign => sign.Label == DigitSet.NonDigit)];
    }

    /// <summary>Writes a line: its first character begins at x = 0.</summary>
    /// <param name="text">Digits and <see cref="NumberAlphabet.Separators"/>.</param>
    /// <param name="pitch">Where each character has a cell of this width; 0 for the spacing of the hand.</param>
    /// <param name="random">Draws hand, spacing, slant, drift and the character's shapes.</param>
    public List<Glyph> Write(string text, float pitch, Random random)
    {
        var print = random.NextDouble() < _printShare ? new PrintedDigits(random) : null;
        var hand = _hands.Length == 0 || random.NextDouble() < MnistShare ? null : _hands[Site(random)];
        var pen = print?.PenWidth ?? 0.035f * (float)Math.Pow(5, random.NextDouble());
        var slant = random.Next(3) == 0 ? random.Between(-0.2f, 0.7f) : random.Between(-0.05f, 0.3f);
        var stretch = random.Next(4) == 0 ? random.Between(1.1f, 1.6f) : random.Between(0.7f, 1.2f);
        var (gap, spread) = (random.Between(-0.2f, random.Next(4) == 0 ? 0.06f : 0.45f), random.Between(0, 0.12f));
        if (print is not null)
            (gap, slant) = (Math.Abs(gap) + 0.04f, random.Next(3) == 0 ? random.Between(0, 0.2f) : 0);
        var (bend, head) = (random.Between(-0.08f, 0.08f), random.Between(-0.5f, 0.5f)); // of this hand's digits
        var (rise, drift, smallZeros) = (random.Between(-0.08f, 0.08f), random.Between(0, 0.1f), random.Next(3) == 0 ? random.Between(0.45f, 1) : 1);
        var line = new List<Glyph>();
        var right = 0f;
        for (var place = 0; place < text.Length; place++)
        {
            var symbol = text[place];
            var size = random.Between(0.85f, 1.15f) * (symbol == '0' && place > 0 ? smallZeros : 1);
            var warp = (bend + random.Between(-0.05f, 0.05f), head + random.Between(-0.3f, 0.3f));
            var glyph = !char.IsAsciiDigit(symbol) ? Separator(symbol, pen, slant, random)
                : print is not null ? print.Write(symbol, slant)
                : hand is not null && hand.Contains(symbol.ToString()) ? FromStrokes(symbol, hand[symbol.ToString()], size, stretch, pen, slant, warp, random)
                : FromImage(symbol, size, stretch, slant, warp, random);
            var (left, end) = (glyph.Box.Left, glyph.Box.Right);
            var space = char.IsAsciiDigit(symbol) ? gap + spread * Normal(random) : Math.Max(0.02f, gap / 2);
            var isRun = smallZeros < 1 && place > 0 && symbol == '0' && text[place - 1] == '0'; // who writes zeros small runs them together
            if (isRun)
                space = Math.Min(space, 0) - 0.06f;
            var start = place == 0 ? 0
                : pitch > 0 ? Math.Max(right - 0.1f, place * pitch + (pitch - (end - left)) * random.Between(0.2f, 0.8f))
                : Math.Max(right + space, line[^1].Box.Left + 0.15f);
            glyph = glyph.Moved(start - left, rise * start + drift * random.Between(-0.5f, 0.5f));
            right = start + end - left;
            line.Add(isRun && random.Next(2) == 0 ? Joined(line[^1], glyph) : glyph);
        }

        return line;
    }

    /// <summary>A word of letters and signs, smaller than digits, as print near the writing; digits where no letters are known.</summary>
    /// <param name="length">Characters.</param>
    /// <param name="size">Their height.</param>
    /// <param name="random">Draws them.</param>
    public List<Glyph> Word(int length, float size, Random random)
    {
        var word = new List<Glyph>();
        var (right, pen) = (0f, size * random.Between(0.06f, 0.14f));
        for (var place = 0; place < length; place++)
        {
            var glyph = _letters.Length > 0
                ? FromStrokes('?', [_letters[random.Next(_letters.Length)]], size * random.Between(0.7f, 1.1f), 1, pen, 0, default, random)
                : FromImage((char)('0' + random.Next(10)), size, 1, 0, default, random);
            var (left, end) = (glyph.Box.Left, glyph.Box.Right);
            word.Add(glyph.Moved(right - left, 0));
            right += end - left + 0.15f * size;
        }

        return word;
    }

    private int Site(Random random)
    {
        var at = random.NextDouble() * _weights[^1];
        return Math.Max(0, Array.FindIndex(_weights, weight => weight > at));
    }

    private static Glyph FromStrokes(
        char symbol, IEnumerable<WrittenSign> signs, float size, float stretch, float pen, float slant, (float Bend, float Head) warp, Random random)
    {
        var sign = signs.ElementAt(random.Next(signs.Count()));
        var strokes = PenDrawing.Vary(symbol == '0' ? PenDrawing.MaybeSlashed(sign, random) : sign.Strokes, random);
        var all = strokes.SelectMany(stroke => stroke).ToList();
        var (low, high) = (all.Aggregate(Vector2.Min), all.Aggregate(Vector2.Max));
        var scale = size / Math.Max(1e-3f, Math.Max(high.Y - low.Y, 0.6f * (high.X - low.X)));
        return new Glyph(symbol, [.. strokes.Select(stroke => stroke.Select(point => Place(point)).ToArray())], pen);

        // rounded: other processors may have added in another order
        (float, float) Place(Vector2 point)
        {
            var (x, y) = ((point.X - low.X) * scale * stretch, (point.Y - high.Y) * scale);
            var height = Math.Max(1e-3f, (high.Y - low.Y) * scale);
            var aside = Math.Clamp(-4 * y * (height + y) / (height * height), 0, 1); // 1 in the middle of the height
            (x, y) = (x + warp.Bend * aside, y - warp.Head * aside * height / 4);
            return (MathF.Round((x - slant * y) * 4096) / 4096, MathF.Round(y * 4096) / 4096);
        }
    }

    private Glyph FromImage(char symbol, float size, float stretch, float slant, (float Bend, float Head) warp, Random random)
    {
        const int side = DigitImage.Side;
        var image = _images[_imagesOf[symbol - '0'][random.Next(_imagesOf[symbol - '0'].Length)]];
        var (left, top, right, bottom) = (side, side, 0, 0);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            if (image.Pixels[i] > 60)
                (left, top, right, bottom) = (Math.Min(left, i % side), Math.Min(top, i / side), Math.Max(right, i % side + 1), Math.Max(bottom, i / side + 1));
        }

        var unit = size / Math.Max(bottom - top, 0.6f * (right - left)); // the slant is MNIST's own, and half of the line's
        return new Glyph(symbol, [], 0)
        {
            Image = image, Placing = (0, unit * stretch, unit), Lean = (slant / 2, 0), Warp = warp, Ink = (left, top, right, bottom),
        };
    }

    /// <summary>A character that the pen was not lifted before: a stroke leads to its top from the top of the one before.</summary>
    private static Glyph Joined(Glyph before, Glyph glyph)
    {
        if (before.Image is not null || glyph.Image is not null)
            return glyph;

        var (from, to) = (Top(before), Top(glyph));
        return glyph with { Strokes = [.. glyph.Strokes, [from, ((from.X + to.X) / 2, Math.Max(from.Y, to.Y) + 0.05f), to]] };

        static (float X, float Y) Top(Glyph of) => of.Strokes.SelectMany(stroke => stroke).MinBy(point => point.Y);
    }

    private static Glyph Separator(char symbol, float pen, float slant, Random random)
    {
        var width = pen * random.Between(0.9f, 1.6f);
        var length = 0.15f + 1.2f * MathF.Pow(random.NextSingle(), 4); // of a dash: most are short, those that fill up a line are not
        var height = random.Between(0.3f, 0.6f);
        (float X, float Y)[][] strokes = symbol switch
        {
            '.' => [Dot(0, 0)],
            ',' => [[(0.06f, -0.08f), (0.05f, 0.05f), (-random.Between(0, 0.12f), random.Between(0.12f, 0.3f))]],
            '-' when random.Next(6) == 0 => [[(0, -height), (length, -height)], [(0, 0.15f - height), (length, 0.15f - height)]], // behind amounts often double
            '-' => [[(0, -height), (length, -height + random.Between(-0.08f, 0.08f))]],
            '/' => [[(random.Between(0.15f, 0.5f), -random.Between(0.9f, 1.3f)), (0, random.Between(0, 0.25f))]],
            _ => [Dot(0, -random.Between(0.45f, 0.65f)), Dot(0, -0.1f)],
        };
        return new Glyph(symbol, [.. strokes.Select(stroke => Array.ConvertAll(stroke, point => (point.X - slant * point.Y, point.Y)))], width);

        // a tap of the pen, or a short touch
        (float X, float Y)[] Dot(float x, float y) =>
            random.Next(2) == 0 ? [(x, y)] : [(x, y), (x + random.Between(-0.05f, 0.05f), y + random.Between(0, 0.08f))];
    }

    private static float Normal(Random random) => (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 2;
}
