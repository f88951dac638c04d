using System.Buffers.Binary;
using MnistReader.Imaging;
using MnistReader.Imaging.Png;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Imaging;

/// <summary>What is read without the codec is what the codec reads; what it alone can tell is left to it.</summary>
public class PngReaderTests
{
    private const int HeaderEnd = 33; // signature and IHDR

    public static TheoryData<SKPngEncoderFilterFlags, SKColorType, int, int> Pictures()
    {
        var pictures = new TheoryData<SKPngEncoderFilterFlags, SKColorType, int, int>();
        foreach (var filter in new[]
        {
            SKPngEncoderFilterFlags.NoFilters, SKPngEncoderFilterFlags.Sub, SKPngEncoderFilterFlags.Up, SKPngEncoderFilterFlags.Avg,
                SKPngEncoderFilterFlags.Paeth, SKPngEncoderFilterFlags.AllFilters,
        })
        {
            foreach (var colours in new[] { SKColorType.Rgba8888, SKColorType.Rgb888x, SKColorType.Gray8 })
            {
                // narrower and wider than what is worked on at once, and more rows than are inflated at once
                foreach (var (width, height) in new[] { (1, 1), (3, 5), (4, 1), (15, 7), (16, 16), (17, 3), (280, 280), (1201, 90), (90, 1201) })
                    pictures.Add(filter, colours, width, height);
            }
        }

        return pictures;
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void It_reads_every_filter_as_the_codec_does(SKPngEncoderFilterFlags filter, SKColorType colours, int width, int height)
    {
        var png = Encode(colours, SKAlphaType.Unpremul, width, height, filter);
        using var read = Read(png, maxPixels: width * height);

        using var expected = ByCodec(png);

        Assert.NotNull(read);
        Assert.Equal((width, height), (read.Width, read.Height));
        Assert.True(expected.Pixels.SequenceEqual(read.Pixels));
    }

    [Fact]
    public void It_reads_pixels_that_are_cut_into_chunks_and_passes_over_text()
    {
        var png = Encode(SKColorType.Rgba8888, SKAlphaType.Unpremul, 280, 280, SKPngEncoderFilterFlags.AllFilters);
        var (start, end) = FirstPixels(png);
        byte[] cut =
        [
            .. png[..(start - 8)], .. PngChunk.Of("tEXt", [.. "Title\0A digit"u8]),
                .. png[start..end].Chunk(1000).SelectMany(some => PngChunk.Of("IDAT", some)), .. png[(end + 4)..],
        ];

        using var plane = Read(cut, maxPixels: 280 * 280);

        using var expected = Read(png, maxPixels: 280 * 280);
        Assert.True(expected!.Pixels.SequenceEqual(plane!.Pixels));
    }

    [Theory]
    [InlineData("tRNS", new byte[] { 0, 255 })] // one grey is transparent
    [InlineData("gAMA", new byte[] { 0, 1, 0x86, 0xA0 })] // linear light
    [InlineData("sRGB", new byte[] { 0 })]
    [InlineData("bKGD", new byte[] { 0, 255 })]
    [InlineData("pHYs", new byte[] { 0, 0, 0, 1, 0, 0, 0, 2, 0 })] // tall pixels
    public void It_heeds_what_the_codec_heeds(string chunk, byte[] data)
    {
        var png = With(Encode(SKColorType.Gray8, SKAlphaType.Opaque, 40, 40, SKPngEncoderFilterFlags.Sub), chunk, data);
        using var read = Read(png, maxPixels: 1600);

        using var expected = ByCodec(png);

        Assert.NotNull(read);
        Assert.True(expected.Pixels.SequenceEqual(read.Pixels));
    }

    [Fact]
    public void It_leaves_what_is_larger_than_allowed_to_the_codec_to_refuse()
    {
        var png = Encode(SKColorType.Gray8, SKAlphaType.Opaque, 40, 40, SKPngEncoderFilterFlags.Sub);

        Assert.Null(Read(png, maxPixels: 40 * 40 - 1));
        Assert.Equal(ImageFault.TooLarge, Assert.Throws<ImageException>(() => InkImage.Decode(png, new ImageLimits { MaxPixels = 40 * 40 - 1 })).Fault);
    }

    [Theory]
    [InlineData("acTL", new byte[] { 0, 0, 0, 1, 0, 0, 0, 0 })] // an animation
    [InlineData("ABCD", new byte[0])] // nobody may show it who doesn't know what this is
    public void It_leaves_to_the_codec_what_changes_how_the_image_looks(string chunk, byte[] data) =>
        AssertLeft(With(Encode(SKColorType.Gray8, SKAlphaType.Opaque, 40, 40, SKPngEncoderFilterFlags.Sub), chunk, data));

    [Theory]
    [InlineData(24, 3)] // bits a channel
    [InlineData(25, 1)] // channels
    [InlineData(25, 3)] // a palette, which isn't there
    [InlineData(26, 1)] // compression
    [InlineData(27, 1)] // filters
    [InlineData(28, 2)] // interlacing
    public void It_leaves_other_layouts_to_the_codec(int at, byte value)
    {
        var png = Encode(SKColorType.Gray8, SKAlphaType.Opaque, 40, 40, SKPngEncoderFilterFlags.Sub);
        png[at] = value;

        AssertLeft([.. png[..8], .. PngChunk.Of("IHDR", png[16..29]), .. png[HeaderEnd..]]);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.99)]
    public void It_leaves_what_is_cut_off_to_the_codec_to_refuse(double share)
    {
        var png = Encode(SKColorType.Rgba8888, SKAlphaType.Unpremul, 280, 280, SKPngEncoderFilterFlags.AllFilters);

        AssertLeft(png[..(int)(share * png.Length)]);
    }

    [Fact]
    public void It_leaves_a_compressor_that_wants_a_dictionary_to_the_codec_to_refuse()
    {
        byte[] png = [.. Encode(SKColorType.Gray8, SKAlphaType.Opaque, 20, 20, SKPngEncoderFilterFlags.Sub)];
        var (start, _) = FirstPixels(png);
        byte[] wanting = [.. png[..(start - 8)], .. PngChunk.Of("IDAT", [0x78, 0xBB, 1, 2, 3, 4, 5, 6]), .. PngChunk.Of("IEND", [])];

        AssertLeft(wanting);
        Assert.Equal(ImageFault.Damaged, Assert.Throws<ImageException>(() => InkImage.Decode(wanting)).Fault);
    }

    [Fact]
    public void It_leaves_pixels_with_something_between_them_to_the_codec()
    {
        var png = Encode(SKColorType.Gray8, SKAlphaType.Opaque, 20, 20, SKPngEncoderFilterFlags.Sub);
        var (start, end) = FirstPixels(png);

        AssertLeft([.. png[..(start - 8)], .. PngChunk.Of("IDAT", png[start..(start + 4)]), .. PngChunk.Of("tEXt", [.. "a\0b"u8]),
            .. PngChunk.Of("IDAT", png[(start + 4)..end]), .. png[(end + 4)..]]);
    }

    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(20_000, 1)]
    public void It_leaves_sides_that_no_drawing_has_to_the_codec(int width, int height) =>
        AssertLeft(Encode(SKColorType.Gray8, SKAlphaType.Opaque, width, height, SKPngEncoderFilterFlags.NoFilters));

    [Fact]
    public void A_scan_that_is_reduced_is_still_measured_in_its_own_pixels()
    {
        const int side = 2100;
        var info = new SKImageInfo(side, side, SKColorType.Gray8, SKAlphaType.Opaque);
        var paper = new byte[side * side];
        var random = new Random(1);
        for (var i = 0; i < paper.Length; i++)
            paper[i] = (byte)(200 + random.Next(30));
        using var picture = SKImage.FromPixelCopy(info, paper);
        using var encoded = picture.PeekPixels().Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 1));

        using var plane = InkImage.Decode(encoded!.ToArray());

        Assert.True(plane.Width < side);
        Assert.Equal((side, side), (plane.PictureWidth, plane.PictureHeight));
    }

    [Fact]
    public void It_leaves_every_damaged_byte_of_the_pixels_to_the_codec()
    {
        var png = Encode(SKColorType.Gray8, SKAlphaType.Opaque, 20, 20, SKPngEncoderFilterFlags.Sub);
        var (start, end) = FirstPixels(png);
        Assert.NotNull(Read(png, maxPixels: 400));

        for (var at = start; at < end + 4; at++) // the chunk's checksum, too
        {
            byte[] damaged = [.. png];
            damaged[at] ^= 0x10;
            AssertLeft(damaged);
            if (at > start && at < end) // whose checksum may be right for all that; the first byte only says how far back the compressor may refer
                AssertLeft([.. png[..(start - 8)], .. PngChunk.Of("IDAT", damaged[start..end]), .. png[(end + 4)..]]);
        }
    }

    // where the data of the first IDAT chunk lies
    private static (int Start, int End) FirstPixels(byte[] png)
    {
        var start = png.AsSpan().IndexOf("IDAT"u8) + 4;
        return (start, start + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(start - 8)));
    }

    private static GrayImage? Read(byte[] png, long maxPixels) => PngReader.Read(png, maxPixels, byHue: false, CancellationToken.None)?.Gray;

    private static GrayImage ByCodec(byte[] png) => CodecReader.Read(png, maxPixels: 1_000_000, byHue: false, CancellationToken.None).Gray;

    private static void AssertLeft(byte[] png) => Assert.Null(Read(png, maxPixels: 1_000_000));

    // flat stretches and noise
    private static byte[] Encode(SKColorType colours, SKAlphaType transparency, int width, int height, SKPngEncoderFilterFlags filter, byte alpha = 255)
    {
        var info = new SKImageInfo(width, height, colours, transparency);
        var pixels = new byte[info.BytesSize];
        var random = new Random(width + height);
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = i / 400 % 2 == 0 ? byte.MaxValue : (byte)random.Next(256);
            if (colours is SKColorType.Rgba8888 && i % 4 == 3)
                pixels[i] = byte.MaxValue;
        }

        if (colours is SKColorType.Rgba8888)
            pixels[^1] = alpha;
        using var picture = SKImage.FromPixelCopy(info, pixels);
        using var encoded = picture.PeekPixels().Encode(new SKPngEncoderOptions(filter, 6));
        return encoded!.ToArray();
    }

    private static byte[] With(byte[] png, string name, byte[] data) => [.. png[..HeaderEnd], .. PngChunk.Of(name, data), .. png[HeaderEnd..]];
}
