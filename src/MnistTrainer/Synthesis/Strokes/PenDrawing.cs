using System.Numerics;
using MnistReader.Framing;
using MnistReader.Ink;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using SkiaSharp;

namespace MnistTrainer.Synthesis.Strokes;

/// <summary>Draws written digits as a canvas would, with a round pen, and frames them as the service does.</summary>
internal static class PenDrawing
{
    /// <summary>Share of zeros that get a slash, those that have one among them: few writers slash them, but who does writes all of them so.</summary>
    private const double SlashedZeros = 0.12;

    /// <summary>The service's page draws on about this many pixels.</summary>
    private const int CanvasSide = 280;

    /// <summary>Draws one digit on a square canvas.</summary>
    /// <param name="digit">The strokes; each is drawn through its points.</param>
    /// <param name="size">Longer side of the ink, as a share of the canvas, above 0 to 1.</param>
    /// <param name="penWidth">As a share of the ink's longer side, above 0 to below 1.</param>
    /// <param name="random">Draws the place on the canvas.</param>
    /// <param name="canvasSide">In pixels.</param>
    /// <param name="dotted">Dots along the strokes rather than lines.</param>
    public static InkImage Draw(WrittenSign digit, double size, double penWidth, Random random, int canvasSide = CanvasSide, bool dotted = false) =>
        Draw(digit.Strokes, size, penWidth, random, canvasSide, dotted ? Dots(random) : Line);

    /// <summary>Draws every digit once, each with a width, a size and a place of its own, and frames it.</summary>
    /// <param name="digits">The strokes.</param>
    /// <param name="penWidth">The widths to draw from, as shares of the ink's longer side.</param>
    /// <param name="size">The sizes to draw from, as shares of the canvas.</param>
    /// <param name="seed">Draws them.</param>
    public static DigitSet Draw(IReadOnlyList<WrittenSign> digits, (double Least, double Most) penWidth, (double Least, double Most) size, int seed)
    {
        var random = new Random(seed);
        return Frame(digits, digit => Draw(digit, Between(size, random), Between(penWidth, random), random));
    }

    /// <summary>
    /// Draws every digit several times as other people might have written it: strokes moved, stretched, bent and cut at their ends, with pens of all
    /// widths, pressed more and less, and now and then in dots.
    /// </summary>
    /// <param name="digits">The strokes.</param>
    /// <param name="copies">How often each is drawn.</param>
    /// <param name="seed">Draws the variations.</param>
    /// <returns>digits × copies images, all digits once before any of them again.</returns>
    public static DigitSet Vary(IReadOnlyList<WrittenSign> digits, int copies, int seed)
    {
        const int side = 140; // half the page's canvas: the image ends with 20 pixels of ink, and this is drawn four times as fast
        var random = new Random(seed);
        return Frame([.. Enumerable.Repeat(digits, copies).SelectMany(all => all)], digit =>
        {
            var penWidth = 0.03 * Math.Pow(0.22 / 0.03, random.NextDouble()); // thin pens as often as thick ones
            DrawStroke pen = random.NextDouble() switch
            {
                < 0.15 when penWidth < 0.08 => Dots(random), // thick dots are no digit any more
                < 0.35 => Pressed(random),
                _ => Line,
            };
            return Draw(Vary(MaybeSlashed(digit, random), random), Between((0.25, 0.95), random), penWidth, random, side, pen);
        });
    }

    private delegate void DrawStroke(SKCanvas canvas, SKPaint paint, SKPoint[] points, float width);

    private static DigitSet Frame(IReadOnlyList<WrittenSign> digits, Func<WrittenSign, InkImage> draw)
    {
        var pixels = new byte[digits.Count * DigitImage.PixelCount];
        foreach (var (index, digit) in digits.Index())
            DigitFraming.Frame(draw(digit))!.Pixels.CopyTo(pixels.AsSpan(index * DigitImage.PixelCount)); // a drawn pen is never too faint to frame
        return new DigitSet(pixels, digits.Select(digit => digit.Label).ToArray());
    }

    private static InkImage Draw(IReadOnlyList<IReadOnlyList<Vector2>> strokes, double size, double penWidth, Random random, int side, DrawStroke draw)
    {
        var all = strokes.SelectMany(stroke => stroke).ToList();
        var (low, high) = (all.Aggregate(Vector2.Min), all.Aggregate(Vector2.Max));
        var width = (float)(size * penWidth * side);
        var scale = ((float)(size * side) - width) / Math.Max(1e-3f, Math.Max(high.X - low.X, high.Y - low.Y));
        var free = new Vector2(side - width) - (high - low) * scale;
        var corner = new Vector2(width / 2) + free * new Vector2((float)random.NextDouble(), (float)random.NextDouble());

        // ink is opaque: the plane's bytes are the bitmap's, the same as of white on black, and Skia draws these faster
        using var bitmap = new SKBitmap(side, side, SKColorType.Alpha8, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Transparent);
        using var paint = new SKPaint
        {
            Color = SKColors.White, IsAntialias = true, IsStroke = true, StrokeWidth = width, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round,
        };
        foreach (var stroke in strokes)
            draw(canvas, paint, [.. stroke.Select(point => corner + (point - low) * scale).Select(point => new SKPoint(point.X, point.Y))], width);
        canvas.Flush();
        return new InkImage(side, side, bitmap.GetPixelSpan().ToArray());
    }

    private static void Line(SKCanvas canvas, SKPaint paint, SKPoint[] points, float width)
    {
        using var path = new SKPathBuilder();
        path.MoveTo(points[0]);
        path.LineTo(points[0]); // a tap is a dot
        foreach (var point in points.AsSpan(1))
            path.LineTo(point);
        using var line = path.Detach();
        canvas.DrawPath(line, paint);
    }

    /// <summary>A pen whose width swells and fades along the stroke.</summary>
    private static DrawStroke Pressed(Random random)
    {
        var (depth, phase, waves) = (Between((0.2, 0.6), random), Between((0, Math.Tau), random), Between((0.3, 1.5), random));
        return (canvas, paint, points, width) =>
        {
            for (var i = 0; i < points.Length; i++)
            {
                paint.StrokeWidth = width * (float)(1 - depth * (1 + Math.Sin(phase + Math.Tau * waves * i / points.Length)) / 2);
                canvas.DrawLine(points[Math.Max(0, i - 1)], points[i], paint);
            }
        };
    }

    /// <summary>Dots along the stroke, from nearly touching to a width apart.</summary>
    private static DrawStroke Dots(Random random)
    {
        var spacing = Between((0.8, 2), random);
        return (canvas, paint, points, width) =>
        {
            var walked = double.MaxValue;
            for (var i = 0; i < points.Length; i++)
            {
                walked += i == 0 ? 0 : SKPoint.Distance(points[i - 1], points[i]);
                if (walked < spacing * width)
                    continue;
                canvas.DrawPoint(points[i], paint);
                walked = 0;
            }
        };
    }

    /// <summary>A digit's strokes, and now and then a slash more if it is a zero.</summary>
    public static IReadOnlyList<IReadOnlyList<Vector2>> MaybeSlashed(WrittenSign digit, Random random) =>
        digit.Label == 0 && random.NextDouble() < SlashedZeros ? [.. digit.Strokes, Slash(digit, random)] : digit.Strokes;

    /// <summary>A line through a zero, mostly from below to the right above, rarely level or upright; or one time in eight a dot in it.</summary>
    private static IReadOnlyList<Vector2> Slash(WrittenSign zero, Random random)
    {
        var all = zero.Strokes.SelectMany(stroke => stroke).ToList();
        var (low, high) = (all.Aggregate(Vector2.Min), all.Aggregate(Vector2.Max));
        var (sin, cos) = Math.SinCos(random.Next(4) == 0 ? Between((-0.2, 1.8), random) : Between((0.5, 1.4), random)); // radians: 30° to 80° mostly
        var length = random.Next(8) == 0 ? 0.03 : Between((0.3, 0.9), random); // half of it, in units of the zero's side
        var half = (float)(length * (high - low).Length() / Math.Sqrt(2)) * new Vector2((float)cos, -(float)sin);
        var middle = (low + high) / 2 + 0.1f * (high - low) * new Vector2((float)Between((-1, 1), random), (float)Between((-1, 1), random));
        return [.. Enumerable.Range(-8, 17).Select(step => middle + step / 8f * half)];
    }

    /// <summary>Moves the points of a digit, in units of its longer side; amounts are small enough to leave it the digit that it is.</summary>
    public static IReadOnlyList<IReadOnlyList<Vector2>> Vary(IReadOnlyList<IReadOnlyList<Vector2>> strokes, Random random)
    {
        var all = strokes.SelectMany(stroke => stroke).ToList();
        var (low, high) = (all.Aggregate(Vector2.Min), all.Aggregate(Vector2.Max));
        var (middle, side) = ((low + high) / 2, Math.Max(1, Math.Max(high.X - low.X, high.Y - low.Y)));
        var stretch = (float)Math.Exp(Uniform(0.2));
        var whole = Matrix3x2.CreateScale(stretch, 1 / stretch) * Matrix3x2.CreateSkew((float)Uniform(0.2), 0) * Matrix3x2.CreateRotation((float)Uniform(0.15));
        var (bendX, bendY) = (Wave(), Wave());
        return [.. strokes.Select(stroke =>
        {
            var cut = stroke.Count / 12; // of either end: hooks and flags are longer or shorter
            var points = stroke.Skip(random.Next(cut + 1)).SkipLast(random.Next(cut + 1)).Select(point => (point - middle) / side).ToArray();
            var centre = points.Aggregate(Vector2.Add) / points.Length;
            var (scale, shift) = (1 + (float)Uniform(0.08), new Vector2((float)Uniform(0.04), (float)Uniform(0.04)));
            return points.Select(point => centre + (point - centre) * scale + shift)
                .Select(point => Vector2.Transform(point + new Vector2(bendX(point), bendY(point)), whole)).ToArray();
        })];

        double Uniform(double amount) => Between((-amount, amount), random);

        // one slow wave across the digit, of up to 4 % of its side
        Func<Vector2, float> Wave()
        {
            var (amount, phase) = ((float)Uniform(0.04), (float)Uniform(Math.PI));
            var direction = new Vector2((float)Uniform(6), (float)Uniform(6));
            return point => amount * MathF.Sin(Vector2.Dot(direction, point) + phase);
        }
    }

    private static double Between((double Least, double Most) range, Random random) => range.Least + (range.Most - range.Least) * random.NextDouble();
}
