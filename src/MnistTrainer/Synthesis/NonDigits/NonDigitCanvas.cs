using MnistReader.Framing;
using MnistReader.Ink;
using MnistTrainer.Datasets;
using SkiaSharp;

namespace MnistTrainer.Synthesis.NonDigits;

/// <summary>Paper for pictures that are no digits: whatever is drawn on it is framed as a served picture is.</summary>
internal static class NonDigitCanvas
{
    /// <summary>Width and height, in pixels: four MNIST images side by side, and about five times the box that framing fits the ink into.</summary>
    public const int Side = 4 * DigitImage.Side;

    /// <summary>Draws and frames pictures one after the other.</summary>
    /// <param name="count">Number of pictures.</param>
    /// <param name="seed">The same seed draws the same pictures.</param>
    /// <param name="draw">Draws one on black paper of <see cref="Side"/> × <see cref="Side"/> pixels; bright is ink.</param>
    /// <returns>All of the label <see cref="DigitSet.NonDigit"/>.</returns>
    /// <exception cref="InvalidOperationException"><paramref name="draw"/> left the paper blank.</exception>
    public static DigitSet Draw(int count, int seed, Action<SKCanvas, Random> draw)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        var ink = new byte[Side * Side];
        var plane = new InkImage(Side, Side, ink);
        var pixels = new byte[count * DigitImage.PixelCount];
        for (var i = 0; i < count; i++)
        {
            canvas.Clear(SKColors.Black);
            canvas.ResetMatrix();
            draw(canvas, random);
            bitmap.GetPixelSpan().CopyTo(ink);
            var image = DigitFraming.Frame(plane) ?? throw new InvalidOperationException($"Nothing was drawn for non-digit {i} of seed {seed}.");
            image.Pixels.CopyTo(pixels.AsSpan(i * DigitImage.PixelCount));
        }

        return new DigitSet(pixels, Enumerable.Repeat(DigitSet.NonDigit, count).ToArray());
    }

    /// <summary>A round pen of full ink; the caller disposes it.</summary>
    /// <param name="widthPx">Width of its stroke.</param>
    public static SKPaint RoundPen(float widthPx) => new()
    {
        Color = SKColors.White,
        IsAntialias = true,
        Style = SKPaintStyle.Stroke,
        StrokeCap = SKStrokeCap.Round,
        StrokeJoin = SKStrokeJoin.Round,
        StrokeWidth = widthPx,
    };

    /// <summary>An image of the bytes, copied; the caller disposes it.</summary>
    /// <param name="pixels">side × side bytes in row order, 0 = paper, 255 = full ink.</param>
    /// <param name="side">Width and height, in pixels.</param>
    public static SKImage ToImage(ReadOnlySpan<byte> pixels, int side) =>
        SKImage.FromPixelCopy(new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque), pixels, side);

    /// <summary>A point of a square in the middle of the paper.</summary>
    /// <param name="random">Draws it.</param>
    /// <param name="margin">Free on each side, in pixels.</param>
    public static SKPoint Point(this Random random, float margin) =>
        new(random.Between(margin, Side - margin), random.Between(margin, Side - margin));
}
