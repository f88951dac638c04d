using MnistReader.Framing;
using MnistTrainer.Datasets;
using SkiaSharp;

namespace MnistTrainer.Synthesis.NonDigits;

/// <summary>
/// Images that are no digits, for outlier exposure: a network that sees some in training learns to reject others too
/// (D. Hendrycks, M. Mazeika and T. Dietterich, Deep Anomaly Detection with Outlier Exposure, 2019).
/// </summary>
internal static class NonDigits
{
    /// <summary>Draws letters, symbols, doodles, several digits in one picture, filled shapes, textures and dots, mixed at random.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="seed">The same seed draws the same images.</param>
    /// <param name="digits">Several of these come together in one picture; at least two of different digits other than 1.</param>
    /// <returns>Framed as a served picture is, all of the label <see cref="DigitSet.NonDigit"/>.</returns>
    public static DigitSet Generate(int count, int seed, DigitSet digits) => NonDigitCanvas.Draw(count, seed, (canvas, random) =>
    {
        switch (random.Next(20))
        {
            case < 7: NonDigitGlyphs.Draw(canvas, random); break; // what people most likely write instead of a digit
            case < 12: NonDigitDoodles.Draw(canvas, random); break;
            case < 14: DrawRow(canvas, random, digits); break;
            case < 15: DrawOverlay(canvas, random, digits); break;
            case < 19: NonDigitShapes.Draw(canvas, random); break;
            default: NonDigitShapes.DrawDots(canvas, random); break;
        }
    });

    /// <summary>2 to 4 digits side by side, touching or apart; no 1 next to a 1, as in 11, which could be strokes of one digit.</summary>
    private static void DrawRow(SKCanvas canvas, Random random, DigitSet digits)
    {
        var x = 0f;
        var gap = random.Between(-1, 8);
        byte? last = null;
        for (var remaining = random.Next(2, 5); remaining > 0; remaining--)
        {
            var index = Pick(random, digits, label => !(label == 1 && last == 1));
            last = digits.Labels.Span[index];
            var (left, width) = InkColumns(digits[index]);
            var y = random.Between(20, 28);
            DrawDigit(canvas, digits[index], SKRect.Create(left, 0, width, DigitImage.Side), SKRect.Create(x, y, width, DigitImage.Side));
            x += width + gap;
        }
    }

    /// <summary>Two different digits, one smaller and beside the other: above it, both could merge. No 1, which the other could hide.</summary>
    private static void DrawOverlay(SKCanvas canvas, Random random, DigitSet digits)
    {
        var whole = SKRect.Create(DigitImage.Side, DigitImage.Side);
        var first = Pick(random, digits, label => label != 1);
        var second = Pick(random, digits, label => label != 1 && label != digits.Labels.Span[first]);
        var (sin, cos) = MathF.SinCos(random.Between(-0.7f, 0.7f) + random.Next(2) * MathF.PI);
        var (distance, side) = (random.Between(20, 32), random.Between(32, 56)); // px; the other digit's side is 56
        DrawDigit(canvas, digits[first], whole, SKRect.Create(28, 28, 56, 56));
        DrawDigit(canvas, digits[second], whole, SKRect.Create(56 + distance * cos - side / 2, 56 + distance * sin - side / 2, side, side));
    }

    private static int Pick(Random random, DigitSet digits, Predicate<byte> wanted)
    {
        int index;
        do
            index = random.Next(digits.Count);
        while (!wanted(digits.Labels.Span[index]));
        return index;
    }

    private static void DrawDigit(SKCanvas canvas, DigitImage digit, SKRect part, SKRect place)
    {
        using var image = NonDigitCanvas.ToImage(digit.Pixels, DigitImage.Side);
        using var lighten = new SKPaint { BlendMode = SKBlendMode.Lighten };
        canvas.DrawImage(image, part, place, new SKSamplingOptions(SKFilterMode.Linear), lighten);
    }

    private static (int Left, int Width) InkColumns(DigitImage digit)
    {
        var (left, right) = (DigitImage.Side, -1);
        for (var i = 0; i < DigitImage.PixelCount; i++)
        {
            if (digit.Pixels[i] > 0)
                (left, right) = (Math.Min(left, i % DigitImage.Side), Math.Max(right, i % DigitImage.Side));
        }

        return (left, right - left + 1);
    }
}
