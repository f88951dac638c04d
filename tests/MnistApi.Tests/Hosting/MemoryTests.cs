using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>The service as a process that may use as little memory as deploy/kubernetes gives it.</summary>
public class MemoryTests
{
    private const long LimitBytes = 400 << 20;

    [Fact]
    public async Task Under_the_memory_limit_of_a_replica_the_largest_pictures_are_read_or_refused_and_never_fail()
    {
        // as .NET does by itself in a container: three quarters of the limit
        using var service = await RunningService.StartAsync([("DOTNET_GCHeapHardLimit", $"{LimitBytes * 3 / 4:X}"), ("Limits__Concurrency", "2")]);
        var rgb = Png(colours: 2, depth: 8);

        Assert.Equal(HttpStatusCode.OK, await PostAsync(rgb));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(rgb));
        Assert.Equal(
            [.. Enumerable.Repeat(HttpStatusCode.OK, 4), HttpStatusCode.RequestEntityTooLarge],
            await Task.WhenAll(PostAsync(rgb), PostAsync(Png(colours: 6, depth: 8)), PostAsync(Bmp()), PostAsync(Bmp()), PostAsync(CutOff(rgb))));
        Assert.InRange(service.PeakResidentMemory, 0, LimitBytes);

        async Task<HttpStatusCode> PostAsync(byte[] image)
        {
            using var response = await service.Client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(image), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    // the codec has to say what is wrong with it, and would need more memory than there is
    private static byte[] CutOff(byte[] png) => png[..(png.Length / 2)];

    /// <summary>A 1 of 25 megapixels.</summary>
    private static byte[] Png(byte colours, byte depth)
    {
        const int side = 5000;
        var channels = colours == 6 ? 4 : 3;
        byte[] paper = [0, .. Enumerable.Repeat(byte.MaxValue, side * channels)];
        var ink = paper.ToArray();
        for (var i = 0; i < 400 * channels; i++)
            ink[1 + 2300 * channels + i] = (byte)(i % 4 == 3 && channels == 4 ? 255 : 0);
        using var pixels = new MemoryStream();
        using (var deflate = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < side; y++)
                deflate.Write(y is > 800 and < 4200 ? ink : paper);
        }

        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        (header[8], header[9]) = (depth, colours);
        return [0x89, .. "PNG\r\n\x1a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])];
    }

    private static byte[] Chunk(string name, byte[] data)
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(name), .. data];
        var chunk = new byte[content.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        content.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 4), Crc32.HashToUInt32(content));
        return chunk;
    }

    /// <summary>The same in black and white, one bit a pixel: the codec fills four bytes for each.</summary>
    private static byte[] Bmp()
    {
        const int side = 5000, rowBytes = (side / 8 + 3) / 4 * 4;
        byte[] header =
        [
            .. "BM"u8, .. BitConverter.GetBytes(62 + side * rowBytes), 0, 0, 0, 0, 62, 0, 0, 0,
            40, 0, 0, 0, .. BitConverter.GetBytes(side), .. BitConverter.GetBytes(side), 1, 0, 1, 0, .. new byte[24], 0, 0, 0, 0, 255, 255, 255, 0,
        ];
        var bmp = new byte[header.Length + side * rowBytes];
        Array.Fill(bmp, byte.MaxValue);
        header.CopyTo(bmp, 0);
        for (var y = 800; y < 4200; y++)
            bmp.AsSpan(header.Length + y * rowBytes + 2300 / 8, 50).Clear();
        return bmp;
    }
}
