using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using MnistReader.Imaging;

namespace MnistReader.Ink;

/// <summary>Grey → ink where the paper has one level, as where a program draws: the level is taken away.</summary>
internal static class Binarisation
{
    /// <summary>JPEG and WebP surround strokes with ripples of up to about this many grey levels (measured at JPEG quality 75).</summary>
    private const int LossyNoise = 24;

    /// <summary>A border that spreads by no more than this is of even paper: what a program draws has none, what a camera sees has more.</summary>
    private const int EvenSpread = 1;

    /// <summary>A picture with a shorter side than this is no photo: what spreads at its border is ink, smoothed or compressed.</summary>
    private const int SmallPx = 64;

    /// <summary>With no side as long as this, there is too little to tell paper from ink at each place.</summary>
    private const int TinyPx = 32;

    /// <summary>Turns grey into ink.</summary>
    /// <param name="image">Grey; only read.</param>
    /// <param name="hasOneLevel">
    /// Whether the paper has one level, and the ink stands out from it; else what is returned is a guess, and <see cref="Inference.InkNetwork"/> knows
    /// better.
    /// </param>
    /// <returns>An image of its own, to be disposed.</returns>
    public static InkImage ToInk(GrayImage image, out bool hasOneLevel)
    {
        var grey = image.Pixels;
        Span<int> levels = stackalloc int[256]; // of the border, how often each: paper touches the edges
        levels.Clear();
        CountBorder(image, levels);
        var paper = Quantile(levels, 1, 2);
        // three quarters of the border, so that a stroke that runs off the edge doesn't count as noise
        var spread = Spread(levels, paper);
        hasOneLevel = spread <= EvenSpread;
        if (!hasOneLevel && OneLevel(image, levels, Math.Min(image.Width, image.Height) < SmallPx ? LossyNoise / 2 : EvenSpread) is { } level)
            (paper, spread, hasOneLevel) = (level, 0, true);

        // what covers less than a third may be a frame at the very edge; what is neither white nor black may have ink of either side
        var darkInk = paper >= 128;
        if (grey.Count((byte)paper) is var covered && (paper is > 16 and < 240 || covered < grey.Length / 3))
        {
            levels.Clear();
            foreach (var at in grey)
                levels[at]++;
            hasOneLevel &= covered >= grey.Length / 3 || 2 * levels[paper] >= TensorPrimitives.Max<int>(levels);
            darkInk = IsInkDark(levels, paper);
        }

        var ink = new InkImage(image.Width, image.Height) { PictureWidth = image.PictureWidth, PictureHeight = image.PictureHeight };
        Flatten(grey, ink.Writable, paper, Math.Max(image.IsLossy ? LossyNoise : 0, 2 * spread), darkInk);
        // what is faint, or of a colour as bright as the paper's, isn't blank
        hasOneLevel |= Math.Max(image.Width, image.Height) < TinyPx;
        hasOneLevel &= ink.Pixels.ContainsAnyInRange(InkImage.FaintestInk, byte.MaxValue) || covered == grey.Length;
        return ink;
    }

    /// <summary>What stands at a place of the sorted values, of which there are as many of each as the counts say.</summary>
    public static int Quantile(ReadOnlySpan<int> counts, long numerator, long denominator)
    {
        var place = TensorPrimitives.Sum(counts) * numerator / denominator;
        var value = 0;
        for (long passed = counts[0]; passed <= place && value < counts.Length - 1; passed += counts[value])
            value++;
        return value;
    }

    private static void CountBorder(GrayImage image, Span<int> levels)
    {
        foreach (var level in image.Row(0))
            levels[level]++;
        foreach (var level in image.Row(image.Height - 1))
            levels[level]++;
        for (var y = 1; y < image.Height - 1; y++)
        {
            levels[image.Row(y)[0]]++;
            levels[image.Row(y)[^1]]++;
        }
    }

    /// <summary>
    /// The one level of paper of a drawing that is cropped tightly: a quarter of its border and a fifth of it all, however much ink touches the border;
    /// null where there is none.
    /// </summary>
    private static int? OneLevel(GrayImage image, ReadOnlySpan<int> border, int tolerance)
    {
        var (most, level) = (0, 0);
        for (var at = 0; at < 256; at++)
        {
            var there = TensorPrimitives.Sum(border[Math.Max(0, at - tolerance)..Math.Min(256, at + tolerance + 1)]);
            if (there > most || (there == most && border[at] > border[level]))
                (most, level) = (there, at);
        }

        var strongest = 0; // of the border: the lines of squared paper reach it, too, but are paler than ink
        for (var at = 0; at < 256; at++)
            strongest = border[at] > 0 ? Math.Max(strongest, Math.Abs(at - level)) : strongest;
        if (most < TensorPrimitives.Sum(border) / 4)
            return null;

        var (near, stronger) = (0, false);
        foreach (var grey in image.Pixels)
        {
            near += Math.Abs(grey - level) <= tolerance ? 1 : 0;
            stronger |= Math.Abs(grey - level) > 2 * strongest;
        }

        return near >= image.Pixels.Length / 5 && !stronger ? level : null;
    }

    private static int Spread(ReadOnlySpan<int> levels, int paper)
    {
        Span<int> distances = stackalloc int[256];
        distances.Clear();
        for (var level = 0; level < 256; level++)
            distances[Math.Abs(level - paper)] += levels[level];
        return Quantile(distances, 3, 4);
    }

    /// <summary>Ink is what stands out: whichever side of the paper's level is farther from it, all pixels together.</summary>
    private static bool IsInkDark(ReadOnlySpan<int> levels, int paper)
    {
        long dark = 0, light = 0;
        for (var level = 0; level < 256; level++)
        {
            var weight = (long)levels[level] * (level - paper) * (level - paper);
            if (level < paper)
                dark += weight;
            else
                light += weight;
        }

        return dark == light ? paper >= 128 : dark > light;
    }

    private static void Flatten(ReadOnlySpan<byte> grey, Span<byte> ink, int paper, int floor, bool darkInk)
    {
        var range = Math.Max(1, darkInk ? paper : 255 - paper);
        if (range == 255 && floor == 0) // black on white, or white on black, as a program draws
        {
            if (darkInk)
                TensorPrimitives.OnesComplement(grey, ink);
            else
                grey.CopyTo(ink);
            return;
        }

        Span<byte> inkOf = stackalloc byte[256]; // of each grey level
        for (var level = 0; level < 256; level++)
        {
            var distance = darkInk ? paper - level : level - paper;
            inkOf[level] = distance <= floor ? (byte)0 : (byte)(distance * 255 / range);
        }

        var blank = Vector128.Create((byte)paper); // nearly all of a picture
        for (var i = 0; i < grey.Length; i += Vector128<byte>.Count)
        {
            var stretch = grey[i..Math.Min(i + Vector128<byte>.Count, grey.Length)];
            if (stretch.Length == Vector128<byte>.Count && Vector128.EqualsAll(Vector128.Create(stretch), blank))
            {
                ink.Slice(i, stretch.Length).Clear();
                continue;
            }

            for (var x = 0; x < stretch.Length; x++)
                ink[i + x] = inkOf[stretch[x]];
        }
    }
}
