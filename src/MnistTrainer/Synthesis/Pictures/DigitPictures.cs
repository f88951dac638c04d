using System.Globalization;
using System.Numerics;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using SkiaSharp;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>One picture that was made, and what is written on it.</summary>
/// <param name="Encoded">A PNG or JPEG file.</param>
/// <param name="Text">Its digits from left to right.</param>
internal sealed record DigitPicture(byte[] Encoded, string Text);

/// <summary>How a row of digits comes to be.</summary>
internal enum RowForm
{
    /// <summary>With a pen on white, by a program; no digits touch.</summary>
    Drawn,

    /// <summary>The same, and neighbours touch or nearly do.</summary>
    Touching,

    /// <summary>With a pencil on paper, taken with a phone; no digits touch.</summary>
    Photographed,
}

/// <summary>
/// Makes pictures such as people send: digits of MNIST and pen strokes on paper of all kinds, well or badly lit, drawn, scanned or photographed.
/// The same seed makes the same pictures.
/// </summary>
/// <param name="images">Digits of MNIST; they and the strokes take turns.</param>
/// <param name="strokes">Pen strokes.</param>
/// <param name="seed">Draws everything.</param>
internal sealed class DigitPictures(DigitSet images, IReadOnlyList<WrittenSign> strokes, int seed)
{
    /// <summary>The kinds of pictures of one digit, by name.</summary>
    public static IReadOnlyList<string> Conditions { get; } =
    [
        DarkOnLight, LightOnDark, Transparent, Grey, Gradient, Shadowed, Ruled, Squared, JpegNoise, Photo, Dirty, Framed, Dotted, AtTheEdge,
    ];

    /// <summary>A pencil drawing taken with a phone, of 3 to 12 megapixels: these take long to make.</summary>
    public const string Photo = "phone photo of pencil";

    private const string DarkOnLight = "dark on light";
    private const string LightOnDark = "light on dark";
    private const string Transparent = "transparent PNG";
    private const string Grey = "grey paper";
    private const string Gradient = "gradient paper";
    private const string Shadowed = "uneven light and shadow";
    private const string Ruled = "ruled lines";
    private const string Squared = "squared paper";
    private const string JpegNoise = "JPEG noise";
    private const string Dirty = "specks of dirt";
    private const string Framed = "frame around it";
    private const string Dotted = "dotted strokes";
    private const string AtTheEdge = "touching the edge";

    /// <summary>Makes a picture of one digit.</summary>
    /// <param name="condition">One of <see cref="Conditions"/>.</param>
    /// <param name="index">Which; the same index gives the same picture, whichever were made before.</param>
    /// <exception cref="ArgumentException">There is no such condition.</exception>
    public DigitPicture OneDigit(string condition, int index)
    {
        if (!Conditions.Contains(condition))
            throw new ArgumentException($"There is no condition '{condition}'. There are: {string.Join(", ", Conditions)}.", nameof(condition));

        var random = new Random(HashCode(condition, index)); // everything is drawn from it in one order, or the same seed makes other pictures
        if (condition == Photo)
            return Photograph([Stamp(index, random.Next(250, 700), random, false)], random);

        var (width, height) = (random.Next(240, 481), random.Next(240, 481));
        var shorter = Math.Min(width, height);
        using var digit = Stamp(index, (int)(random.Between(0.35f, 0.8f) * shorter), random, condition == Dotted);
        var place = (Left: random.NextSingle() * (width - digit.Bounds.Width), Top: random.NextSingle() * (height - digit.Bounds.Height));
        var (paper, ink) = Colours(condition, random);
        using var scene = new PaperScene(width, height, paper, random);
        switch (condition)
        {
            case Ruled or Squared:
                DrawLines(scene, shorter, paper, condition == Squared, random);
                break;
            case Dirty:
                scene.Dirty(random.Next(2, 16), 0.025f * shorter, Colour(random, 0, 150));
                break;
            case AtTheEdge:
                place = OverTheEdge(place, digit.Bounds, width, height, random);
                break;
            case Framed:
                place = DrawFrame(scene, place, digit.Bounds, width, height, ink, random);
                break;
            default:
                break;
        }

        scene.Write(digit, place.Left, place.Top, ink);
        return new DigitPicture(Take(scene, condition, shorter, random), digit.Label.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Makes a picture of a row of pen digits: spaced, of different sizes, slightly slanted.</summary>
    /// <param name="length">How many digits.</param>
    /// <param name="form">How it comes to be.</param>
    /// <param name="index">Which; the same index gives the same picture.</param>
    public DigitPicture Row(int length, RowForm form, int index)
    {
        var photographed = form == RowForm.Photographed;
        var random = new Random(HashCode(photographed ? "photographed row" : form == RowForm.Touching ? "touching row" : "row", 10 * index + length));
        var (penWidth, slant) = (random.Between(0.05f, 0.13f), random.Between(-0.1f, 0.25f));
        var height = photographed ? random.Next(120, 1500 / length) : random.Next(60, 141);
        List<DigitStamp> digits = [.. Enumerable.Range(0, length).Select(place =>
            DigitStamp.Of(Slant(strokes[random.Next(strokes.Count)], slant), (int)(height * random.Between(0.75f, 1.25f)), penWidth, dotted: false, random))];
        if (photographed)
            return Photograph(digits, random);

        var gaps = digits.ConvertAll(_ => (form == RowForm.Touching ? random.Between(-0.12f, 0.06f) : random.Between(0.15f, 0.6f)) * height);
        var width = (int)(digits.Sum(digit => digit.Bounds.Width) + gaps.Sum() + random.Between(0.2f, 1) * height);
        using var scene = new PaperScene(width, (int)(height * random.Between(1.8f, 3)), SKColors.White, random);
        WriteRow(scene, digits, gaps, height, margin: 0.01f, Colour(random, 0, 90), random);
        return new DigitPicture(scene.Encode(SKEncodedImageFormat.Png, 100), Text(digits));
    }

    private static (SKColor Paper, SKColor Ink) Colours(string condition, Random random) => condition switch
    {
        LightOnDark => (Colour(random, 0, 40), Colour(random, 200, 255)),
        Transparent => (SKColors.Transparent, random.Next(2) == 0 ? Colour(random, 0, 90) : Colour(random, 200, 255)),
        Grey => random.Next(4) == 0 ? (Colour(random, 70, 130), Colour(random, 215, 255)) : (Colour(random, 110, 220), Colour(random, 0, 50)),
        DarkOnLight or Dotted or AtTheEdge or JpegNoise => (SKColors.White, Colour(random, 0, 90)),
        _ => (Colour(random, 225, 255), Colour(random, 0, 90)),
    };

    // half of them tilted, as a sheet under a scanner
    private static void DrawLines(PaperScene scene, int shorter, SKColor paper, bool squared, Random random)
    {
        if (random.Next(2) == 0)
            scene.Tilt(2, 0.05f);
        var (gapPx, widthPx) = (random.Between(0.06f, 0.18f) * shorter, random.Between(1, 2.2f));
        scene.Rule(gapPx, widthPx, Mix(paper, RuleColour(random), random.Between(0.3f, 0.8f)), squared);
    }

    // touches one edge or two, a little of the stroke cut off
    private static (float Left, float Top) OverTheEdge((float Left, float Top) place, SKRectI ink, int width, int height, Random random)
    {
        var over = random.Between(0, 0.025f) * Math.Max(ink.Width, ink.Height);
        var sides = random.Next(1, 16);
        var (across, down) = (sides & 3, sides >> 2);
        return (
            across switch { 1 => -over, 2 => width - ink.Width + over, _ => place.Left },
            down switch { 1 => -over, 2 => height - ink.Height + over, _ => across is 1 or 2 ? place.Top : -over });
    }

    /// <summary>Draws a frame, and moves the digit where it would touch it; where the frame leaves no room, the digit crosses it.</summary>
    private static (float Left, float Top) DrawFrame(
        PaperScene scene, (float Left, float Top) place, SKRectI digit, int width, int height, SKColor ink, Random random)
    {
        var shorter = Math.Min(width, height);
        var (framePx, gap) = (random.Between(1.5f, 7), 0.04f * shorter);
        var outside = shorter * 0.03f + framePx;
        var isAtTheEdge = random.Next(4) == 0; // of the picture
        var edge = isAtTheEdge ? framePx / 2 : outside - framePx / 2;
        var byHand = !isAtTheEdge && random.Next(2) == 0;
        scene.DrawFrame(new SKRect(edge, edge, width - edge, height - edge), framePx, ink, byHand);
        return (Inside(place.Left, width - digit.Width), Inside(place.Top, height - digit.Height));

        float Inside(float at, float free) => Math.Clamp(at, outside + gap, Math.Max(outside + gap, free - outside - gap));
    }

    /// <summary>The encoded picture of what is on the paper: drawn by a program, scanned or badly lit.</summary>
    private static byte[] Take(PaperScene scene, string condition, int shorter, Random random)
    {
        switch (condition)
        {
            case Gradient:
                scene.Light(random.Between(0.35f, 0.75f));
                break;
            case Shadowed:
                scene.Light(random.Between(0.5f, 0.85f));
                scene.Shadow(random.Between(0.5f, 0.85f), random.Between(1, 0.15f * shorter));
                scene.Noise(random.Between(0.5f, 4));
                break;
            case JpegNoise:
                scene.Noise(random.Between(0, 4));
                return scene.Encode(SKEncodedImageFormat.Jpeg, random.Next(8, 50));
            case Ruled or Squared when random.Next(2) == 0: // half of them scanned, half drawn by a program
                scene.Light(random.Between(0.8f, 1));
                scene.Noise(random.Between(0.5f, 3));
                return scene.Encode(SKEncodedImageFormat.Jpeg, random.Next(70, 95));
            default:
                break;
        }

        return scene.Encode(SKEncodedImageFormat.Png, 100);
    }

    private static DigitPicture Photograph(List<DigitStamp> flat, Random random)
    {
        // half of the sensor's pixels in each direction: a phone's lens and denoising resolve no more
        var (width, height) = random.Next(3) == 0 ? (random.Next(750, 1501), random.Next(1000, 2001)) : (random.Next(1000, 2001), random.Next(750, 1501));
        var tallest = flat.Max(digit => digit.Bounds.Height);
        var gaps = flat.ConvertAll(_ => random.Between(0.2f, 0.6f) * tallest);
        width = (int)Math.Max(width, 1.25f * (flat.Sum(digit => digit.Bounds.Width) + gaps.Sum()));
        height = (int)Math.Max(height, 1.3f * tallest);
        using var scene = new PaperScene(width, height, Colour(random, 215, 250), random);
        scene.Tilt(4, 0.12f);
        var digits = flat.ConvertAll(digit => digit.WithGrain(random.Between(0.2f, 0.8f), random.Between(2, 5), random.Next()));
        var pencil = Colour(random, 30, 100).WithAlpha((byte)random.Next(150, 230));
        if (digits.Count > 1)
            WriteRow(scene, digits, gaps, tallest, margin: 0.1f, pencil, random);
        else
            scene.Write(digits[0], Margin(width, digits[0].Bounds.Width, random), Margin(height, digits[0].Bounds.Height, random), pencil);
        scene.Light(random.Between(0.6f, 0.95f));
        if (random.Next(2) == 0)
            scene.Shadow(random.Between(0.55f, 0.9f), random.Between(20, 150));
        scene.Vignette(random.Between(0.6f, 0.95f));
        scene.Blur(random.Between(0.4f, 2.5f));
        scene.Noise(random.Between(1.5f, 7));
        scene.Enlarge(2);
        return new DigitPicture(scene.Encode(SKEncodedImageFormat.Jpeg, random.Next(70, 95)), Text(digits));
    }

    // a tenth of the picture on each side, which may be out of sight once it is tilted
    private static float Margin(int side, int ink, Random random) => random.Between(0.1f * side, Math.Max(0.1f * side, 0.9f * side - ink));

    private static void WriteRow(PaperScene scene, List<DigitStamp> digits, List<float> gaps, float height, float margin, SKColor ink, Random random)
    {
        var rise = random.Between(-0.06f, 0.06f); // of the line that they stand on
        var written = digits.Sum(digit => digit.Bounds.Width) + gaps.Sum() - gaps[^1];
        var left = margin * scene.Width + random.NextSingle() * ((1 - 2 * margin) * scene.Width - written);
        var tallest = digits.Max(digit => digit.Bounds.Height) + 0.08f * height;
        var (highest, lowest) = (
            margin * scene.Height + tallest + Math.Max(0, -rise * written),
            (1 - margin) * scene.Height - Math.Max(0, rise * written) - 0.08f * height);
        var line = random.Between(highest, Math.Max(highest, lowest)) - rise * left;
        foreach (var (digit, gap) in digits.Zip(gaps))
        {
            scene.Write(digit, left, line + rise * left - digit.Bounds.Height + random.Between(-0.08f, 0.08f) * height, ink);
            left += digit.Bounds.Width + gap;
        }
    }

    private DigitStamp Stamp(int index, int sidePx, Random random, bool dotted) => dotted || index % 2 == 1
        ? DigitStamp.Of(strokes[random.Next(strokes.Count)], sidePx, dotted ? random.Between(0.05f, 0.08f) : random.Between(0.04f, 0.14f), dotted, random)
        : DigitStamp.Of(images, random.Next(images.Count), sidePx);

    private static WrittenSign Slant(WrittenSign digit, float slant) =>
        digit with { Strokes = [.. digit.Strokes.Select(stroke => stroke.Select(point => new Vector2(point.X - slant * point.Y, point.Y)).ToArray())] };

    // grey with a tint
    private static SKColor Colour(Random random, int from, int to) =>
        new((byte)random.Next(from, to + 1), (byte)random.Next(from, to + 1), (byte)random.Next(from, to + 1));

    private static SKColor RuleColour(Random random) => random.Next(3) switch
    {
        0 => new SKColor(120, 160, 220),
        1 => new SKColor(130, 130, 130),
        _ => new SKColor(220, 150, 150),
    };

    private static SKColor Mix(SKColor paper, SKColor line, float share) =>
        new(
            (byte)(paper.Red + share * (line.Red - paper.Red)),
            (byte)(paper.Green + share * (line.Green - paper.Green)),
            (byte)(paper.Blue + share * (line.Blue - paper.Blue)));

    private static string Text(List<DigitStamp> digits) => string.Concat(digits.Select(digit => digit.Label));

    // not string.GetHashCode, which differs from run to run
    private int HashCode(string condition, int index) => condition.Aggregate(seed * 1_000_003 + index * 7_919, (hash, letter) => unchecked(hash * 31 + letter));
}
