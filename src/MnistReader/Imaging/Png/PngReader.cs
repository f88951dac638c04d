using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using SkiaSharp;

namespace MnistReader.Imaging.Png;

/// <summary>
/// Reads PNGs straight to grey, a few rows at a time: every colour type, depth and order of rows. The codec would fill four bytes a pixel, and as
/// many again where the rows are interlaced: twice the time for a drawing, and a hundred megabytes for a scan that compresses to as many kilobytes.
/// What is wrong with an image, or unknown in it, is left to the codec, which says what.
/// </summary>
internal static class PngReader
{
    private const int HeaderBytes = 13;
    private const int WindowBytes = 65_536; // of inflated rows: they stay in the processor's cache
    private const int MaxSide = 16_384;

    // first column, first row, and the steps to the next ones of Adam7 (PNG specification, 3rd edition, section 8)
    private static readonly Pass[] Interlaced =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    private static readonly Pass[] InOrder = [new(0, 0, 1, 1)];

    /// <summary>The grey of each pixel, exactly as <see cref="CodecReader"/> has it; null where that has to look at the image.</summary>
    /// <param name="png">The encoded image, of any format.</param>
    /// <param name="maxPixels">A larger image is left to the codec, too.</param>
    /// <param name="byHue">As of <see cref="GrayRows"/>.</param>
    /// <param name="cancellation">Asked every few rows.</param>
    /// <exception cref="OperationCanceledException">The time is over.</exception>
    /// <exception cref="ImageException">It takes more memory than there is.</exception>
    public static (GrayImage Gray, SKEncodedOrigin Origin)? Read(ReadOnlySpan<byte> png, long maxPixels, bool byHue, CancellationToken cancellation)
    {
        if (!png.StartsWith(ImageMetadata.PngSignature))
            return null;

        var rest = png[ImageMetadata.PngSignature.Length..];
        var header = ImageMetadata.NextChunk(ref rest);
        if (header.Length != HeaderBytes + 12 || !header[4..].StartsWith("IHDR"u8) || !IsWhole(header)
            || PngPixels.Of(header.Slice(8, HeaderBytes)) is not { } pixels
            || pixels.Width > MaxSide || pixels.Height > MaxSide || (long)pixels.Width * pixels.Height > maxPixels)
            return null;

        using var memory = pixels.IsInterlaced ? DecodingMemory.Shared.Take(2L * pixels.Width * pixels.Height, cancellation) : null;
        var compressed = ArrayPool<byte>.Shared.Rent(rest.Length);
        using var rows = new GrayRows(pixels.Width, pixels.Height, inOrder: !pixels.IsInterlaced, byHue: byHue);
        try
        {
            if (Collect(rest, compressed, pixels) is { } length && Inflate(new MemoryStream(compressed, 0, length), pixels, rows, cancellation))
                return (rows.ToImage(), pixels.Origin);
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter where zlib wants a dictionary
        {
            // damaged: the codec says how
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compressed);
        }

        return null;
    }

    // what the chunks hold of the pixels, one after the other; null where something else matters for how the image looks
    private static int? Collect(ReadOnlySpan<byte> chunks, Span<byte> compressed, PngPixels pixels)
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
            if (isPixels && pixels.HasColours)
            {
                chunk[8..^4].CopyTo(compressed[length..]);
                length += chunk.Length - 12;
            }
            else if (!pixels.Takes(name, chunk[8..^4], beforePixels: length == 0))
            {
                return null;
            }

            afterPixels = length > 0 && !isPixels;
        }

        return null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> chunk) => chunk.Length == BinaryPrimitives.ReadUInt32BigEndian(chunk) + 12L
        && BinaryPrimitives.ReadUInt32BigEndian(chunk[^4..]) == Crc32.HashToUInt32(chunk[4..^4]);

    private static bool Inflate(Stream compressed, PngPixels pixels, GrayRows grey, CancellationToken cancellation)
    {
        using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
        foreach (var pass in pixels.IsInterlaced ? Interlaced : InOrder)
        {
            if (!Inflate(inflated, pixels, grey, pass, cancellation))
                return false;
        }

        return inflated.ReadByte() < 0; // no more than the pixels; and here zlib compares its checksum
    }

    private static bool Inflate(ZLibStream inflated, PngPixels pixels, GrayRows grey, Pass pass, CancellationToken cancellation)
    {
        var (width, height) = (pass.Columns(pixels.Width), pass.Rows(pixels.Height));
        if (width == 0 || height == 0)
            return true;

        var row = 1 + pixels.RowBytes(width); // the first byte says how the row was filtered
        var rows = Math.Clamp(WindowBytes / row, 1, height);
        var rented = ArrayPool<byte>.Shared.Rent((1 + rows) * row);
        var colours = ArrayPool<uint>.Shared.Rent(width);
        try
        {
            var window = rented.AsSpan(0, (1 + rows) * row); // the last row of the window before, then this one's
            window[..row].Clear();
            for (var y = 0; y < height; y += rows)
            {
                cancellation.ThrowIfCancellationRequested();
                rows = Math.Min(rows, height - y);
                var read = window.Slice(row, rows * row);
                if (inflated.ReadAtLeast(read, read.Length, throwOnEndOfStream: false) < read.Length)
                    return false;

                for (var i = 1; i <= rows; i++)
                {
                    var line = window.Slice(i * row, row);
                    var samples = line[1..];
                    if (!PngFilter.TryUndo(line[0], samples, window.Slice((i - 1) * row + 1, row - 1), pixels.FilterBytes))
                        return false;

                    var targetY = pass.Y + (y + i - 1) * pass.StepY;
                    if (pixels.IsGrey)
                        grey.AddGrey(samples, targetY, pass.X, pass.StepX);
                    else if (pixels.AsRgba(samples, colours.AsSpan(0, width)) is { IsEmpty: false } rgba)
                        grey.AddRgba(rgba, targetY, pass.X, pass.StepX);
                    else
                        return false;
                }

                window.Slice(rows * row, row).CopyTo(window);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
            ArrayPool<uint>.Shared.Return(colours);
        }
    }

    private readonly record struct Pass(int X, int Y, int StepX, int StepY)
    {
        public int Columns(int width) => (width - X + StepX - 1) / StepX;

        public int Rows(int height) => (height - Y + StepY - 1) / StepY;
    }
}
