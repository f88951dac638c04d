using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using MnistReader.Imaging;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Imaging;

/// <summary>
/// Small files that would cost a codec seconds or hundreds of megabytes, each in at most 10 MB: refused or read at little cost.
/// BOMB_MS (200) is what one may take; 20 hold on a machine that does nothing else.
/// </summary>
[Collection(nameof(Alone))]
public class ImageMetadataTests
{
    private const string TooManyBytes = "The image carries more than 1,000,000 bytes of metadata. Save it without, and send it again.";
    private const string TooManyPieces = "The image has more than 1,000 pieces of metadata. Save it without, and send it again.";
    private const string TooManyFrames = "The image is an animation of more than 100 frames. Send one picture of it.";

    // name, image, its refusal; null where it is read
    public static TheoryData<string, byte[], string?> Bombs => new()
    {
        { "50,000×50,000 PNG", Png(("IHDR", [0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 1, 0, 0, 0, 0])),
            "The image has 50,000×50,000 pixels; the limit is 25,000,000 pixels in all." },
        { "PNG, profile of 200 MB", Png(("iCCP", [(byte)'x', 0, 0, .. Deflate(200_000_000)])), null },
        { "PNG, texts of 8 MB each", Png([.. Enumerable.Repeat(("zTXt", (byte[])[(byte)'k', 0, 0, .. Deflate(7_900_000)]), 100)]), null },
        { "PNG, text of 9 MB", Png(("tEXt", [(byte)'k', 0, .. new byte[9_000_000]])), TooManyBytes },
        { "PNG, 700,000 empty chunks", Png([.. Enumerable.Repeat(("abCd", Array.Empty<byte>()), 700_000)]), TooManyBytes },
        { "PNG, EXIF of 7 MB", Png(("eXIf", Exif(600_000))), TooManyBytes },
        { "PNG, EXIF of 60 kB that chains", Png(("eXIf", Exif(5000))), null },
        { "PNG, EXIF of 900 kB that chains", Png(("eXIf", Exif(75_000))), null },
        { "PNG, 9 MB after its end", [.. Png(), .. new byte[9_000_000]], null },
        { "JPEG, profile of 8 MB", Jpeg(0xE2, [.. "ICC_PROFILE\0"u8, 1, 130, .. new byte[65_000]], 130), TooManyBytes },
        { "JPEG, EXIF of 60 kB that chains", Jpeg(0xE1, [.. "Exif\0\0"u8, .. Exif(5000)], 15), null },
        { "JPEG, 1,500,000 empty segments", Jpeg(0xE1, [0], 1_500_000), TooManyPieces },
        { "WebP, 20,000 frames", Webp(20_000), TooManyFrames },
        { "GIF, 100,000 frames", Gif(100_000), TooManyFrames },
        { "GIF, a comment of 9 MB in blocks of a byte", Gif(1, commentBytes: 4_500_000), TooManyBytes },
    };

    [Theory]
    [MemberData(nameof(Bombs), DisableDiscoveryEnumeration = true)]
    public void A_bomb_costs_little_time_and_memory(string name, byte[] image, string? refusal)
    {
        Assert.InRange(image.Length, 0, 10_000_000);
        GC.Collect();
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5"); // the peak from here on
        var before = ResidentPeak();

        var milliseconds = Enumerable.Range(0, 5).Min(_ => Milliseconds(() => Assert.Equal(refusal, Refusal(image))));

        var limit = int.Parse(Environment.GetEnvironmentVariable("BOMB_MS") ?? "200", CultureInfo.InvariantCulture);
        Assert.True(milliseconds <= limit, $"{name} took {milliseconds:F1} ms.");
        Assert.True(ResidentPeak() - before <= 20_000_000, $"{name} took {(ResidentPeak() - before) / 1e6:F0} MB.");
    }

    [Fact]
    public void An_animation_is_read_by_its_first_frame_up_to_the_limit()
    {
        foreach (var (format, animation) in new (SKEncodedImageFormat, Func<int, byte[]>)[] { (SKEncodedImageFormat.Gif, frames => Gif(frames)),
            (SKEncodedImageFormat.Webp, Webp) })
        {
            using var data = SKData.CreateCopy(animation(100));
            using var codec = SKCodec.Create(data);
            Assert.Equal((format, 100), (codec.EncodedFormat, codec.FrameCount)); // they are animations to others, too

            Assert.Null(Refusal(animation(100)));
            Assert.Equal(TooManyFrames, Refusal(animation(101)));
            Assert.Null(Refusal(animation(101), new ImageLimits { MaxFrames = 101 }));
        }
    }

    [Fact]
    public void What_is_left_out_of_a_png_does_not_change_the_picture()
    {
        var plain = InkImage.Decode(Png());

        var laden = InkImage.Decode(Png(("tEXt", [(byte)'k', 0, .. new byte[200_000]])));

        Assert.All(Enumerable.Range(0, plain.Height), y => Assert.Equal(plain.Row(y).ToArray(), laden.Row(y).ToArray()));
        Assert.Contains(Enumerable.Range(0, plain.Height), y => laden.Row(y).Contains(byte.MaxValue));
    }

    private static string? Refusal(byte[] image, ImageLimits? limits = null)
    {
        try
        {
            InkImage.Decode(image, limits).Dispose();
            return null;
        }
        catch (ImageException e)
        {
            return e.Message;
        }
    }

    private static double Milliseconds(Action work)
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalMilliseconds;
    }

    private static long ResidentPeak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private static byte[] Drawing(SKEncodedImageFormat format)
    {
        using var picture = new SKBitmap(100, 100);
        picture.Erase(SKColors.White);
        picture.Erase(SKColors.Black, SKRectI.Create(40, 20, 10, 60));
        using var encoded = picture.Encode(format, 90);
        return encoded.ToArray();
    }

    /// <summary>A drawing with chunks after its header, or with another header.</summary>
    private static byte[] Png(params (string Name, byte[] Data)[] chunks)
    {
        var plain = Drawing(SKEncodedImageFormat.Png);
        using var png = new MemoryStream();
        png.Write(plain.AsSpan(0, chunks is [("IHDR", _), ..] ? 8 : 33)); // the signature, and the header's 25 bytes
        foreach (var (name, data) in chunks)
            png.Write(PngChunk.Of(name, data));
        png.Write(plain.AsSpan(33));
        return png.ToArray();
    }

    private static byte[] Jpeg(byte marker, byte[] data, int count)
    {
        var plain = Drawing(SKEncodedImageFormat.Jpeg);
        byte[] segment = [0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data];
        using var jpeg = new MemoryStream();
        jpeg.Write(plain.AsSpan(0, 2));
        for (var i = 0; i < count; i++)
            jpeg.Write(segment);
        jpeg.Write(plain.AsSpan(2));
        return jpeg.ToArray();
    }

    /// <summary>As many entries as may be, and what follows them read as the place of more entries.</summary>
    private static byte[] Exif(int entries) =>
        [.. "II*\0"u8, 8, 0, 0, 0, (byte)Math.Min(entries, 65_535), (byte)(Math.Min(entries, 65_535) >> 8),
            .. Enumerable.Repeat((byte[])[0x12, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0], entries).SelectMany(entry => entry)];

    private static byte[] Webp(int frames)
    {
        byte[] pixel = [.. "VP8L"u8, 13, 0, 0, 0, 0x2F, 0, 0, 0, 0x10, 7, 0x10, 0x11, 0x11, 0x88, 0x88, 0xFE, 7, 0];
        byte[] frame = [.. "ANMF"u8, (byte)(16 + pixel.Length), 0, 0, 0, .. new byte[12], 10, 0, 0, 0, .. pixel];
        byte[] content = [.. "WEBPVP8X"u8, 10, 0, 0, 0, 2, 0, 0, 0, 99, 0, 0, 99, 0, 0, .. "ANIM"u8, 6, 0, 0, 0, .. new byte[6],
            .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes)];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(content.Length), .. content];
    }

    /// <summary>Frames of one pixel with two colours of their own, after a comment in blocks of one byte.</summary>
    private static byte[] Gif(int frames, int commentBytes = 0)
    {
        byte[] frame = [0x21, 0xF9, 4, 0, 1, 0, 0, 0, (byte)',', 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 2, 0x44, 1, 0];
        byte[] comment = [0x21, 0xFE, .. Enumerable.Repeat((byte)1, 2 * commentBytes), 0];
        return [.. "GIF89a"u8, 100, 0, 100, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0, .. comment,
            .. Enumerable.Repeat(frame, frames).SelectMany(bytes => bytes), (byte)';'];
    }

    private static byte[] Deflate(int zeros)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(new byte[zeros]);
        return compressed.ToArray();
    }
}

/// <summary>Tests that measure the process, so nothing else may run in it.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
