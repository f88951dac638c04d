using System.Numerics.Tensors;
using MnistReader.Imaging;

namespace MnistReader.Ink;

/// <summary>
/// A picture as the ink network takes it: of a bounded size, and such that brightness, contrast and polarity make no difference. Training and serving
/// prepare pictures here. A picture and its negative give the same numbers.
/// </summary>
/// <param name="Values">width × height numbers in row order: how many standard deviations from the median, the rarer side above 0; at most 5 away.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
internal sealed record InkInput(float[] Values, int Width, int Height)
{
    /// <summary>Longer side of what is about square, and shorter side of what is long, in pixels.</summary>
    public const int SquareSide = 96, LineHeight = 64;

    /// <summary>The longest side, in pixels: a line of some fifteen digits.</summary>
    public const int MostSide = 512;

    /// <summary>The network halves a picture three times: its sides are multiples of this.</summary>
    public const int Multiple = 8;

    /// <summary>A spread below this many grey levels counts as this much, so that blank paper stays quiet.</summary>
    private const double LeastSpread = 2;

    private const float Most = 5;

    /// <summary>Scales and normalises a picture.</summary>
    /// <param name="image">Only read.</param>
    /// <param name="times">How much larger than <see cref="Size"/> says, for who looks for small writing on a large picture.</param>
    public static InkInput Of(GrayImage image, int times = 1)
    {
        var (width, height) = Size(image.Width, image.Height);
        (width, height) = (times * width, times * height);
        var values = Resample(image, width, height);
        Normalise(values);
        return new InkInput(values, width, height);
    }

    /// <summary>To what size a picture is scaled, up or down.</summary>
    public static (int Width, int Height) Size(int width, int height)
    {
        var (shorter, longer) = ((double)Math.Min(width, height), (double)Math.Max(width, height));
        var scale = Math.Min(MostSide / longer, Math.Max(SquareSide / longer, LineHeight / shorter));
        return (Side(width), Side(height));

        int Side(int side) => Math.Max(1, (int)Math.Round(side * scale));
    }

    /// <summary>Whether the longer side decides the size, not the shorter one.</summary>
    public static bool IsAboutSquare(int width, int height) => LineHeight * Math.Max(width, height) <= SquareSide * Math.Min(width, height);

    /// <summary>Scales a plane: down by the mean of what each pixel covers, up by straight lines between pixel centres.</summary>
    /// <param name="plane">Only read.</param>
    /// <param name="width">To how many pixels.</param>
    /// <param name="height">To how many pixels.</param>
    /// <returns>width × height levels, 0 to 255.</returns>
    public static float[] Resample(PixelPlane plane, int width, int height)
    {
        var columns = Weights(plane.Width, width);
        var result = new float[width * height];
        var (sums, levels) = (new float[plane.Width], new float[plane.Width]);
        foreach (var (y, (first, weights)) in Weights(plane.Height, height).Index())
        {
            Array.Clear(sums);
            for (var i = 0; i < weights.Length; i++)
            {
                TensorPrimitives.ConvertTruncating(plane.Row(first + i), levels);
                TensorPrimitives.Multiply(levels, weights[i], levels);
                TensorPrimitives.Add(sums, levels, sums); // not in one step with the line above, which rounds as the processor likes
            }

            for (var x = 0; x < width; x++)
            {
                var sum = 0f;
                for (var i = 0; i < columns[x].Weights.Length; i++)
                    sum += columns[x].Weights[i] * sums[columns[x].First + i];
                result[y * width + x] = sum;
            }
        }

        return result;
    }

    /// <summary>The same as the network takes it: the sides multiples of <see cref="Multiple"/>, what is added repeats the edge.</summary>
    /// <returns>The numbers, their width and height.</returns>
    public (float[] Values, int Width, int Height) Padded()
    {
        var (width, height) = (Next(Width), Next(Height));
        if ((width, height) == (Width, Height))
            return (Values, Width, Height);

        var padded = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = Values.AsSpan(Math.Min(y, Height - 1) * Width, Width);
            row.CopyTo(padded.AsSpan(y * width));
            padded.AsSpan(y * width + Width, width - Width).Fill(row[^1]);
        }

        return (padded, width, height);

        static int Next(int side) => (side + Multiple - 1) / Multiple * Multiple;
    }

    /// <summary>For each target pixel the source pixels that make it, and how much of each; the weights sum to 1.</summary>
    private static (int First, float[] Weights)[] Weights(int source, int target)
    {
        var scale = (double)source / target;
        return [.. Enumerable.Range(0, target).Select(at => scale >= 1 ? Covered(at * scale, (at + 1) * scale) : Between((at + 0.5) * scale - 0.5))];

        (int, float[]) Covered(double from, double to)
        {
            var (first, end) = ((int)from, Math.Min(source, (int)Math.Ceiling(to - 1e-9)));
            return (first, [.. Enumerable.Range(first, Math.Max(1, end - first))
                .Select(pixel => (float)((Math.Min(pixel + 1, to) - Math.Max(pixel, from)) / scale))]);
        }

        (int, float[]) Between(double at)
        {
            var first = Math.Clamp((int)Math.Floor(at), 0, Math.Max(0, source - 2));
            var share = (float)Math.Clamp(at - first, 0, 1);
            return source == 1 ? (0, [1]) : (first, [1 - share, share]);
        }
    }

    /// <summary>Makes levels independent of brightness, contrast and polarity, in place: what <see cref="Values"/> says.</summary>
    internal static void Normalise(float[] values)
    {
        var median = Median(values);
        double squares = 0, cubes = 0, sum = 0;
        foreach (var value in values)
        {
            double off = value - median;
            (sum, squares, cubes) = (sum + off, squares + off * off, cubes + off * off * off);
        }

        var mean = sum / values.Length;
        var spread = Math.Max(LeastSpread, Math.Sqrt(Math.Max(0, squares / values.Length - mean * mean)));
        var scale = (float)((cubes < 0 ? -1 : 1) / spread); // ink is the rarer side, mostly
        for (var i = 0; i < values.Length; i++)
            values[i] = Math.Clamp((values[i] - median) * scale, -Most, Most);
    }

    /// <summary>The median of levels, 0 to 255: only what is near it gets sorted.</summary>
    private static float Median(float[] levels)
    {
        const int perLevel = 16;
        var counts = new int[256 * perLevel + 1];
        foreach (var level in levels)
            counts[Bucket(level)]++;
        return (At((levels.Length - 1) / 2) + At(levels.Length / 2)) / 2;

        float At(int place)
        {
            var bucket = 0;
            while (place >= counts[bucket])
                place -= counts[bucket++];
            var within = Array.FindAll(levels, level => Bucket(level) == bucket);
            Array.Sort(within);
            return within[place];
        }

        static int Bucket(float level) => Math.Clamp((int)(level * perLevel), 0, 256 * perLevel);
    }
}
