using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MnistReader.Imaging;

/// <summary>Colours → grey (ITU-R BT.601).</summary>
internal static class Luminance
{
    // the weights of red, green and blue in 1/256: 0.299, 0.587, 0.114
    private const uint Red = 77, Green = 150, Blue = 29, Half = 128;

    /// <summary>Writes the grey of each pixel where all are opaque.</summary>
    /// <param name="rgba">Four bytes a pixel.</param>
    /// <param name="grey">One byte a pixel.</param>
    /// <returns>False where a pixel isn't opaque; what was written is of no use then.</returns>
    public static bool OfOpaque(ReadOnlySpan<byte> rgba, Span<byte> grey)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        if (grey.Length < 16)
        {
            var opaque = byte.MaxValue;
            for (var i = 0; i < grey.Length; i++)
                (grey[i], opaque) = (Grey(pixels[i]), (byte)(opaque & (pixels[i] >> 24)));
            return opaque == byte.MaxValue;
        }

        // most of a drawing is paper: 16 pixels of the colour that was last seen all over cost one comparison
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

    /// <summary>Writes the grey of each pixel as far as it covers what lies under it.</summary>
    /// <param name="rgba">Four bytes a pixel, not premultiplied.</param>
    /// <param name="grey">One byte a pixel: grey × alpha.</param>
    /// <param name="alpha">One byte a pixel, or more.</param>
    public static void OfTransparent(ReadOnlySpan<byte> rgba, Span<byte> grey, Span<byte> alpha)
    {
        var pixels = MemoryMarshal.Cast<byte, uint>(rgba);
        for (var i = 0; i < grey.Length; i++)
        {
            alpha[i] = (byte)(pixels[i] >> 24);
            grey[i] = (byte)((Grey(pixels[i]) * alpha[i] + 127) / 255);
        }
    }

    /// <summary>Writes the red of each pixel against its green: colours of one brightness differ in it, but for blue and yellow ones.</summary>
    /// <param name="rgba">Four bytes a pixel; what is transparent is as if it weren't.</param>
    /// <param name="grey">One byte a pixel, or more: 255 is pure red, 0 pure green, 127 what has as much of both.</param>
    public static void ByHue(ReadOnlySpan<byte> rgba, Span<byte> grey)
    {
        for (var i = 0; i < rgba.Length / 4; i++)
            grey[i] = (byte)((255 + rgba[4 * i] - rgba[4 * i + 1]) / 2);
    }

    private static byte Grey(uint pixel) => (byte)((Red * (byte)pixel + Green * (byte)(pixel >> 8) + Blue * (byte)(pixel >> 16) + Half) >> 8);

    private static Vector128<uint> Grey(ReadOnlySpan<uint> pixels, int at)
    {
        var (pixel, low) = (Vector128.Create(pixels[at..]), Vector128.Create(0xFFu));
        return ((pixel & low) * Red + ((pixel >>> 8) & low) * Green + ((pixel >>> 16) & low) * Blue + Vector128.Create(Half)) >>> 8;
    }

    private static Vector128<byte> Narrow(Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d) =>
        Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d));
}
