using System.Buffers;
using SkiaSharp;

namespace MnistModel;

/// <summary>
/// Encoded image bytes → <see cref="InkPlane"/>. The format is told by content (PNG, JPEG, WebP, GIF, BMP), never by name;
/// transparency is laid over paper, EXIF orientation is honoured, and the border decides which colour is paper.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Larger JPEG and WebP pictures are decoded at a reduced size, which is many times faster and leaves a digit detail to spare.</summary>
    private const int TargetSidePx = 1024;

    /// <summary>Decodes one image; of an animation, the first frame.</summary>
    /// <param name="bytes">The encoded image.</param>
    /// <param name="limits">Limits on bytes, pixels and frames; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>Ink, 0 = paper, 255 = the strongest ink that the paper allows.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    public static unsafe InkPlane Decode(ReadOnlySpan<byte> bytes, ImageLimits? limits = null)
    {
        limits ??= new ImageLimits();
        if (bytes.Length > limits.MaxBytes)
            throw new ImageException(ImageFault.TooLarge, $"The image has {bytes.Length:N0} bytes; the limit is {limits.MaxBytes:N0}.");

        var image = ImageMetadata.Check(bytes, limits.MaxFrames);
        if (PlainPng.Read(image, limits.MaxPixels) is { } drawing)
            return Paper.ToInk(drawing, lossy: false);

        fixed (byte* first = image)
            return Decode((nint)first, image.Length, limits);
    }

    private static InkPlane Decode(nint image, int length, ImageLimits limits)
    {
        using var data = SKData.Create(image, length); // no copy
        using var codec = SKCodec.Create(data)
            ?? throw new ImageException(ImageFault.NotAnImage, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.");

        var header = codec.Info;
        if ((long)header.Width * header.Height > limits.MaxPixels)
            throw new ImageException(ImageFault.TooLarge,
                $"The image has {header.Width:N0}×{header.Height:N0} pixels; the limit is {limits.MaxPixels:N0} pixels in all.");

        var size = codec.GetScaledDimensions(Math.Min(1f, (float)TargetSidePx / Math.Max(header.Width, header.Height)));
        // RGBA always: the codec refuses Gray8 for colour images, and leaves the buffer untouched when it refuses
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var rgba = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            if (GetPixels(codec, info, rgba) is var result and not SKCodecResult.Success)
                throw new ImageException(ImageFault.Damaged, $"The {codec.EncodedFormat} image is damaged or cut off ({result}). Save it again and resend it.");

            var pixels = rgba.AsSpan(0, info.BytesSize);
            var plane = InkPlane.Rent(info.Width, info.Height);
            Luminance.Of(pixels, plane.Ink, header.AlphaType == SKAlphaType.Opaque);
            plane = Paper.ToInk(plane, codec.EncodedFormat is SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Webp);
            return Upright(plane, codec.EncodedOrigin).As(header.Width, header.Height, IsTransposed(codec.EncodedOrigin));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rgba);
        }
    }

    private static unsafe SKCodecResult GetPixels(SKCodec codec, SKImageInfo info, byte[] rgba)
    {
        fixed (byte* first = rgba)
            return codec.GetPixels(info, (nint)first);
    }

    /// <summary>Turns the plane the way the camera was held (EXIF orientation 1 to 8).</summary>
    private static InkPlane Upright(InkPlane plane, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft)
            return plane;

        using var turned = plane;
        var (width, height) = (plane.Width, plane.Height);
        var upright = IsTransposed(origin) ? InkPlane.Rent(height, width) : InkPlane.Rent(width, height);
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (sourceX, sourceY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (width - 1 - x, height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, height - 1 - x),
                    SKEncodedOrigin.RightBottom => (width - 1 - y, height - 1 - x),
                    _ => (width - 1 - y, x),
                };
                upright.Ink[y * upright.Width + x] = plane.Ink[sourceY * width + sourceX];
            }
        }

        return upright;
    }

    private static bool IsTransposed(SKEncodedOrigin origin) =>
        origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
}
