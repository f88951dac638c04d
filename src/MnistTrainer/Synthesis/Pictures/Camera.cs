using MnistReader.Imaging;
using SkiaSharp;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>What cameras, scanners and programs make of light: blur, low resolution, noise, negatives, JPEG.</summary>
internal static class Camera
{
    private static readonly float[] Normals = DrawNormals();

    /// <summary>Takes a picture.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="light">0 to 255; it is changed.</param>
    /// <param name="isSharp">Little blur and noise: what is faint would drown.</param>
    /// <param name="random">Draws the faults.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public static GrayImage Take(int width, int height, float[] light, bool isSharp, Random random)
    {
        if (random.Next(2) == 0)
            Blur(light, width, random.Between(0.2f, isSharp ? 0.6f : 1.6f) * (Math.Min(width, height) > 60 ? 1 : 0.5f));
        if (!isSharp && Math.Min(width, height) > 48 && random.Next(5) == 0)
            Coarsen(light, width, random.Between(1.3f, 2.5f));

        var sigma = random.Next(3) == 0 ? 0 : random.Between(0.3f, isSharp ? 1.5f : 3) * (random.Next(3) == 0 ? 3 : 1);
        var isNegative = random.Next(6) == 0;
        var picture = new GrayImage(width, height);
        for (var i = 0; i < light.Length; i++)
        {
            var level = (int)Math.Clamp(light[i] + (sigma > 0 ? sigma * Normals[random.Next(Normals.Length)] : 0) + 0.5f, 0, 255);
            picture.Writable[i] = (byte)(isNegative ? 255 - level : level);
        }

        if (random.Next(5) < 2)
            return picture;

        using (picture)
            return Jpeg(picture, random.Next(isSharp ? 70 : 20, 96));
    }

    /// <summary>Passes of [w, 1 − 2w, w] across and down.</summary>
    private static void Blur(float[] light, int width, float sigma)
    {
        var passes = (int)MathF.Ceiling(sigma * sigma / 0.5f); // each adds 2w to the variance
        var w = sigma * sigma / (2 * passes);
        var height = light.Length / width;
        for (var pass = 0; pass < passes; pass++)
        {
            for (var y = 0; y < height; y++)
                Along(y * width, 1, width);
            for (var x = 0; x < width; x++)
                Along(x, width, height);
        }

        void Along(int first, int step, int count)
        {
            var before = light[first];
            for (var i = 0; i < count; i++)
            {
                var at = first + i * step;
                var here = light[at];
                var after = i + 1 < count ? light[at + step] : here;
                light[at] = here + w * (before + after - 2 * here);
                before = here;
            }
        }
    }

    /// <summary>Samples fewer pixels and enlarges them again.</summary>
    private static void Coarsen(float[] light, int width, float times)
    {
        var height = light.Length / width;
        Blur(light, width, 0.4f * times);
        var (columns, rows) = ((int)(width / times) + 2, (int)(height / times) + 2);
        var coarse = new float[columns * rows];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
                coarse[row * columns + column] = light[Math.Min(height - 1, (int)(row * times)) * width + Math.Min(width - 1, (int)(column * times))];
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (column, row) = (x / times, y / times);
                var (left, top) = ((int)column, (int)row);
                var (right, down, at) = (column - left, row - top, top * columns + left);
                light[y * width + x] = (coarse[at] * (1 - right) + coarse[at + 1] * right) * (1 - down)
                    + (coarse[at + columns] * (1 - right) + coarse[at + columns + 1] * right) * down;
            }
        }
    }

    // of one channel, whose DCT libjpeg computes in integers: the same on every processor
    private static GrayImage Jpeg(GrayImage picture, int quality)
    {
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(info, picture.Pixels, picture.Width);
        using var encoded = image.Encode(SKEncodedImageFormat.Jpeg, quality);
        return ImageDecoder.Decode(encoded.Span);
    }

    // rounded, so that they are the same everywhere
    private static float[] DrawNormals()
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, 4096).Select(_ =>
            (float)Math.Round(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble()), 4))];
    }
}
