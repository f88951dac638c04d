using MnistReader.Imaging;
using MnistReader.Ink;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// Makes pictures to learn from: real ink on paper of all kinds, seen by cameras and scanners of all kinds, with the truth about what is ink. The same seed
/// and index make the same picture on every processor.
/// </summary>
/// <param name="handwriting">Whose ink.</param>
/// <param name="seed">Draws everything.</param>
internal sealed class PictureGenerator(Handwriting handwriting, int seed)
{
    private const int MostSidePx = 480, LeastSidePx = 16;

    /// <summary>Share of pictures on which nothing is written.</summary>
    private const double Blank = 0.06;

    /// <summary>Reads the ink to write with, and holds back a part.</summary>
    /// <param name="dataFolder">Of MNIST.</param>
    /// <param name="strokes">The sources of pen strokes; none where empty.</param>
    /// <param name="validation">Images of MNIST to hold back, and with them a fifth of the sites of each source of strokes; 0 for nothing.</param>
    /// <param name="splitSeed">Draws which.</param>
    /// <param name="seed">Draws the pictures to learn from; those to measure on are always the same.</param>
    /// <returns>What makes pictures to learn from, and what makes those to measure on, with ink of other writers; null for none.</returns>
    public static (PictureGenerator Training, PictureGenerator? Validation) Load(
        string dataFolder, IReadOnlyList<StrokeSet> strokes, int validation, int splitSeed, int seed)
    {
        var (images, heldBack) = MnistDataset.LoadTraining(dataFolder).Split(validation, splitSeed);
        if (heldBack is null)
            return (new PictureGenerator(new Handwriting(images, [.. strokes.SelectMany(set => set.Signs)]), seed), null);

        var (signs, others) = StrokeSet.HoldBack(strokes, splitSeed);
        return (new PictureGenerator(new Handwriting(images, signs), seed), new PictureGenerator(new Handwriting(heldBack, others), seed: 0));
    }

    /// <summary>Makes one picture.</summary>
    /// <param name="index">Which; the same index gives the same picture, whichever were made before.</param>
    /// <param name="most">Digits in a line at most, at least 1.</param>
    /// <param name="least">At least.</param>
    /// <param name="isCutOut">Whether it is one line, cut out closely as by who has found the ink; small, and so made in little time.</param>
    public WrittenPicture Make(long index, int most, int least = 1, bool isCutOut = false)
    {
        var random = new Random(Mix(index)); // everything is drawn from it in one order
        var digits = random.Next(least, most + 1);
        var isBoard = random.Next(isCutOut ? 10 : 6) == 0;
        var isFaint = !isBoard && random.Next(isCutOut ? 20 : 10) == 0;
        var pitch = digits > 1 && random.Next(isCutOut ? 12 : 6) == 0 ? random.Between(0.9f, 1.5f) : 0; // cells of a form
        var lines = Write(digits, pitch, isCutOut, random);
        var all = lines.SelectMany(line => line).ToList();
        var writing = SheetBox.Around(all);

        var scale = (isCutOut ? 12 : 14) * (float)Math.Pow(isCutOut ? 4 : 11, random.NextDouble()); // of a digit, in pixels
        var reach = Math.Max(writing.Right - writing.Left, writing.Bottom - writing.Top);
        scale = Math.Min(scale, 0.8f * MostSidePx / reach);
        var view = View.Draw(scale, scale * reach, random);
        (view, var width, var height) = Crop(view, writing, isCutOut, random);

        var ink = new InkImage(width, height, new byte[width * height]);
        var others = new byte[width * height];
        var print = new byte[width * height];
        foreach (var glyph in all)
            glyph.Draw(ink.Writable, width, view);
        Neighbours(others, width, view, writing, isCutOut, random);
        Print(print, width, view, writing, random);
        var surface = Surface(writing, lines[0].Count, pitch, isBoard, isFaint, isCutOut, random);
        var isBlank = random.NextDouble() < Blank;
        var light = Light(width, height, view, surface, isBlank ? new byte[width * height] : ink.Pixels, others, print, isBoard, isFaint, random);
        var picture = Camera.Take(width, height, light, isFaint, random);
        if (isBlank)
            ink.Writable.Clear();
        return new WrittenPicture(picture, ink, isBlank ? [] : [.. lines.Select(line => new WrittenLine(
            string.Concat(line.Select(glyph => glyph.Symbol)), line.ConvertAll(glyph => InPicture(glyph.Box, view))))]);
    }

    /// <summary>One line of a hand, now and then several.</summary>
    private List<List<Glyph>> Write(int digits, float pitch, bool isOne, Random random)
    {
        var count = !isOne && digits > 1 && random.Next(8) == 0 ? random.Next(2, 4) : 1;
        var lines = new List<List<Glyph>>();
        var bottom = 0f;
        for (var i = 0; i < count; i++)
        {
            // a lone stroke is the digit that lines are most like
            var text = digits > 1 ? NumberText.Draw(digits, random) : random.Next(10) == 0 ? "1" : $"{random.Next(10)}";
            var line = handwriting.Write(text, pitch, random);
            var down = i == 0 ? 0 : bottom - line.Min(glyph => glyph.Box.Top) + random.Between(0.15f, 0.8f);
            line = line.ConvertAll(glyph => glyph.Moved(i == 0 ? 0 : random.Between(-0.02f, 0.02f), down));
            bottom = line.Max(glyph => glyph.Box.Bottom);
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>How much of the sheet the picture shows: from a crop within the ink to three times as much paper as writing.</summary>
    private static (View View, int Width, int Height) Crop(View view, SheetBox writing, bool isClose, Random random)
    {
        var (left, top, right, bottom) = writing.In(view);
        var wide = isClose
            ? random.Next(6) switch { 0 => 0.1f, 1 => 0.4f, 2 => 1, _ => 0.25f } // digits
            : random.Next(9) switch { < 2 => 0.1f, < 4 => 0.4f, < 6 => 1, < 8 => 2.5f, _ => 6 };
        var tightest = random.Next(8) == 0 ? -0.04f : 0.02f;
        var (marginLeft, marginTop, marginRight, marginBottom) = (Margin(), Margin(), Margin(), Margin());
        var (width, height) = (right - left + marginLeft + marginRight, bottom - top + marginTop + marginBottom);
        var shrink = Math.Min(1, MostSidePx / Math.Max(width, height));
        var grow = Math.Max(1, LeastSidePx / Math.Min(width * shrink, height * shrink));
        var by = shrink * grow;
        view = view with
        {
            A = view.A * by, B = view.B * by, C = view.C * by, D = view.D * by, VanishX = view.VanishX / by, VanishY = view.VanishY / by,
            X = (marginLeft - left) * by, Y = (marginTop - top) * by,
        };
        return (view, Math.Max(LeastSidePx, (int)(width * by)), Math.Max(LeastSidePx, (int)(height * by)));

        float Margin() => view.Scale * random.Between(tightest, wide);
    }

    /// <summary>Digits of the next words and lines that the picture's edge cuts: whoever reads this one leaves them out.</summary>
    private void Neighbours(Span<byte> ink, int width, in View view, SheetBox writing, bool isCutOut, Random random)
    {
        if (random.Next(isCutOut ? 8 : 3) > 0) // digits at the ends of a line that is cut out closely are often cut, too
            return;

        var height = ink.Length / width;
        for (var side = random.Next(1, 16); side > 0; side &= side - 1)
        {
            var line = handwriting.Write(NumberText.Draw(random.Next(1, 4), random), 0, random);
            var box = SheetBox.Around(line);
            var seen = random.Between(0.05f, isCutOut ? 0.4f : 0.7f); // digits of it
            // the corners of the picture on the sheet say where its edges are
            var (left, top) = view.Unproject(0, 0);
            var (right, bottom) = view.Unproject(width, height);
            var (x, y) = (side & -side) switch
            {
                1 => (left + seen - box.Right, random.Between(-0.3f, 0.3f)),
                2 => (right - seen - box.Left, random.Between(-0.3f, 0.3f)),
                4 => (random.Between(left, right), top + seen - box.Bottom),
                _ => (random.Between(left, right), bottom - seen - box.Top),
            };
            foreach (var glyph in line)
            {
                var moved = glyph.Moved(x, y);
                if (!moved.Box.Overlaps(writing))
                    moved.Draw(ink, width, view);
            }
        }
    }

    /// <summary>Words in small print near the writing, and what shows through from the other side.</summary>
    private void Print(Span<byte> print, int width, in View view, SheetBox writing, Random random)
    {
        if (random.Next(5) == 0)
        {
            for (var words = random.Next(1, 5); words > 0; words--)
            {
                var size = random.Between(0.15f, 0.4f);
                var word = handwriting.Word(random.Next(2, 9), size, random);
                var box = SheetBox.Around(word);
                var x = random.Between(writing.Left - 1, writing.Right + 0.5f);
                var y = random.Next(2) == 0 ? writing.Top - random.Between(0.05f, 1) - box.Bottom : writing.Bottom + random.Between(0.05f, 1) - box.Top;
                foreach (var glyph in word)
                    glyph.Moved(x, y).Draw(print, width, view);
            }
        }
    }

    /// <summary>What each place of the sheet gives back, and of what lies around it.</summary>
    private static Func<float, float, float> Surface(
        SheetBox writing, int characters, float pitch, bool isBoard, bool isFaint, bool isCutOut, Random random)
    {
        var paper = new Paper(isBoard, plain: isFaint || random.Next(6) == 0, random);
        if (isCutOut && !isFaint && random.Next(2) == 0) // lines are amounts mostly, and these stand on cheques
            paper.Security(random);
        if (!isFaint && random.Next(4) == 0)
            paper.Rule(isBoard, random);
        if (pitch > 0)
        {
            var cells = new SheetBox(0, writing.Top - random.Between(0.1f, 0.3f), characters * pitch, writing.Bottom + random.Between(0.1f, 0.3f));
            paper.Frame(cells, characters, isBoard, random);
        }
        else if (!isFaint && random.Next(8) == 0)
        {
            paper.Frame(writing.Widened(0.08f, 0.6f, random), 1, isBoard, random);
        }

        if (isFaint || random.Next(6) > 0)
            return paper.At;

        // a note on a desk, or cut out to the very ink and laid on something else
        var sheet = random.Next(3) == 0 ? writing.Widened(-0.04f, 0.1f, random) : writing.Widened(0.05f, 1.2f, random);
        return paper.On(sheet, new Paper(random.Next(2) == 0, plain: random.Next(3) == 0, random), random);
    }

    /// <summary>The light that comes from each pixel, 0 to 255, before the camera's own faults.</summary>
    private static float[] Light(
        int width, int height, in View view, Func<float, float, float> surface, ReadOnlySpan<byte> ink, ReadOnlySpan<byte> others, ReadOnlySpan<byte> print,
        bool isBoard, bool isFaint, Random random)
    {
        var strength = isFaint ? random.Between(0.06f, 0.2f) : random.Next(3) == 0 ? random.Between(0.25f, 0.6f) : random.Between(0.6f, 1);
        var level = isBoard ? random.Between(0.6f, 1) : random.Between(0, 0.25f);
        var (depth, size) = (random.Next(3) == 0 ? random.Between(0.1f, 0.7f) : 0, random.Between(0.01f, 0.1f)); // of the paper's grain
        var (printed, through) = (random.Between(0.1f, 0.9f), random.Next(8) == 0);
        var (ghost, ghostX, grain) = (through ? random.Between(0.04f, 0.25f) : 0, random.Next(width), new Paper(isBoard, plain: true, random));
        var illumination = new Illumination(width, height, isFaint, random);
        var light = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = y * width + x;
                var (sheetX, sheetY) = view.Unproject(x + 0.5f, y + 0.5f);
                var back = surface(sheetX, sheetY) * (1 - printed * print[at] / 255);
                if (ghost > 0 && ghostX - x is var mirrored && mirrored >= 0 && mirrored < width) // the other side shows through
                    back *= 1 - ghost * others[y * width + mirrored] / 255 - ghost * ink[y * width + mirrored] / 255;
                float covered = Math.Max(ink[at], others[at]);
                if (covered > 0)
                {
                    covered *= strength / 255;
                    if (depth > 0)
                        covered *= 1 - depth * grain.Noise(sheetX / size, sheetY / size);
                    back += (level - back) * covered;
                }

                light[at] = 255 * back * illumination.At(x, y);
            }
        }

        return light;
    }

    private static PixelBox InPicture(SheetBox box, View view)
    {
        var (left, top, right, bottom) = box.In(view);
        return new PixelBox((int)left, (int)top, (int)MathF.Ceiling(right) - (int)left, (int)MathF.Ceiling(bottom) - (int)top);
    }

    // neighbouring seeds of Random draw alike at first: mixed as splitmix64 mixes (Steele, Lea and Flood, 2014)
    private int Mix(long index)
    {
        var mixed = unchecked((ulong)seed * 0x9E3779B97F4A7C15 + (ulong)index * 0xD1B54A32D192ED03);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        mixed = unchecked((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB);
        return (int)(mixed >> 33);
    }
}
