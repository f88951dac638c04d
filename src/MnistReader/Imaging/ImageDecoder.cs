using MnistReader.Ink;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>
/// Encoded image bytes → <see cref="InkPlane"/>. The format is told by content (PNG, JPEG, WebP, GIF, BMP), never by name;
/// transparency is laid over paper, EXIF orientation is honoured, and the border decides which colour is paper.
/// All pictures that a process decodes at once share half of its memory.
/// </summary>
public static class ImageDecoder
{
    /// <summary>Decodes one image; of an animation, the first frame.</summary>
    /// <param name="bytes">The encoded image.</param>
    /// <param name="limits">Limits on bytes, pixels and frames; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <param name="cancellation">Nobody waits for it any more; asked every few rows, and while it waits for memory that other pictures use.</param>
    /// <returns>Ink, 0 = paper, 255 = the strongest ink that the paper allows. Large pictures are reduced to some megapixels.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static InkPlane Decode(ReadOnlySpan<byte> bytes, ImageLimits? limits = null, CancellationToken cancellation = default)
    {
        var picture = Read(bytes, limits, cancellation);
        return Binarisation.ToInk(picture.Grey, picture.IsLossy);
    }

    /// <summary>Decodes one image to grey, upright.</summary>
    internal static DecodedImage Read(ReadOnlySpan<byte> bytes, ImageLimits? limits = null, CancellationToken cancellation = default)
    {
        limits ??= new ImageLimits();
        if (bytes.Length > limits.MaxBytes)
            throw new ImageException(ImageFault.TooLarge, $"The image has {bytes.Length:N0} bytes; the limit is {limits.MaxBytes:N0}.");

        cancellation.ThrowIfCancellationRequested();
        var image = ImageMetadata.Check(bytes, limits.MaxFrames);
        var picture = PngReader.Read(image, limits.MaxPixels, cancellation) ?? CodecReader.Read(image, limits.MaxPixels, cancellation);
        return new DecodedImage(Upright(picture.Grey, picture.Origin), SKEncodedOrigin.TopLeft, picture.IsLossy);
    }

    /// <summary>Turns the plane the way the camera was held (EXIF orientation 1 to 8).</summary>
    private static InkPlane Upright(InkPlane plane, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft)
            return plane;

        using var turned = plane;
        var (width, height) = (plane.Width, plane.Height);
        var isTransposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = (isTransposed ? InkPlane.Rent(height, width) : InkPlane.Rent(width, height)).As(plane.PictureWidth, plane.PictureHeight, isTransposed);
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
}
