using MnistReader.Framing;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Synthesis.NonDigits;
using MnistTrainer.Synthesis.Strokes;
using SkiaSharp;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>A digit as a stamp of ink that can be put on any picture: how much ink each pixel gets, as the alpha of an image.</summary>
/// <param name="Label">0 to 9.</param>
/// <param name="Ink">Its alpha is the ink.</param>
/// <param name="Bounds">Where in the image the ink is.</param>
internal sealed record DigitStamp(byte Label, SKImage Ink, SKRectI Bounds) : IDisposable
{
    /// <summary>A digit of MNIST, enlarged to the crisp strokes that its pen once drew.</summary>
    /// <param name="images">Holds it.</param>
    /// <param name="index">Its place.</param>
    /// <param name="sidePx">Longer side of the ink.</param>
    public static DigitStamp Of(DigitSet images, int index, int sidePx)
    {
        const float margin = 2; // of MNIST's pixels: what cubic sampling needs around a box
        var scale = sidePx / 20f; // MNIST's ink fills 20 pixels
        var side = (int)((DigitImage.Side + 2 * margin) * scale);
        var info = new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque);
        using var bitmap = new SKBitmap(info);
        using (var canvas = new SKCanvas(bitmap))
        using (var image = NonDigitCanvas.ToImage(images[index].Pixels, DigitImage.Side))
        {
            canvas.Clear(SKColors.Black);
            canvas.DrawImage(image, SKRect.Create(margin * scale, margin * scale, DigitImage.Side * scale, DigitImage.Side * scale),
                new SKSamplingOptions(SKCubicResampler.CatmullRom));
        }

        // the grey of an edge says where it runs within a pixel: the enlarged edge is there, and a pixel wide
        return Of(images.Labels.Span[index],
            Array.ConvertAll(bitmap.GetPixelSpan().ToArray(), grey => (byte)Math.Clamp(255 * (grey - 70) / 100, 0, 255)), side, side);
    }

    /// <summary>Pen strokes.</summary>
    /// <param name="digit">The strokes.</param>
    /// <param name="sidePx">Longer side of the ink.</param>
    /// <param name="penWidth">As a share of it.</param>
    /// <param name="dotted">Dots along the strokes rather than lines.</param>
    /// <param name="random">Draws the dots' distance.</param>
    public static DigitStamp Of(WrittenSign digit, int sidePx, double penWidth, bool dotted, Random random)
    {
        using var plane = PenDrawing.Draw(digit, size: 1, penWidth, random, sidePx, dotted);
        var ink = new byte[sidePx * sidePx];
        for (var y = 0; y < sidePx; y++)
            plane.Row(y).CopyTo(ink.AsSpan(y * sidePx));
        return Of(digit.Label, ink, sidePx, sidePx);
    }

    /// <summary>The same digit as a pencil leaves it: fainter where the paper's grain isn't reached.</summary>
    /// <param name="depth">0 to 1: how much of the ink the grain may take away.</param>
    /// <param name="grainPx">Its size.</param>
    /// <param name="seed">Draws the grain.</param>
    public DigitStamp WithGrain(float depth, float grainPx, int seed)
    {
        var info = new SKImageInfo(Ink.Width, Ink.Height, SKColorType.Alpha8);
        using var bitmap = new SKBitmap(info);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear();
        canvas.DrawImage(Ink, 0, 0, SKSamplingOptions.Default);
        using var noise = SKShader.CreatePerlinNoiseTurbulence(1 / grainPx, 1 / grainPx, 2, seed);
        using var paint = new SKPaint { Shader = noise, BlendMode = SKBlendMode.DstOut, Color = SKColors.White.WithAlpha((byte)(255 * depth)) };
        canvas.DrawPaint(paint);
        return this with { Ink = SKImage.FromBitmap(bitmap) };
    }

    /// <inheritdoc/>
    public void Dispose() => Ink.Dispose();

    private static DigitStamp Of(byte label, byte[] ink, int width, int height)
    {
        var bounds = SKRectI.Empty;
        for (var y = 0; y < height; y++)
        {
            var row = ink.AsSpan(y * width, width);
            if (row.IndexOfAnyInRange((byte)64, (byte)255) is var first and >= 0)
                bounds = bounds.IsEmpty ? new SKRectI(first, y, row.LastIndexOfAnyInRange((byte)64, (byte)255) + 1, y + 1)
                    : SKRectI.Union(bounds, new SKRectI(first, y, row.LastIndexOfAnyInRange((byte)64, (byte)255) + 1, y + 1));
        }

        return new DigitStamp(label, SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Alpha8), ink, width), bounds);
    }
}
