using MnistModel;
using SkiaSharp;

namespace MnistApi.Recognition;

/// <summary>Levels of grey → a PNG without metadata.</summary>
internal static class GreyPng
{
    /// <summary>Encodes levels as they are.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="levels">width × height bytes in row order, 0 = black, 255 = white.</param>
    public static byte[] Encode(int width, int height, ReadOnlySpan<byte> levels)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8), levels);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    /// <summary>Encodes ink, white on black.</summary>
    public static byte[] Encode(InkPlane plane)
    {
        var levels = new byte[plane.Width * plane.Height];
        for (var y = 0; y < plane.Height; y++)
            plane.Row(y).CopyTo(levels.AsSpan(y * plane.Width));
        return Encode(plane.Width, plane.Height, levels);
    }
}
