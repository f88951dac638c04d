using MnistReader.Imaging.Png;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>
/// Encoded image bytes → <see cref="GrayImage"/>. The format is told by content (PNG, JPEG, WebP, GIF, BMP), never by name;
/// transparency is laid over paper, EXIF orientation is honoured. All pictures that a process decodes at once share half of its memory.
/// </summary>
internal static class ImageDecoder
{
    /// <summary>Decodes one image; of an animation, the first frame.</summary>
    /// <param name="bytes">The encoded image.</param>
    /// <param name="limits">Limits on bytes, pixels and frames; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <param name="cancellation">Nobody waits for it any more; asked every few rows, and while it waits for memory that other pictures use.</param>
    /// <returns>Grey, upright, to be disposed. Large pictures are reduced to some megapixels.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static GrayImage Decode(ReadOnlySpan<byte> bytes, ImageLimits? limits = null, CancellationToken cancellation = default) =>
        Decode(bytes, limits, byHue: false, cancellation);

    /// <summary>The same, in which colours of one brightness may differ.</summary>
    /// <param name="bytes">The encoded image.</param>
    /// <param name="limits">Limits on bytes, pixels and frames; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <param name="byHue">Whether red is light and green dark, as bright as they may be, rather than what is bright.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    public static GrayImage Decode(ReadOnlySpan<byte> bytes, ImageLimits? limits, bool byHue, CancellationToken cancellation)
    {
        limits ??= new ImageLimits();
        if (bytes.Length > limits.MaxBytes)
            throw new ImageException(ImageFault.TooLarge, $"The image has {bytes.Length:N0} bytes; the limit is {limits.MaxBytes:N0}.");

        cancellation.ThrowIfCancellationRequested();
        var image = ImageMetadata.Check(bytes, limits.MaxFrames);
        var (gray, origin) = PngReader.Read(image, limits.MaxPixels, byHue, cancellation) ?? CodecReader.Read(image, limits.MaxPixels, byHue, cancellation);
        if (origin is SKEncodedOrigin.TopLeft)
            return gray;

        using var turned = gray;
        return turned.Turn(origin);
    }
}
