using System.Buffers;
using System.Numerics.Tensors;
using MnistReader.Imaging;

namespace MnistReader.Ink;

/// <summary>
/// Grey → ink where the paper's level differs from place to place: gradients, shadows, vignettes, sensor noise. The paper behind each pixel is what a
/// morphological closing leaves:
/// it fills whatever is dark and narrower than a window, and keeps the edges of shadows, which are wider, where they are.
/// </summary>
internal static class AdaptiveBinarisation
{
    /// <summary>Pictures larger than this are reduced first; a digit needs no more.</summary>
    private const int TargetSidePx = 1024;

    /// <summary>The widest stroke, as a share of the picture's shorter side.</summary>
    private const double WidestStroke = 0.2;

    /// <summary>Ink weaker than this (of 255, as a share of the paper's light) can't be told from the paper's own unevenness.</summary>
    private const int FaintestContrast = 24;

    /// <summary>What is smaller than this share of the picture's shorter side is noise.</summary>
    private const double SmallestPiece = 0.012;

    /// <summary>Paper lighter than this, on average, isn't written on with lighter ink.</summary>
    private const int DarkestLightPaper = 100;

    /// <summary>Whether a picture is large enough to tell paper from ink at each place: strips of a few pixels are not.</summary>
    public static bool CanBe(GrayImage plane) => Math.Min(plane.Width, plane.Height) / Reduction(plane) >= 2 * Illumination.Blocks;

    /// <summary>Turns grey into ink.</summary>
    /// <param name="image">Grey, large enough; only read.</param>
    /// <returns>An image of its own, to be disposed; of a large picture a smaller one.</returns>
    public static InkImage ToInk(GrayImage image)
    {
        using var gray = image.Reduce(Reduction(image)); // levelled below
        var (width, height) = (gray.Width, gray.Height);
        var (medians, isInkDark) = Look(gray);
        if (!isInkDark)
        {
            TensorPrimitives.OnesComplement<byte>(gray.Writable, gray.Writable);
            TensorPrimitives.Subtract(255, medians, medians);
        }

        Illumination.Level(gray, medians);
        var rented = ArrayPool<byte>.Shared.Rent(2 * width * height);
        var (smooth, paper) = (rented.AsMemory(0, width * height), rented.AsMemory(width * height, width * height));
        Smooth(gray.Pixels, smooth.Span, width, height);

        var plane = new InkImage(width, height) { PictureWidth = image.PictureWidth, PictureHeight = image.PictureHeight };
        // first with a window for the widest of pens, then with one for this pen: a narrow one follows the light more closely, above all at the picture's edges
        var window = (int)(WidestStroke * Math.Min(width, height));
        while (true)
        {
            smooth.CopyTo(paper);
            Close(paper.Span, width, height, window);
            Contrast(smooth.Span, paper.Span, plane.Writable);
            Stretch(plane.Writable);
            if (PenWidth(plane) is not { } pen || 3.5 * pen + 4 > 0.75 * window)
                break;
            window = (int)(3.5 * pen) + 4;
        }

        ArrayPool<byte>.Shared.Return(rented);
        var least = Math.Max(3, SmallestPiece * Math.Min(width, height));
        if (ConnectedComponents.Of(plane) is { } ink)
            ink.Erase(plane, piece => ink.Pieces[piece].Extent < least);
        return plane;
    }

    /// <summary>Of the largest piece within the picture, if that is large enough to be a digit.</summary>
    private static double? PenWidth(InkImage plane)
    {
        var within = ConnectedComponents.Of(plane)?.Pieces.Where(piece => !piece.TouchesEdge(plane)).DefaultIfEmpty().MaxBy(piece => piece.Area);
        return within is { } largest && largest.Extent > 0.05 * Math.Min(plane.Width, plane.Height) ? largest.Pen : null;
    }

    private static int Reduction(GrayImage plane) => (Math.Max(plane.Width, plane.Height) + TargetSidePx - 1) / TargetSidePx;

    // half of each block is paper, whatever is written on it
    private static (float[] Medians, bool IsInkDark) Look(GrayImage plane)
    {
        var medians = new float[Illumination.Blocks * Illumination.Blocks];
        double skew = 0; // cubes, so that the light's slow changes count little
        Span<int> levels = stackalloc int[256];
        for (var block = 0; block < medians.Length; block++)
        {
            var (column, row) = (block % Illumination.Blocks, block / Illumination.Blocks);
            levels.Clear();
            for (var y = row * plane.Height / Illumination.Blocks; y < (row + 1) * plane.Height / Illumination.Blocks; y++)
            {
                foreach (var level in plane.Row(y)[(column * plane.Width / Illumination.Blocks)..((column + 1) * plane.Width / Illumination.Blocks)])
                    levels[level]++;
            }

            var median = Binarisation.Quantile(levels, 1, 2);
            medians[block] = median;
            for (var level = 0; level < 256; level++)
                skew += levels[level] * Math.Pow(level - median, 3);
        }

        // only on a board does light ink stand on paper as dark as this
        return (medians, skew <= 0 || TensorPrimitives.Sum<float>(medians) / medians.Length > DarkestLightPaper);
    }

    /// <summary>The mean of each pixel and its eight neighbours; the outermost stay as they are.</summary>
    private static void Smooth(ReadOnlySpan<byte> grey, Span<byte> smooth, int width, int height)
    {
        grey.CopyTo(smooth);
        for (var y = 1; y < height - 1; y++)
        {
            var above = grey.Slice((y - 1) * width, width);
            var row = grey.Slice(y * width, width);
            var below = grey.Slice((y + 1) * width, width);
            var target = smooth.Slice(y * width, width);
            var (before, here) = (above[0] + row[0] + below[0], above[1] + row[1] + below[1]);
            for (var x = 1; x < width - 1; x++)
            {
                var after = above[x + 1] + row[x + 1] + below[x + 1];
                target[x] = (byte)((before + here + after) / 9);
                (before, here) = (here, after);
            }
        }

    }

    /// <summary>Greyscale closing by a square, separately across and down; only windows wholly within the picture count.</summary>
    private static void Close(Span<byte> plane, int width, int height, int window)
    {
        var across = Math.Clamp(window, 1, width);
        var down = Math.Clamp(window, 1, height);
        Span<byte> copy = new byte[width];

        // the most of each window that begins here, by doubling the window
        ForSteps(down, plane, (step, rows) =>
        {
            for (var y = 0; y + step < height; y++)
                TensorPrimitives.Max(rows.Slice(y * width, width), rows.Slice((y + step) * width, width), rows.Slice(y * width, width));
        });
        for (var y = 0; y <= height - down; y++)
        {
            var row = plane.Slice(y * width, width);
            for (var (reach, step) = (1, 0); reach < across; reach += step)
            {
                step = Math.Min(reach, across - reach);
                row.CopyTo(copy);
                TensorPrimitives.Max<byte>(copy[..^step], copy[step..], row[..^step]);
            }

            row[(width - across + 1)..].Fill(255);
            for (var (reach, step) = (1, 0); reach < across; reach += step)
            {
                step = Math.Min(reach, across - reach);
                row.CopyTo(copy);
                TensorPrimitives.Min<byte>(copy[..^step], copy[step..], row[step..]);
            }
        }

        plane[((height - down + 1) * width)..].Fill(255);
        ForSteps(down, plane, (step, rows) =>
        {
            for (var y = height - 1; y - step >= 0; y--)
                TensorPrimitives.Min(rows.Slice(y * width, width), rows.Slice((y - step) * width, width), rows.Slice(y * width, width));
        });
    }

    private delegate void Pass(int step, Span<byte> rows);

    private static void ForSteps(int window, Span<byte> rows, Pass pass)
    {
        for (var (reach, step) = (1, 0); reach < window; reach += step)
        {
            step = Math.Min(reach, window - reach);
            pass(step, rows);
        }
    }

    /// <summary>How much darker than its paper each pixel is, as a share of the paper's light.</summary>
    private static void Contrast(ReadOnlySpan<byte> grey, ReadOnlySpan<byte> paper, Span<byte> contrast)
    {
        for (var i = 0; i < grey.Length; i++)
            contrast[i] = (byte)(paper[i] <= grey[i] ? 0 : (paper[i] - grey[i]) * 255 / paper[i]);
    }

    /// <summary>Contrast → ink: what is within the paper's own noise is none, and the usual ink is full.</summary>
    private static void Stretch(Span<byte> contrast)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var level in contrast)
            counts[level]++;
        var paper = Binarisation.Quantile(counts, 1, 2); // the closing follows the brightest of the noise
        Span<int> distances = stackalloc int[256];
        distances.Clear();
        for (var level = 0; level < 256; level++)
            distances[Math.Abs(level - paper)] += counts[level];
        var floor = paper + Math.Max(FaintestContrast, 5 * Binarisation.Quantile(distances, 1, 2));
        counts[..Math.Min(floor + 1, 255)].Clear();
        if (TensorPrimitives.Sum<int>(counts) == 0)
        {
            contrast.Clear();
            return;
        }

        var strong = Binarisation.Quantile(counts, 9, 10);
        var (none, full) = (Math.Max(floor, paper + 35 * (strong - paper) / 100), Math.Max(floor + 1, paper + 80 * (strong - paper) / 100));
        Span<byte> ink = stackalloc byte[256];
        for (var level = 0; level < 256; level++)
            ink[level] = (byte)Math.Clamp(255 * (level - none) / Math.Max(1, full - none), 0, 255);
        foreach (ref var level in contrast)
            level = ink[level];
    }
}
