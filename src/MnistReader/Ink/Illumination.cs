using MnistReader.Imaging;

namespace MnistReader.Ink;

/// <summary>
/// The light that falls on paper, as a surface of second order: a gradient and a vignette. Taken away first, since a closing doesn't see beyond the picture's
/// edge and would take the
/// darkest end of a gradient for ink.
/// </summary>
internal static class Illumination
{
    /// <summary>How many blocks a picture is cut into, each way.</summary>
    public const int Blocks = 12;

    private const int Terms = 6;
    private const int Rounds = 4;

    /// <summary>The level that the paper gets, where there is no shadow: below white, so that noise stays what it is.</summary>
    private const float PaperLevel = 220;

    /// <summary>Divides a grey plane by its light.</summary>
    /// <param name="plane">Dark ink on light paper; it is written over.</param>
    /// <param name="medians">Of each block, row by row.</param>
    public static void Level(GrayImage plane, ReadOnlySpan<float> medians)
    {
        Span<double> light = stackalloc double[Terms];
        Fit(medians, light);
        var faintest = 0.1 * medians[medians.Length / 2] + 1; // where the surface, far from what it was fitted to, would say darkness
        for (var y = 0; y < plane.Height; y++)
        {
            var v = 2.0 * y / plane.Height - 1;
            var (constant, linear, square) = (light[0] + light[2] * v + light[5] * v * v, light[1] + light[4] * v, light[3]);
            var row = plane.Writable.Slice(y * plane.Width, plane.Width);
            for (var x = 0; x < row.Length; x++)
            {
                var u = 2.0 * x / row.Length - 1;
                row[x] = (byte)Math.Min(255, row[x] * PaperLevel / Math.Max(faintest, constant + (linear + square * u) * u));
            }
        }
    }

    /// <summary>
    /// Least squares of 1, u, v, u², uv, v² (u and v from −1 to 1), again and again with less weight on blocks that are far off: shadows and ink.
    /// </summary>
    private static void Fit(ReadOnlySpan<float> medians, Span<double> light)
    {
        Span<double> terms = stackalloc double[Terms];
        Span<double> equations = stackalloc double[Terms * (Terms + 1)];
        light.Clear();
        for (var round = 0; round < Rounds; round++)
        {
            equations.Clear();
            for (var block = 0; block < medians.Length; block++)
            {
                Evaluate(block, terms);
                var off = round == 0 ? 0 : medians[block] - Dot(terms, light);
                var weight = 1 / (1 + off * off / 100);
                for (var i = 0; i < Terms; i++)
                {
                    for (var j = 0; j < Terms; j++)
                        equations[i * (Terms + 1) + j] += weight * terms[i] * terms[j];
                    equations[i * (Terms + 1) + Terms] += weight * terms[i] * medians[block];
                }
            }

            Solve(equations, light);
        }
    }

    private static void Evaluate(int block, Span<double> terms)
    {
        var (u, v) = ((2.0 * (block % Blocks) + 1) / Blocks - 1, (2.0 * (block / Blocks) + 1) / Blocks - 1);
        (terms[0], terms[1], terms[2], terms[3], terms[4], terms[5]) = (1, u, v, u * u, u * v, v * v);
    }

    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
            sum += one[i] * other[i];
        return sum;
    }

    // Gauss's elimination; the equations are positive definite, so no row needs to be exchanged
    private static void Solve(Span<double> equations, Span<double> solution)
    {
        const int stride = Terms + 1;
        for (var i = 0; i < Terms; i++)
        {
            for (var row = i + 1; row < Terms; row++)
            {
                var factor = equations[row * stride + i] / equations[i * stride + i];
                for (var column = i; column <= Terms; column++)
                    equations[row * stride + column] -= factor * equations[i * stride + column];
            }
        }

        for (var i = Terms - 1; i >= 0; i--)
        {
            var sum = equations[i * stride + Terms];
            for (var column = i + 1; column < Terms; column++)
                sum -= equations[i * stride + column] * solution[column];
            solution[i] = sum / equations[i * stride + i];
        }
    }
}
