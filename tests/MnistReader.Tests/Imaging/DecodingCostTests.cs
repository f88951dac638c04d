using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using MnistReader.Imaging;
using MnistReader.Imaging.Png;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Imaging;

/// <summary>What pictures may cost beside what <see cref="ImageMetadataTests"/> has: memory, scans, time.</summary>
[Collection(nameof(Alone))]
public class DecodingCostTests
{
    private const string TooManyScans = "The JPEG has more than 20 scans. Save it as a baseline JPEG, or as a PNG, and send it again.";

    [Theory]
    [InlineData(2, 8, false)] // RGB
    [InlineData(6, 8, false)] // RGBA
    [InlineData(0, 1, false)] // black and white
    [InlineData(0, 8, true)] // whose rows can't be reduced as they come
    public void A_png_of_25_megapixels_takes_no_more_memory_than_its_rows(byte colours, byte depth, bool interlaced)
    {
        var png = LargePng(5000, colours, depth, interlaced);
        GC.Collect();
        if (OperatingSystem.IsLinux())
            File.WriteAllText("/proc/self/clear_refs", "5"); // the peak from here on
        var before = ResidentPeak();

        using var plane = InkImage.Decode(png);

        Assert.Equal((5000, 5000), (plane.PictureWidth, plane.PictureHeight));
        Assert.InRange(plane.Width * plane.Height, 1_000_000, 4_200_000);
        Assert.Equal([0, 255, 0], [plane.Row(plane.Height / 2)[0], plane.Row(plane.Height / 2)[plane.Width / 2], plane.Row(plane.Height / 2)[^1]]); // the bar
        Assert.True(ResidentPeak() - before <= (interlaced ? 25_000_000 : 0) + 20_000_000, $"{ResidentPeak() - before} bytes more"); // some may go meanwhile
    }

    [Fact]
    public void A_jpeg_of_as_many_scans_as_encoders_write_is_read_and_one_of_more_is_refused_before_it_is_decoded()
    {
        Assert.Null(Refusal(WithScans(20)));
        Assert.Equal(TooManyScans, Refusal(WithScans(21)));
        Assert.Equal(TooManyScans, Refusal(WithScans(95)));
    }

    [Fact]
    public void The_scans_of_a_thumbnail_are_not_the_pictures()
    {
        var jpeg = IndependentDecoderTests.Progressive;
        byte[] thumbnail = [.. WithScans(30)];
        byte[] segment = [0xFF, 0xE1, (byte)((thumbnail.Length + 2) >> 8), (byte)(thumbnail.Length + 2), .. thumbnail];

        Assert.Null(Refusal([.. jpeg[..2], .. segment, .. jpeg[2..]]));
    }

    [Fact]
    public void A_jpeg_of_several_scans_counts_two_bytes_for_each_of_its_samples()
    {
        var jpeg = IndependentDecoderTests.Progressive;

        Assert.Equal(2 * (48 * 32 + 2 * 24 * 16), JpegScans.Check(jpeg)); // half as many colours each way
        Assert.Equal(0, JpegScans.Check(Baseline(jpeg)));
    }

    [Fact]
    public void Decoding_ends_within_a_few_rows_when_nobody_waits_for_it()
    {
        var ended = new CancellationToken(canceled: true);
        using var picture = new SKBitmap(64, 64);
        using var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, 90);

        Assert.Throws<OperationCanceledException>(() => PngReader.Read(LargePng(64, 0, 8, interlaced: false), 4096, byHue: false, ended));
        Assert.Throws<OperationCanceledException>(() => CodecReader.Read(jpeg.AsSpan(), 4096, byHue: false, ended));
        Assert.ThrowsAny<OperationCanceledException>(() => CodecReader.Read(IndependentDecoderTests.Progressive, 4096, byHue: false, ended));
        Assert.Throws<OperationCanceledException>(() => InkImage.Decode([0xFF, 0xD8], cancellation: ended));
    }

    [Fact]
    public async Task A_picture_waits_until_there_is_memory_for_it()
    {
        using var memory = new DecodingMemory(1_000_000);
        var first = memory.Take(600_000, CancellationToken.None)!;

        using var fitting = memory.Take(300_000, CancellationToken.None);
        using var impatient = new CancellationTokenSource();
        var second = Task.Run(() => memory.Take(600_000, CancellationToken.None));
        var third = Task.Run(() => memory.Take(600_000, impatient.Token));
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken))!.Dispose();
    }

    [Fact]
    public void A_picture_that_takes_more_memory_than_there_is_is_refused()
    {
        using var memory = new DecodingMemory(157_000_000);

        var refusal = Assert.Throws<ImageException>(() => memory.Take(200_000_000, CancellationToken.None));

        Assert.Equal(ImageFault.TooLarge, refusal.Fault);
        Assert.Equal(
            "This image takes 200 MB of memory to decode, and the service has 157 MB for it. Send it smaller, or as a PNG that isn't interlaced.",
            refusal.Message);
    }

    private static string? Refusal(byte[] image)
    {
        try
        {
            InkImage.Decode(image).Dispose();
            return null;
        }
        catch (ImageException e)
        {
            return e.Message;
        }
    }

    private static long ResidentPeak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>A progressive JPEG whose last scan comes again and again.</summary>
    private static byte[] WithScans(int count)
    {
        var jpeg = IndependentDecoderTests.Progressive;
        ReadOnlySpan<byte> start = [0xFF, 0xDA];
        var scans = jpeg.AsSpan().Count(start);
        var last = jpeg[jpeg.AsSpan().LastIndexOf(start)..^2];
        return [.. jpeg[..^2], .. Enumerable.Repeat(last, count - scans).SelectMany(scan => scan), .. jpeg[^2..]];
    }

    private static byte[] Baseline(byte[] jpeg)
    {
        byte[] baseline = [.. jpeg[..(jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]))]];
        var first = baseline.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        baseline[baseline.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC2]) + 1] = 0xC0;
        return [.. baseline[..(first + 10)], 0xFF, 0xD9];
    }

    /// <summary>A black bar on white paper.</summary>
    private static byte[] LargePng(int side, byte colours, byte depth, bool interlaced)
    {
        using var compressed = new MemoryStream();
        using (var deflate = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            (int, int, int, int)[] passes = interlaced
                ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
                : [(0, 0, 1, 1)];
            foreach (var (x, y, stepX, stepY) in passes)
            {
                var width = (side - x + stepX - 1) / stepX;
                byte[] row = [0, .. Enumerable.Repeat(byte.MaxValue, (width * depth * (colours switch { 2 => 3, 6 => 4, _ => 1 }) + 7) / 8)];
                for (var at = row.Length * 9 / 20; at < row.Length * 11 / 20; at++)
                    row[at] = (byte)(colours == 6 && at % 4 == 0 ? 255 : 0); // the filter's byte stands before the first pixel
                for (var top = y; top < side; top += stepY)
                    deflate.Write(row);
            }
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        (header[8], header[9], header[12]) = (depth, colours, (byte)(interlaced ? 1 : 0));
        return [.. ImageMetadata.PngSignature, .. PngChunk.Of("IHDR", header), .. PngChunk.Of("IDAT", compressed.ToArray()), .. PngChunk.Of("IEND", [])];
    }
}
