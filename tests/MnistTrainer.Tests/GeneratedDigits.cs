using MnistReader.Framing;
using MnistReader.Ink;
using MnistTrainer.Datasets;

namespace MnistTrainer.Tests;

/// <summary>Digits as on a pocket calculator, shaky and of random pen width, framed like all others: enough to learn in seconds.</summary>
internal static class GeneratedDigits
{
    private const int Side = 60;

    // segments a to g, clockwise from the top, the middle last: from x, y to x, y in units of the digit's width
    private static readonly (int X1, int Y1, int X2, int Y2)[] Segments =
        [(0, 0, 1, 0), (1, 0, 1, 1), (1, 1, 1, 2), (0, 2, 1, 2), (0, 1, 0, 2), (0, 0, 0, 1), (0, 1, 1, 1)];

    private static readonly string[] Lit = ["abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "gfabcd"];

    public static DigitSet Create(int count, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[count * DigitImage.PixelCount];
        var labels = new byte[count];
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 10);
            Draw(labels[i], random).Pixels.CopyTo(pixels.AsSpan(i * DigitImage.PixelCount));
        }

        return new DigitSet(pixels, labels);
    }

    private static DigitImage Draw(int digit, Random random)
    {
        var ink = new byte[Side * Side];
        var radius = 2 + random.Next(3);
        foreach (var (x1, y1, x2, y2) in Lit[digit].Select(name => Segments[name - 'a']))
        {
            var (fromX, fromY, toX, toY) = (Shaky(20 + 20 * x1), Shaky(10 + 20 * y1), Shaky(20 + 20 * x2), Shaky(10 + 20 * y2));
            for (var t = 0.0; t <= 1; t += 0.02)
                Dot((int)(fromX + t * (toX - fromX)), (int)(fromY + t * (toY - fromY)));
        }

        return DigitFraming.Frame(new InkImage(Side, Side, ink)) ?? throw new InvalidOperationException("Nothing was drawn.");

        double Shaky(int at) => at + 6 * (random.NextDouble() - 0.5);

        void Dot(int centreX, int centreY)
        {
            for (var y = -radius; y <= radius; y++)
            {
                for (var x = -radius; x <= radius; x++)
                {
                    if (x * x + y * y <= radius * radius)
                        ink[(centreY + y) * Side + centreX + x] = 255;
                }
            }
        }
    }
}
