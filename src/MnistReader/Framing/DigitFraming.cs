using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader.Framing;

/// <summary>
/// Ink plane → <see cref="DigitImage"/>, framed exactly as MNIST's own images were: cropped, fitted into 20×20 and centred by its mass.
/// Source of the recipe: the reconstruction of NIST's preprocessing for QMNIST (C. Yadav and L. Bottou, 2019).
/// </summary>
internal static class DigitFraming
{
    /// <summary>Changes whenever the same plane would give another image; recorded in the model card.</summary>
    public const int Version = 1;

    private const int BoxSide = 20;

    /// <summary>Frames the ink of a plane.</summary>
    /// <param name="plane">Any size; all its ink is taken as one digit.</param>
    /// <returns>The framed digit, or null where the plane is blank: nowhere as much ink as <see cref="InkImage.FaintestInk"/>.</returns>
    public static DigitImage? Frame(InkImage plane)
    {
        if (plane.BoundingBox() is not { } box)
            return null;

        Span<float> fitted = stackalloc float[BoxSide * BoxSide];
        Fit(plane, box, fitted);

        var strongest = TensorPrimitives.Max<float>(fitted);
        TensorPrimitives.Multiply(fitted, 255 / strongest, fitted);

        var (left, top) = Offset(fitted);
        var pixels = new byte[DigitImage.PixelCount];
        for (var y = 0; y < BoxSide; y++)
        {
            for (var x = 0; x < BoxSide; x++)
                pixels[(top + y) * DigitImage.Side + left + x] = (byte)(fitted[y * BoxSide + x] + 0.5f);
        }

        return new DigitImage(pixels);
    }

    /// <summary>Resamples the box, widened to a centred square, to 20×20 by area: each target pixel is the mean of all that it covers.</summary>
    private static void Fit(InkImage plane, PixelBox box, Span<float> fitted)
    {
        var side = Math.Max(box.Width, box.Height);
        var (paddingLeft, paddingTop) = ((side - box.Width) / 2, (side - box.Height) / 2);
        var scale = (double)side / BoxSide; // source pixels per target pixel

        var rented = ArrayPool<float>.Shared.Rent(2 * box.Width + 2 * BoxSide);
        var columns = rented.AsSpan(0, box.Width); // ink of the source rows that one target row covers, per source column
        var overlaps = rented.AsSpan(box.Width); // of each target column with the source columns that it covers, one target after the other
        Span<(int First, int End)> covered = stackalloc (int, int)[BoxSide];
        var count = 0;
        for (var x = 0; x < BoxSide; x++)
        {
            var (start, end) = (x * scale - paddingLeft, (x + 1) * scale - paddingLeft);
            covered[x] = Covered(start, end, box.Width);
            for (var sourceX = covered[x].First; sourceX < covered[x].End; sourceX++)
                overlaps[count++] = Overlap(sourceX, start, end);
        }

        for (var y = 0; y < BoxSide; y++)
        {
            columns.Clear();
            var (start, end) = (y * scale - paddingTop, (y + 1) * scale - paddingTop);
            var (firstY, endY) = Covered(start, end, box.Height);
            for (var sourceY = firstY; sourceY < endY; sourceY++)
                Add(plane.Row(box.Y + sourceY).Slice(box.X, box.Width), Overlap(sourceY, start, end), columns);

            var overlap = 0;
            for (var x = 0; x < BoxSide; x++)
            {
                var sum = 0f;
                foreach (var ink in columns[covered[x].First..covered[x].End])
                    sum += ink * overlaps[overlap++];
                fitted[y * BoxSide + x] = sum / (float)(scale * scale);
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>The source pixels that [start, end) covers, wholly or in part, of those from 0 to side.</summary>
    private static (int First, int End) Covered(double start, double end, int side)
    {
        var first = Math.Clamp((int)Math.Floor(start), 0, side);
        return (first, Math.Clamp((int)Math.Ceiling(end), first, side));
    }

    // adds a row's ink times a weight; 16 pixels at a time, since TensorPrimitives converts bytes one by one
    private static void Add(ReadOnlySpan<byte> row, float weight, Span<float> columns)
    {
        var x = 0;
        for (; x <= row.Length - 16; x += 16)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(row[x..]));
            Four(Vector128.WidenLower(low), columns[x..]);
            Four(Vector128.WidenUpper(low), columns[(x + 4)..]);
            Four(Vector128.WidenLower(high), columns[(x + 8)..]);
            Four(Vector128.WidenUpper(high), columns[(x + 12)..]);
        }

        for (; x < row.Length; x++)
            columns[x] += row[x] * weight;

        void Four(Vector128<uint> ink, Span<float> sums) =>
            (Vector128.ConvertToSingle(ink.AsInt32()) * weight + Vector128.Create<float>(sums)).CopyTo(sums);
    }

    /// <summary>How much of the source pixel [pixel, pixel + 1) lies within [from, to): 0 to 1.</summary>
    private static float Overlap(int pixel, double from, double to) => (float)(Math.Min(pixel + 1, to) - Math.Max(pixel, from));

    /// <summary>Where the 20×20 box goes in 28×28, so that its centre of mass comes to the middle.</summary>
    private static (int Left, int Top) Offset(ReadOnlySpan<float> fitted)
    {
        float mass = 0, momentX = 0, momentY = 0;
        for (var y = 0; y < BoxSide; y++)
        {
            for (var x = 0; x < BoxSide; x++)
            {
                var ink = fitted[y * BoxSide + x];
                mass += ink;
                momentX += ink * (x + 0.5f); // pixel centres
                momentY += ink * (y + 0.5f);
            }
        }

        return (Place(momentX / mass), Place(momentY / mass));

        static int Place(float centre) => Math.Clamp((int)MathF.Floor(15 - centre), 0, DigitImage.Side - BoxSide);
    }
}
