using System.Runtime.InteropServices;
using MnistReader.Imaging.Png;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>Encoded images → grey by way of SkiaSharp: JPEG, WebP, GIF and BMP, and PNGs that <see cref="PngReader"/> leaves to it.</summary>
internal static class CodecReader
{
    /// <summary>Larger JPEG and WebP pictures are decoded at a reduced size, which is many times faster and leaves a digit detail to spare.</summary>
    private const int TargetSidePx = 1024;

    private const int SliceRows = 64;

    /// <summary>Decodes one image; of an animation, the first frame.</summary>
    /// <param name="image">The encoded image.</param>
    /// <param name="maxPixels">Width × height may be at most this.</param>
    /// <param name="byHue">As of <see cref="GrayRows"/>.</param>
    /// <param name="cancellation">Asked before the pixels are decoded, and every few rows of a JPEG.</param>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    public static unsafe (GrayImage Gray, SKEncodedOrigin Origin) Read(ReadOnlySpan<byte> image, long maxPixels, bool byHue, CancellationToken cancellation)
    {
        fixed (byte* first = image)
        {
            using var data = SKData.Create((nint)first, image.Length); // no copy
            using var codec = SKCodec.Create(data)
                ?? throw new ImageException(ImageFault.NotAnImage, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.");

            var header = codec.Info;
            if ((long)header.Width * header.Height > maxPixels)
                throw new ImageException(ImageFault.TooLarge,
                    $"The image has {header.Width:N0}×{header.Height:N0} pixels; the limit is {maxPixels:N0} pixels in all.");

            var size = codec.GetScaledDimensions(Math.Min(1f, (float)TargetSidePx / Math.Max(header.Width, header.Height)));
            // RGBA always: the codec refuses Gray8 for colour images, and leaves the buffer untouched when it refuses
            var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
            var isJpeg = codec.EncodedFormat is SKEncodedImageFormat.Jpeg;
            var pixels = 4L * size.Width * size.Height;
            using var memory = DecodingMemory.Shared.Take(codec.EncodedFormat switch
            {
                SKEncodedImageFormat.Jpeg => JpegScans.Check(image),
                SKEncodedImageFormat.Bmp => pixels,
                _ => pixels + 4L * header.Width * header.Height, // at full size within the codec, too
            }, cancellation);
            var isLossy = isJpeg || codec.EncodedFormat is SKEncodedImageFormat.Webp;
            using var rows = new GrayRows(size.Width, size.Height, picture: header.Size, isLossy: isLossy, byHue: byHue);
            var result = isJpeg ? ReadSlices(codec, info, rows, cancellation) : ReadWhole(codec, info, rows);
            if (result is not SKCodecResult.Success)
                throw new ImageException(ImageFault.Damaged, $"The {codec.EncodedFormat} image is damaged or cut off ({result}). Save it again and resend it.");

            return (rows.ToImage(), codec.EncodedOrigin);
        }
    }

    private static unsafe SKCodecResult ReadSlices(SKCodec codec, SKImageInfo info, GrayRows rows, CancellationToken cancellation)
    {
        if (codec.StartScanlineDecode(info) is var result and not SKCodecResult.Success)
            return result;

        var slice = new byte[SliceRows * info.RowBytes];
        for (var y = 0; y < info.Height; y += SliceRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var wanted = Math.Min(SliceRows, info.Height - y);
            fixed (byte* pixels = slice)
            {
                if (codec.GetScanlines((nint)pixels, wanted, info.RowBytes) < wanted)
                    return SKCodecResult.IncompleteInput;
            }

            AddRows(slice.AsSpan(0, wanted * info.RowBytes), info, rows, y);
        }

        return SKCodecResult.Success;
    }

    // in memory of its own, which goes back to the system at once: the collector's would keep a large picture's for a while
    private static unsafe SKCodecResult ReadWhole(SKCodec codec, SKImageInfo info, GrayRows rows)
    {
        var pixels = NativeMemory.Alloc((nuint)info.BytesSize64);
        try
        {
            var result = codec.GetPixels(info, (nint)pixels);
            if (result is SKCodecResult.Success)
            {
                for (var y = 0; y < info.Height; y++)
                    AddRows(new ReadOnlySpan<byte>((byte*)pixels + (long)y * info.RowBytes, info.RowBytes), info, rows, y);
            }

            return result;
        }
        finally
        {
            NativeMemory.Free(pixels);
        }
    }

    private static void AddRows(ReadOnlySpan<byte> rgba, SKImageInfo info, GrayRows rows, int y)
    {
        for (; !rgba.IsEmpty; rgba = rgba[info.RowBytes..])
            rows.AddRgba(rgba[..info.RowBytes], y++);
    }
}
