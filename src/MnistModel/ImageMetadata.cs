using System.Buffers.Binary;

namespace MnistModel;

/// <summary>
/// What an image file carries beside its pixels: text, colour profiles, EXIF, frames of an animation. The codec would read all of it, and a few bytes of it can cost seconds or
/// hundreds of megabytes; here the pieces are only counted, from one to the next, before the codec sees them.
/// </summary>
internal static class ImageMetadata
{
    /// <summary>The most bytes of metadata that an image may carry: 1 MB (1,000,000).</summary>
    public const int MaxBytes = 1_000_000;

    /// <summary>The most pieces before the pixels, and the most frames of an animation: 1000.</summary>
    public const int MaxPieces = 1000;

    // what a PNG may carry for the codec to read: compressed text and profiles grow up to a thousandfold
    private const int HarmlessPngBytes = 65_536;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Counts the metadata, and leaves out what a digit doesn't need where it is much.</summary>
    /// <param name="image">Encoded bytes of any format.</param>
    /// <returns>The same bytes, or a copy of a PNG without its ancillary chunks; with transparency and EXIF, of at most 64 kB, kept.</returns>
    /// <exception cref="ImageException">More metadata than an image may carry.</exception>
    public static ReadOnlySpan<byte> Check(ReadOnlySpan<byte> image)
    {
        if (image.StartsWith(PngSignature))
            return CheckPng(image);
        if (image.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
            CheckJpeg(image);
        else if (image.StartsWith("RIFF"u8) && image.Length > 12 && image[8..].StartsWith("WEBP"u8))
            CheckWebp(image);
        return image;
    }

    private static ReadOnlySpan<byte> CheckPng(ReadOnlySpan<byte> image)
    {
        var metadata = 0;
        for (var rest = image[PngSignature.Length..]; NextChunk(ref rest) is { Length: > 0 } chunk;)
            metadata += IsKept(chunk) ? 0 : chunk.Length;
        if (metadata > MaxBytes)
            throw TooMuch(metadata);
        if (metadata <= HarmlessPngBytes)
            return image;

        var copy = new byte[image.Length - metadata];
        PngSignature.CopyTo(copy);
        var length = PngSignature.Length;
        for (var rest = image[length..]; NextChunk(ref rest) is { Length: > 0 } chunk;)
        {
            if (!IsKept(chunk))
                continue;
            chunk.CopyTo(copy.AsSpan(length));
            length += chunk.Length;
        }

        return copy.AsSpan(0, length);

        // by name: capitals are what an image can't do without
        static bool IsKept(ReadOnlySpan<byte> chunk) => chunk[4..] is [>= (byte)'A' and <= (byte)'Z', ..] or [(byte)'t', (byte)'R', (byte)'N', (byte)'S', ..]
            || (chunk[4..].StartsWith("eXIf"u8) && chunk.Length <= HarmlessPngBytes);
    }

    // length, name, data, checksum; the last one may be cut off, and nobody reads what follows the end
    private static ReadOnlySpan<byte> NextChunk(ref ReadOnlySpan<byte> rest)
    {
        var chunk = rest.Length < 8 ? [] : rest[..(int)Math.Min(rest.Length, BinaryPrimitives.ReadUInt32BigEndian(rest) + 12L)];
        rest = chunk.Length >= 8 && chunk[4..].StartsWith("IEND"u8) ? [] : rest[chunk.Length..];
        return chunk;
    }

    private static void CheckJpeg(ReadOnlySpan<byte> image)
    {
        int metadata = 0, pieces = 0;
        var rest = image[2..];
        while (rest.Length >= 4 && rest[0] == 0xFF && rest[1] != 0xDA) // until the pixels begin
        {
            var size = rest[1] == 0xFF ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]); // 0xFF may be repeated
            if (rest[1] is (>= 0xE0 and <= 0xEF) or 0xFE or 0xFF)
                metadata += size;
            if (metadata > MaxBytes || ++pieces > MaxPieces)
                throw TooMuch(metadata);
            rest = rest[Math.Min(rest.Length, size)..];
        }
    }

    private static void CheckWebp(ReadOnlySpan<byte> image)
    {
        int metadata = 0, pieces = 0;
        var rest = image[12..];
        while (rest.Length >= 8)
        {
            var size = 8 + BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) + (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) & 1L);
            if (!rest.StartsWith("VP8"u8) && !rest.StartsWith("ALPH"u8) && !rest.StartsWith("ANMF"u8))
                metadata += (int)Math.Min(rest.Length, size);
            if (metadata > MaxBytes || ++pieces > MaxPieces)
                throw TooMuch(metadata);
            rest = rest[(int)Math.Min(rest.Length, size)..];
        }
    }

    private static ImageException TooMuch(int metadata) => new(ImageFault.TooLarge, metadata > MaxBytes
        ? $"The image carries more than {MaxBytes:N0} bytes of metadata. Save it without, and send it again."
        : $"The image has more than {MaxPieces:N0} frames or pieces of metadata. Save one picture without metadata, and send it again.");
}
