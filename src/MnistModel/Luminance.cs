using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MnistModel;

/// <summary>Colours → grey (ITU-R BT.601), with transparency laid over paper.</summary>
internal static class Luminance
{
    // the weights of red, green and blue in 1/256: 0.299, 0.587, 0.114
    private const uint Red = 77, Green = 150, Blue = 29, Half = 128;

    // the sums below can't overflow within as many pixels: 65,536 × 255 × 255 < 2³²
    private const int Stretch = 65_536;

    /// <summary>Writes the grey of each pixel. The paper under a transparent drawing is white, or black where the drawing itself is light.</summary>
    /// <param name="rgba">Four bytes a pixel, not premultiplied.</param>
    /// <param name="grey">One byte a pixel.</param>
    /// <param name="opaque">Whether no pixel is transparent, as the image's header says.</param>
    public static void Of(ReadOnlySpan<byte> rgba, Span<byte> grey, bool opaque)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        long coverage = 0, light = 0;
        for (var begin = 0; begin < grey.Length; begin += Stretch)
        {
            var length = Math.Min(Stretch, grey.Length - begin);
            var (alpha, weighted) = Weigh(pixels.Slice(begin, length), grey.Slice(begin, length));
            coverage += alpha;
            light += weighted;
        }

        if (opaque || coverage == 255L * grey.Length)
            return;

        var paper = light > 128 * coverage ? 0 : 255;
        for (var i = 0; i < grey.Length; i++)
        {
            var alpha = (int)(pixels[i] >> 24);
            grey[i] = (byte)((grey[i] * alpha + paper * (255 - alpha) + 127) / 255);
        }
    }

    /// <summary>Writes the grey of each pixel of an opaque picture.</summary>
    /// <param name="rgba">Four bytes a pixel.</param>
    /// <param name="grey">One byte a pixel.</param>
    /// <returns>False where a pixel isn't opaque; what was written is of no use then.</returns>
    public static bool OfOpaque(ReadOnlySpan<byte> rgba, Span<byte> grey)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        if (grey.Length < 16)
            return Weigh(pixels, grey).Alpha == 255 * grey.Length;

        var all = Vector512<uint>.AllBitsSet;
        var (colour, ofColour) = (Vector512<uint>.Zero, default(Vector128<byte>));
        for (var i = 0; i < grey.Length; i += 16)
        {
            var at = Math.Min(i, grey.Length - 16); // the last ones overlap those before
            var block = Vector512.Create(pixels[at..]);
            all &= block;
            if (block != colour)
                (colour, ofColour) = (block, Narrow(Grey(pixels, at), Grey(pixels, at + 4), Grey(pixels, at + 8), Grey(pixels, at + 12)));
            ofColour.CopyTo(grey[at..]);
        }

        return (all >>> 24) == Vector512.Create(255u);
    }

    // the sums of alpha and of alpha × grey; 16 pixels at a time, then the rest one by one
    private static (uint Alpha, uint Weighted) Weigh(ReadOnlySpan<uint> pixels, Span<byte> grey)
    {
        var (alphas, weighteds) = (Vector128<uint>.Zero, Vector128<uint>.Zero);
        // most of a drawing is paper: 16 pixels of the colour that was last seen all over cost one comparison
        var (colour, ofColour) = (Vector512<uint>.Zero, default((Vector128<byte> Grey, Vector128<uint> Alpha, Vector128<uint> Weighted)));
        var i = 0;
        for (; i <= grey.Length - 16; i += 16)
        {
            var block = Vector512.Create(pixels[i..]);
            var its = ofColour;
            if (block != colour)
            {
                its = Weigh(pixels, i);
                if (Vector512.EqualsAll(block, Vector512.Create(pixels[i])))
                    (colour, ofColour) = (block, its);
            }

            its.Grey.CopyTo(grey[i..]);
            alphas += its.Alpha;
            weighteds += its.Weighted;
        }

        var (alpha, weighted) = (Vector128.Sum(alphas), Vector128.Sum(weighteds));
        for (; i < grey.Length; i++)
        {
            var pixel = pixels[i];
            grey[i] = (byte)((Red * (byte)pixel + Green * (byte)(pixel >> 8) + Blue * (byte)(pixel >> 16) + Half) >> 8);
            alpha += pixel >> 24;
            weighted += (pixel >> 24) * grey[i];
        }

        return (alpha, weighted);

        static (Vector128<byte> Grey, Vector128<uint> Alpha, Vector128<uint> Weighted) Weigh(ReadOnlySpan<uint> pixels, int at)
        {
            var (a, b, c, d) = (Grey(pixels, at), Grey(pixels, at + 4), Grey(pixels, at + 8), Grey(pixels, at + 12));
            return (Narrow(a, b, c, d),
                (Alpha(pixels, at) + Alpha(pixels, at + 4)) + (Alpha(pixels, at + 8) + Alpha(pixels, at + 12)),
                (a * Alpha(pixels, at) + b * Alpha(pixels, at + 4)) + (c * Alpha(pixels, at + 8) + d * Alpha(pixels, at + 12)));
        }
    }

    private static Vector128<uint> Alpha(ReadOnlySpan<uint> pixels, int at) => Vector128.Create(pixels[at..]) >>> 24;

    private static Vector128<uint> Grey(ReadOnlySpan<uint> pixels, int at)
    {
        var (pixel, low) = (Vector128.Create(pixels[at..]), Vector128.Create(0xFFu));
        return ((pixel & low) * Red + ((pixel >>> 8) & low) * Green + ((pixel >>> 16) & low) * Blue + Vector128.Create(Half)) >>> 8;
    }

    private static Vector128<byte> Narrow(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d) =>
        Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d));
}
