using System.Buffers.Binary;

namespace MnistReader.Imaging;

/// <summary>
/// What a JPEG costs to decode, told from its markers. One of several scans is decoded as a whole before its first row is there, once a scan,
/// in two bytes for each sample: 95 scans, all but empty, cost 150 kB in the file and seconds of a processor.
/// </summary>
internal static class JpegScans
{
    /// <summary>The most scans that are read: 20. Encoders write at most 18 (libjpeg's own order for four colours), most of them 10 or fewer.</summary>
    public const int Most = 20;

    private const byte StartOfScan = 0xDA, EndOfImage = 0xD9;

    /// <summary>Counts the scans.</summary>
    /// <param name="jpeg">The encoded image.</param>
    /// <returns>The bytes of memory that decoding takes beside the pixels: 0 where it goes row by row.</returns>
    /// <exception cref="ImageException">There are too many scans.</exception>
    public static long Check(ReadOnlySpan<byte> jpeg)
    {
        var (scans, samples, isProgressive) = (0, 0L, false);
        for (var rest = jpeg[2..]; NextMarker(ref rest) is var marker and not EndOfImage; rest = rest[SegmentLength(rest)..])
        {
            // all of C0 to CF are frames, but for tables (C4, CC) and C8, which isn't used
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                (samples, isProgressive) = (Math.Max(samples, Samples(rest)), isProgressive || (marker & 3) == 2);
            if (marker is StartOfScan && ++scans > Most)
                throw new ImageException(ImageFault.TooLarge,
                    $"The JPEG has more than {Most} scans. Save it as a baseline JPEG, or as a PNG, and send it again.");
        }

        return isProgressive || scans > 1 ? 2 * samples : 0;
    }

    // a thumbnail's markers stand in a segment, too, and aren't the image's
    private static int SegmentLength(ReadOnlySpan<byte> rest) =>
        rest.Length < 2 ? rest.Length : Math.Min(rest.Length, BinaryPrimitives.ReadUInt16BigEndian(rest));

    // what isn't a marker is passed over: the compressed samples
    private static byte NextMarker(ref ReadOnlySpan<byte> rest)
    {
        while (rest.IndexOf((byte)0xFF) is var at and >= 0 && at + 1 < rest.Length)
        {
            var marker = rest[at + 1];
            if (marker == 0xFF)
            {
                rest = rest[(at + 1)..]; // it may be repeated
                continue;
            }

            rest = rest[(at + 2)..];
            if (marker is not (0 or 1 or >= 0xD0 and <= 0xD8)) // an escaped FF, or a marker without a length
                return marker;
        }

        return EndOfImage;
    }

    // of all components; each is as large as its sampling says, in whole blocks of 8×8
    private static long Samples(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 8 || frame.Length < 8 + 3 * frame[7])
            return 0;

        var pixels = (long)BinaryPrimitives.ReadUInt16BigEndian(frame[3..]) * BinaryPrimitives.ReadUInt16BigEndian(frame[5..]);
        int all = 0, most = 1;
        for (var i = 0; i < frame[7]; i++)
        {
            var sampling = frame[8 + 3 * i + 1];
            all += (sampling >> 4) * (sampling & 15);
            most = Math.Max(most, (sampling >> 4) * (sampling & 15));
        }

        return pixels * all / most;
    }
}
