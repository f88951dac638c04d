using MnistReader.Framing;
using SkiaSharp;

namespace MnistApi.Predict;

/// <summary>Small pictures as PNGs without metadata.</summary>
internal static class Png
{
    // quick rather than small: these are thousands of pixels
    private static readonly SKPngEncoderOptions Quick = new(SKPngEncoderFilterFlags.NoFilters, 3);

    /// <summary>Encodes grey levels.</summary>
    /// <param name="levels">width × height bytes in row order, 0 = black.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    public static byte[] OfGrey(ReadOnlySpan<byte> levels, int width, int height) => Encode(levels, new SKImageInfo(width, height, SKColorType.Gray8));

    /// <summary>Encodes colours.</summary>
    /// <param name="pixels">width × height times red, green, blue and 255.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    public static byte[] OfColours(ReadOnlySpan<byte> pixels, int width, int height) =>
        Encode(pixels, new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));

    /// <summary>Encodes a framed digit, ink white on black.</summary>
    public static byte[] Of(DigitImage digit) => OfGrey(digit.Pixels, DigitImage.Side, DigitImage.Side);

    /// <summary>A PNG as a page shows it, in a <c>data:</c> URL.</summary>
    public static string ToDataUrl(byte[] png) => $"data:image/png;base64,{Convert.ToBase64String(png)}";

    private static unsafe byte[] Encode(ReadOnlySpan<byte> pixels, SKImageInfo info)
    {
        fixed (byte* address = pixels)
        {
            using var pixmap = new SKPixmap(info, (nint)address);
            using var png = pixmap.Encode(Quick) ?? throw new InvalidOperationException("The picture can't be encoded.");
            return png.ToArray();
        }
    }
}
