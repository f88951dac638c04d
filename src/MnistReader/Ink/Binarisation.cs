using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace MnistReader.Ink;

/// <summary>Grey → ink: finds the paper and takes it away. Even paper has one level; uneven paper, of a photo or scan, one at each place.</summary>
internal static class Binarisation
{
    /// <summary>JPEG and WebP surround strokes with ripples of up to about this many grey levels (measured at JPEG quality 75).</summary>
    private const int LossyNoise = 24;

    /// <summary>A border that spreads by no more than this is of even paper: what a program draws has none, what a camera sees has more.</summary>
    private const int EvenSpread = 1;

    /// <summary>A picture with a shorter side than this is no photo: what spreads at its border is ink, smoothed or compressed.</summary>
    private const int SmallPx = 64;

    /// <summary>Turns grey into ink.</summary>
    /// <param name="plane">Grey; it is written over, or disposed where another is returned.</param>
    /// <param name="lossy">Whether the format leaves ripples around strokes.</param>
    public static InkPlane ToInk(InkPlane plane, bool lossy)
    {
        var grey = plane.Ink;
        Span<int> levels = stackalloc int[256]; // of the border, how often each: paper touches the edges
        levels.Clear();
        CountBorder(plane, levels);
        var paper = Quantile(levels, 1, 2);
        // three quarters of the border, so that a stroke that runs off the edge doesn't count as noise
        var spread = Spread(levels, paper);
        if (spread > EvenSpread)
        {
            if (OneLevel(plane, levels, Math.Min(plane.Width, plane.Height) < SmallPx ? LossyNoise / 2 : EvenSpread) is { } level)
                (paper, spread) = (level, 0);
            else if (AdaptiveBinarisation.CanBe(plane))
                return AdaptiveBinarisation.ToInk(plane);
        }

        // what covers less than a third may be a frame at the very edge; what is neither white nor black may have ink of either side
        var darkInk = paper >= 128;
        if (paper is > 16 and < 240 || grey.Count((byte)paper) < grey.Length / 3)
        {
            levels.Clear();
            foreach (var level in grey)
                levels[level]++;
            if (TensorPrimitives.IndexOfMax<int>(levels) is var most && levels[most] > 2 * levels[paper] && IsJustInside(plane, most))
                paper = most;
            darkInk = IsInkDark(levels, paper);
        }

        Flatten(grey, paper, Math.Max(lossy ? LossyNoise : 0, 2 * spread), darkInk);
        return plane;
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

    private static void CountBorder(InkPlane plane, Span<int> levels)
    {
        foreach (var level in plane.Row(0))
            levels[level]++;
        foreach (var level in plane.Row(plane.Height - 1))
            levels[level]++;
        for (var y = 1; y < plane.Height - 1; y++)
        {
            levels[plane.Row(y)[0]]++;
            levels[plane.Row(y)[^1]]++;
        }
    }

    /// <summary>Whether a level is what stands just inside the border, all around: then the border is a frame. A stroke that is cropped tightly is narrow.</summary>
    private static bool IsJustInside(InkPlane plane, int level)
    {
        const int narrowestPx = 100, tolerance = 16;
        var shorter = Math.Min(plane.Width, plane.Height);
        if (shorter < narrowestPx)
            return false;

        var inset = shorter / 20;
        var (right, bottom, there) = (plane.Width - 1 - inset, plane.Height - 1 - inset, 0);
        for (var x = inset; x <= right; x++)
            there += Near(plane.Row(inset)[x]) + Near(plane.Row(bottom)[x]);
        for (var y = inset; y <= bottom; y++)
            there += Near(plane.Row(y)[inset]) + Near(plane.Row(y)[right]);
        return there > 0.8 * 2 * (right - inset + bottom - inset + 2);

        int Near(byte other) => Math.Abs(other - level) <= tolerance ? 1 : 0;
    }

    /// <summary>The one level of paper of a drawing that is cropped tightly: a quarter of its border and a fifth of it all, however much ink touches the border; null where there is none.</summary>
    private static int? OneLevel(InkPlane plane, ReadOnlySpan<int> border, int tolerance)
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
        foreach (var grey in plane.Pixels)
        {
            near += Math.Abs(grey - level) <= tolerance ? 1 : 0;
            stronger |= Math.Abs(grey - level) > 2 * strongest;
        }

        return near >= plane.Pixels.Length / 5 && !stronger ? level : null;
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

    private static void Flatten(Span<byte> grey, int paper, int floor, bool darkInk)
    {
        var range = Math.Max(1, darkInk ? paper : 255 - paper);
        if (range == 255 && floor == 0) // black on white, or white on black, as a program draws
        {
            if (darkInk)
                TensorPrimitives.OnesComplement<byte>(grey, grey);
            return;
        }

        Span<byte> ink = stackalloc byte[256]; // grey level → ink
        for (var level = 0; level < 256; level++)
        {
            var distance = darkInk ? paper - level : level - paper;
            ink[level] = distance <= floor ? (byte)0 : (byte)(distance * 255 / range);
        }

        var blank = Vector128.Create((byte)paper); // nearly all of a picture
        for (var i = 0; i < grey.Length; i += Vector128<byte>.Count)
        {
            var stretch = grey[i..Math.Min(i + Vector128<byte>.Count, grey.Length)];
            if (stretch.Length == Vector128<byte>.Count && Vector128.EqualsAll(Vector128.Create<byte>(stretch), blank))
            {
                stretch.Clear();
                continue;
            }

            foreach (ref var level in stretch)
                level = ink[level];
        }
    }
}
