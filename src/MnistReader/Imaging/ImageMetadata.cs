using System.Buffers.Binary;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>
/// What an image file carries beside its pixels: text, colour profiles, EXIF, frames of an animation. The codec would read all of it, and a few bytes of it
/// can cost seconds or
/// hundreds of megabytes; here the pieces are only counted, from one to the next, before the codec sees them.
/// </summary>
internal static class ImageMetadata
{
    /// <summary>The most bytes of metadata that an image may carry: 1 MB (1,000,000).</summary>
    public const int MaxBytes = 1_000_000;

    /// <summary>The most pieces before the pixels: 1000.</summary>
    public const int MaxPieces = 1000;

    // what a PNG may carry for the codec to read: compressed text and profiles grow up to a thousandfold
    private const int HarmlessPngBytes = 65_536;

    /// <summary>What every PNG begins with.</summary>
    public static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Counts the metadata, and leaves out what a digit doesn't need where it is much.</summary>
    /// <param name="image">Encoded bytes of any format.</param>
    /// <param name="maxFrames">The most frames of an animation.</param>
    /// <returns>The same bytes, or a copy of a PNG without its ancillary chunks; with transparency and EXIF, of at most 64 kB, kept.</returns>
    /// <exception cref="ImageException">More metadata or frames than an image may carry.</exception>
    public static ReadOnlySpan<byte> Check(ReadOnlySpan<byte> image, int maxFrames)
    {
        if (image.StartsWith(PngSignature))
            return CheckPng(image);
        if (image.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
            CheckJpeg(image);
        else if (image.StartsWith("RIFF"u8) && image.Length > 12 && image[8..].StartsWith("WEBP"u8))
            CheckWebp(image, maxFrames);
        else if (image.StartsWith("GIF8"u8))
            CheckGif(image, maxFrames);
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

    /// <summary>Takes the next chunk of a PNG: length, name, data, checksum. The last one may be cut off, and nobody reads what follows the end.</summary>
    /// <param name="rest">What stands behind the signature or the chunk before; left with what stands behind this one.</param>
    public static ReadOnlySpan<byte> NextChunk(ref ReadOnlySpan<byte> rest)
    {
        var chunk = rest.Length < 8 ? [] : rest[..(int)Math.Min(rest.Length, BinaryPrimitives.ReadUInt32BigEndian(rest) + 12L)];
        rest = chunk.Length >= 8 && chunk[4..].StartsWith("IEND"u8) ? [] : rest[chunk.Length..];
        return chunk;
    }

    /// <summary>
    /// How a picture is to be turned, as its EXIF data says in tag 0x0112 of its first directory (CIPA DC-008); upright where it says nothing that can be read.
    /// </summary>
    /// <param name="exif">A TIFF header and what follows it.</param>
    public static SKEncodedOrigin Orientation(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
            exif = exif[6..]; // as in a JPEG: a PNG shouldn't, but some do
        var isLittle = exif.StartsWith("II*\0"u8);
        if (exif.Length < 8 || (!isLittle && !exif.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;

        const int entryBytes = 12, orientation = 0x0112, ofShort = 3;
        var start = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        var directory = exif[(int)Math.Min((uint)exif.Length, start)..];
        if (directory.Length < 2)
            return SKEncodedOrigin.TopLeft;

        var entries = directory[2..];
        for (var count = Short(directory); count > 0 && entries.Length >= entryBytes; count--, entries = entries[entryBytes..])
        {
            if (Short(entries) == orientation && Short(entries[2..]) == ofShort && Short(entries[8..]) is >= 1 and <= 8 and var origin)
                return (SKEncodedOrigin)origin;
        }

        return SKEncodedOrigin.TopLeft;

        ushort Short(ReadOnlySpan<byte> at) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);
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

    private static void CheckWebp(ReadOnlySpan<byte> image, int maxFrames)
    {
        int metadata = 0, pieces = 0, frames = 0;
        var rest = image[12..];
        while (rest.Length >= 8)
        {
            var size = 8 + BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) + (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) & 1L);
            var isFrame = rest.StartsWith("ANMF"u8);
            if (isFrame && ++frames > maxFrames)
                throw TooManyFrames(maxFrames);
            if (!isFrame && !rest.StartsWith("VP8"u8) && !rest.StartsWith("ALPH"u8))
                metadata += (int)Math.Min(rest.Length, size);
            if (metadata > MaxBytes || (!isFrame && ++pieces > MaxPieces))
                throw TooMuch(metadata);
            rest = rest[(int)Math.Min(rest.Length, size)..];
        }
    }

    // an image or an extension after the other, each a head and blocks of at most 255 bytes, the last one empty
    private static void CheckGif(ReadOnlySpan<byte> image, int maxFrames)
    {
        int metadata = 0, frames = 0;
        var at = image.Length < 13 ? image.Length : 13 + ColoursBytes(image[10]);
        while (at + 10 <= image.Length && image[at] is (byte)',' or (byte)'!')
        {
            var isFrame = image[at] == ',';
            if (isFrame && ++frames > maxFrames)
                throw TooManyFrames(maxFrames);
            var begin = at;
            at += isFrame ? 11 + ColoursBytes(image[at + 9]) : 2;
            while (at < image.Length && image[at] > 0)
            {
                at += 1 + image[at];
                if (!isFrame && metadata + at - begin > MaxBytes)
                    throw TooMuch(metadata + at - begin);
            }

            at++;
            metadata += isFrame ? 0 : at - begin;
        }

        static int ColoursBytes(byte flags) => flags < 0x80 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static ImageException TooManyFrames(int maxFrames) =>
        new(ImageFault.TooLarge, $"The image is an animation of more than {maxFrames:N0} frames. Send one picture of it.");

    private static ImageException TooMuch(int metadata) => new(ImageFault.TooLarge, metadata > MaxBytes
        ? $"The image carries more than {MaxBytes:N0} bytes of metadata. Save it without, and send it again."
        : $"The image has more than {MaxPieces:N0} pieces of metadata. Save it without, and send it again.");
}
