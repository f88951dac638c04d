using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace MnistModel;

/// <summary>
/// Reads the PNGs that canvases and drawing programs write, straight to grey and a few rows at a time: RGBA without transparency or grey, 8 bits each, not interlaced.
/// All other images, and all that is wrong with one, are left to the codec, which takes twice as long for these: it fills four bytes a pixel and copies them more than once.
/// </summary>
internal static class PlainPng
{
    private const int HeaderBytes = 13, Grey = 0, Rgba = 6;
    private const int WindowBytes = 65_536; // of inflated rows: they stay in the processor's cache
    private const int MaxSide = 16_384;

    /// <summary>The grey of each pixel, exactly as <see cref="Luminance"/> makes it of the codec's; null where the codec has to look at the image.</summary>
    /// <param name="png">The encoded image, of any format.</param>
    /// <param name="maxPixels">A larger image is left to the codec, too.</param>
    public static InkPlane? Read(ReadOnlySpan<byte> png, long maxPixels)
    {
        if (!png.StartsWith(ImageMetadata.PngSignature))
            return null;

        var rest = png[ImageMetadata.PngSignature.Length..];
        var header = ImageMetadata.NextChunk(ref rest);
        if (header.Length != HeaderBytes + 12 || !header[4..].StartsWith("IHDR"u8) || !IsWhole(header) || Layout(header.Slice(8, HeaderBytes), maxPixels) is not { Channels: > 0 } image)
            return null;

        var compressed = ArrayPool<byte>.Shared.Rent(rest.Length);
        var plane = InkPlane.Rent(image.Width, image.Height);
        try
        {
            if (Collect(rest, compressed) is { } length && Inflate(new MemoryStream(compressed, 0, length), plane, image.Channels))
                return plane;
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter where zlib wants a dictionary
        {
            // damaged: the codec says how
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }

        plane.Dispose();
        return null;
    }

    // width, height, and bytes a pixel: 0 where it isn't for here
    private static (int Width, int Height, int Channels) Layout(ReadOnlySpan<byte> header, long maxPixels)
    {
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        var isPlain = header[8..] is [8, Grey or Rgba, 0, 0, 0]; // bits, colours, compression, filters, interlacing
        return !isPlain || width is 0 or > MaxSide || height is 0 or > MaxSide || (ulong)width * height > (ulong)maxPixels ? default : ((int)width, (int)height, header[9] == Grey ? 1 : 4);
    }

    // what the chunks hold of the pixels, one after the other; null where something else matters for how the image looks
    private static int? Collect(ReadOnlySpan<byte> chunks, Span<byte> compressed)
    {
        var (length, afterPixels) = (0, false); // they may be cut into chunks, but these follow one another
        while (ImageMetadata.NextChunk(ref chunks) is { Length: >= 12 } chunk)
        {
            var name = chunk.Slice(4, 4);
            var isPixels = name.SequenceEqual("IDAT"u8);
            if (!IsWhole(chunk) || (isPixels && afterPixels))
                return null;
            if (name.SequenceEqual("IEND"u8))
                return length;
            if (isPixels)
            {
                chunk[8..^4].CopyTo(compressed[length..]);
                length += chunk.Length - 12;
            }
            else if (name[0] is < (byte)'a' or > (byte)'z' || name.SequenceEqual("tRNS"u8) || name.SequenceEqual("eXIf"u8) || name.SequenceEqual("acTL"u8))
            {
                return null;
            }

            afterPixels = length > 0 && !isPixels;
        }

        return null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> chunk) => chunk.Length == BinaryPrimitives.ReadUInt32BigEndian(chunk) + 12L
        && BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]) == Crc32.HashToUInt32(chunk[4..^4]);

    private static bool Inflate(Stream compressed, InkPlane plane, int channels)
    {
        var row = 1 + plane.Width * channels; // the first byte says how the row was filtered
        var rows = Math.Clamp(WindowBytes / row, 1, plane.Height);
        var rented = ArrayPool<byte>.Shared.Rent((1 + rows) * row);
        try
        {
            using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
            var window = rented.AsSpan(0, (1 + rows) * row); // the last row of the window before, then this one's
            window[..row].Clear();
            for (var y = 0; y < plane.Height; y += rows)
            {
                rows = Math.Min(rows, plane.Height - y);
                var read = window.Slice(row, rows * row);
                if (inflated.ReadAtLeast(read, read.Length, throwOnEndOfStream: false) < read.Length)
                    return false;

                for (var i = 1; i <= rows; i++)
                {
                    var line = window.Slice(i * row, row);
                    var pixels = line[1..];
                    var grey = plane.Ink.Slice((y + i - 1) * plane.Width, plane.Width);
                    if (!PngFilter.TryUndo(line[0], pixels, window.Slice((i - 1) * row + 1, row - 1), channels))
                        return false;
                    if (channels == 1)
                        pixels.CopyTo(grey);
                    else if (!Luminance.OfOpaque(pixels, grey))
                        return false;
                }

                window.Slice(rows * row, row).CopyTo(window);
            }

            return inflated.ReadByte() < 0; // no more than the pixels; and here zlib compares its checksum
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
