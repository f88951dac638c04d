using System.Buffers.Binary;
using System.IO.Hashing;
using MnistReader.Imaging;
using MnistReader.Imaging.Png;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Bmp;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.Formats.Webp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using Xunit;

namespace MnistReader.Tests.Imaging;

/// <summary>
/// SixLabors.ImageSharp, which shares no code with what reads pictures here, reads every format and mode alike, to within 2 grey levels.
/// The picture is smooth: decoders of JPEG and WebP may differ by more where colours change from one pixel to the next.
/// </summary>
public class IndependentDecoderTests
{
    private const int Width = 48, Height = 32, Tolerance = 2;

    // cjpeg -progressive -quality 60 of a picture like the one below: 10 scans
    internal static readonly byte[] Progressive = Convert.FromBase64String(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZP" +
        "NS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAgADADASIAAhEBAxEB/8QAGQAAAgMBAAAAAAAAAAAAAAAABAUAAgMB/8QAFwEB" +
        "AQEBAAAAAAAAAAAAAAAAAQIDBf/aAAwDAQACEAMQAAABfC6riL2UkNseZ2dygD8J56nYmN9kq7f/xAAcEAADAQACAwAAAAAAAAAAAAAAAQIQAxESEyH/2gAIAQEAAQUCbKo9gqO8o5GO" +
        "vsMWUciHBKFjGjxOt//EABgRAQEBAQEAAAAAAAAAAAAAAAACARES/9oACAEDAQE/AfSbZTqWa//EABQRAQAAAAAAAAAAAAAAAAAAACD/2gAIAQIBAT8BX//EABQQAQAAAAAAAAAAAAAA" +
        "AAAAAED/2gAIAQEABj8CR//EABgQAAMBAQAAAAAAAAAAAAAAAAABEBEh/9oACAEBAAE/IQzH0aw2NNgaNwbjU6GcNxsMLEbP/9oADAMBAAIAAwAAABBMjjcxH//EABgRAAMBAQAAAAAA" +
        "AAAAAAAAAAABERAh/9oACAEDAQE/EOSryVDTP//EABYRAQEBAAAAAAAAAAAAAAAAAAEAEP/aAAgBAgEBPxCIwz//xAAaEAADAQEBAQAAAAAAAAAAAAAAAREhEEEx/9oACAEBAAE/EJI0" +
        "aK9C/QqXCaY5WHqD0L8GkxljPI+MMLg1FBV+CQ84f//Z");

    public static TheoryData<string> Pictures => [.. Encoded.Keys];

    private static Dictionary<string, Func<byte[]>> Encoded { get; } = new()
    {
        ["PNG, RGBA"] = () => Png(PngColorType.RgbWithAlpha, PngBitDepth.Bit8),
        ["PNG, RGBA, transparent"] = () => Png(PngColorType.RgbWithAlpha, PngBitDepth.Bit8, alpha: true),
        ["PNG, RGBA, 16 bits, transparent"] = () => Png(PngColorType.RgbWithAlpha, PngBitDepth.Bit16, alpha: true),
        ["PNG, RGB"] = () => Png(PngColorType.Rgb, PngBitDepth.Bit8),
        ["PNG, RGB, 16 bits"] = () => Png(PngColorType.Rgb, PngBitDepth.Bit16),
        ["PNG, grey"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit8),
        ["PNG, grey, 1 bit"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit1),
        ["PNG, grey, 2 bits"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit2),
        ["PNG, grey, 4 bits"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit4),
        ["PNG, grey, 16 bits"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit16),
        ["PNG, grey and alpha"] = () => Png(PngColorType.GrayscaleWithAlpha, PngBitDepth.Bit8, alpha: true),
        ["PNG, grey and alpha, 16 bits"] = () => Png(PngColorType.GrayscaleWithAlpha, PngBitDepth.Bit16, alpha: true),
        ["PNG, palette"] = () => Png(PngColorType.Palette, PngBitDepth.Bit8),
        ["PNG, palette, transparent"] = () => Png(PngColorType.Palette, PngBitDepth.Bit8, alpha: true),
        ["PNG, palette, 4 bits"] = () => Png(PngColorType.Palette, PngBitDepth.Bit4),
        ["PNG, palette, 2 bits"] = () => Png(PngColorType.Palette, PngBitDepth.Bit2),
        ["PNG, palette, 1 bit"] = () => Png(PngColorType.Palette, PngBitDepth.Bit1),
        ["PNG, RGBA, interlaced"] = () => Png(PngColorType.RgbWithAlpha, PngBitDepth.Bit8, alpha: true, PngInterlaceMode.Adam7),
        ["PNG, RGB, 16 bits, interlaced"] = () => Png(PngColorType.Rgb, PngBitDepth.Bit16, interlacing: PngInterlaceMode.Adam7),
        ["PNG, grey, interlaced"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit8, interlacing: PngInterlaceMode.Adam7),
        ["PNG, grey, 1 bit, interlaced"] = () => Png(PngColorType.Grayscale, PngBitDepth.Bit1, interlacing: PngInterlaceMode.Adam7),
        ["PNG, palette, 4 bits, interlaced"] = () => Png(PngColorType.Palette, PngBitDepth.Bit4, interlacing: PngInterlaceMode.Adam7),
        ["JPEG"] = () => Encode(new JpegEncoder { Quality = 90, ColorType = JpegColorType.YCbCrRatio444 }),
        ["JPEG, half the colours"] = () => Encode(new JpegEncoder { Quality = 90, ColorType = JpegColorType.YCbCrRatio420 }),
        ["JPEG, grey"] = () => Encode(new JpegEncoder { Quality = 90, ColorType = JpegColorType.Luminance }),
        ["JPEG, RGB"] = () => Encode(new JpegEncoder { Quality = 90, ColorType = JpegColorType.Rgb }),
        ["JPEG, CMYK in four scans"] = () => Cmyk(),
        ["JPEG, progressive"] = () => Progressive,
        ["WebP"] = () => Encode(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 90 }),
        ["WebP, transparent"] = () => Encode(new WebpEncoder { FileFormat = WebpFileFormatType.Lossy, Quality = 90 }, alpha: true),
        ["WebP, lossless"] = () => Encode(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }),
        ["WebP, lossless, transparent"] = () => Encode(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }, alpha: true),
        ["GIF"] = () => Encode(new GifEncoder()),
        ["BMP, 24 bits"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel24 }),
        ["BMP, 32 bits"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel32 }),
        ["BMP, 16 bits"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel16 }),
        ["BMP, palette"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel8 }),
        ["BMP, palette, 4 bits"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel4 }),
        ["BMP, palette, 1 bit"] = () => Encode(new BmpEncoder { BitsPerPixel = BmpBitsPerPixel.Pixel1 }),
    };

    [Theory]
    [MemberData(nameof(Pictures))]
    public void An_independent_decoder_sees_the_same_picture(string name) => AssertAlike(Encoded[name](), transposed: false);

    [Theory]
    [MemberData(nameof(Pictures))]
    public void The_codec_sees_the_same_picture(string name)
    {
        var encoded = Encoded[name]();

        using var ours = ImageDecoder.Decode(encoded);
        using var codecs = CodecReader.Read(encoded, maxPixels: Width * Height, byHue: false, CancellationToken.None).Gray;

        Assert.Equal(codecs.Pixels, ours.Pixels);
    }

    [Fact]
    public void Whatever_is_changed_in_a_png_it_is_read_as_the_codec_reads_it_or_left_to_it()
    {
        var random = new Random(1);
        var read = 0;
        foreach (var png in Encoded.Where(picture => picture.Key.StartsWith("PNG", StringComparison.Ordinal)).Select(picture => picture.Value()))
        {
            for (var number = 0; number < 60; number++)
            {
                var changed = Change(png, random);
                if (PngReader.Read(changed, maxPixels: 100_000, byHue: false, CancellationToken.None) is not { } ours)
                    continue;

                using var codecs = CodecReader.Read(changed, maxPixels: 100_000, byHue: false, CancellationToken.None).Gray;
                Assert.Equal((codecs.Width, codecs.Height), (ours.Gray.Width, ours.Gray.Height));
                Assert.Equal(codecs.Pixels, ours.Gray.Pixels);
                read++;
            }
        }

        Assert.InRange(read, 100, 1200); // some changes leave a picture
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void An_independent_decoder_turns_the_picture_the_same_way(string format, ushort orientation) => AssertAlike(format switch
    {
        "PNG" => Encode(new PngEncoder(), orientation: orientation),
        "JPEG" => Encode(new JpegEncoder { Quality = 90 }, orientation: orientation),
        _ => Encode(new WebpEncoder { FileFormat = WebpFileFormatType.Lossless }, orientation: orientation),
    }, transposed: orientation >= 5);

    public static MatrixTheoryData<string, ushort> Orientations => new(["PNG", "JPEG", "WebP"], [1, 2, 3, 4, 5, 6, 7, 8]);

    private static void AssertAlike(byte[] encoded, bool transposed)
    {
        using var theirs = Image.Load<Rgba32>(encoded);
        theirs.Mutate(picture => picture.AutoOrient());

        using var ours = ImageDecoder.Decode(encoded);

        Assert.Equal(transposed ? (Height, Width) : (Width, Height), (ours.Width, ours.Height));
        Assert.Equal((ours.Width, ours.Height, ours.PictureWidth, ours.PictureHeight), (theirs.Width, theirs.Height, theirs.Width, theirs.Height));
        for (var y = 0; y < ours.Height; y++)
        {
            for (var x = 0; x < ours.Width; x++)
            {
                var pixel = theirs[x, y];
                var grey = 0.299 * pixel.R + 0.587 * pixel.G + 0.114 * pixel.B;
                var onPaper = (grey * pixel.A + 255 * (255 - pixel.A)) / 255;
                Assert.InRange(ours.Row(y)[x], onPaper - Tolerance - 0.5, onPaper + Tolerance + 0.5);
            }
        }
    }

    private static byte[] Png(PngColorType colours, PngBitDepth depth, bool alpha = false, PngInterlaceMode interlacing = PngInterlaceMode.None) =>
        Encode(new PngEncoder { ColorType = colours, BitDepth = depth, InterlaceMethod = interlacing }, alpha);

    /// <summary>A dark blob off the middle of coloured paper, without edges; where it is transparent, the more the farther right.</summary>
    private static byte[] Encode(IImageEncoder encoder, bool alpha = false, ushort orientation = 1)
    {
        using var picture = new Image<Rgba32>(Width, Height);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var blob = Math.Exp(-((x - 20) * (x - 20) + (y - 14) * (y - 14)) / 120.0);
                picture[x, y] = alpha
                    ? new Rgba32((byte)(100 - y - 50 * blob), (byte)(100 - x - 40 * blob), (byte)(110 - x - y), (byte)(255 - 5 * x))
                    : new Rgba32((byte)(200 - 3 * y - 90 * blob), (byte)(200 - 2 * x - 60 * blob), (byte)(190 - x - y - 70 * blob));
            }
        }

        if (orientation != 1)
        {
            picture.Metadata.ExifProfile = new ExifProfile();
            picture.Metadata.ExifProfile.SetValue(ExifTag.Orientation, orientation);
        }

        using var encoded = new MemoryStream();
        picture.Save(encoded, encoder);
        return encoded.ToArray();
    }

    /// <summary>A few bytes before the compressed pixels, or in them, with the chunks' checksums put right.</summary>
    private static byte[] Change(byte[] png, Random random)
    {
        byte[] changed = [.. png];
        var pixels = png.AsSpan().IndexOf("IDAT"u8);
        for (var count = random.Next(1, 3); count > 0; count--)
            changed[random.Next(4) == 0 ? random.Next(pixels + 4, png.Length) : random.Next(16, pixels + 4)] = (byte)random.Next(256);
        for (var at = 8; at + 12 <= changed.Length;)
        {
            var end = at + 8L + BinaryPrimitives.ReadUInt32BigEndian(changed.AsSpan(at));
            if (end + 4 > changed.Length)
                break;
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan((int)end), Crc32.HashToUInt32(changed.AsSpan((at + 4)..(int)end)));
            at = (int)end + 4;
        }

        return changed;
    }

    /// <summary>A grey JPEG's only scan four times, each for a colour of its own; inverted, as Adobe's programs write them and say.</summary>
    private static byte[] Cmyk()
    {
        var grey = Encode(new JpegEncoder { Quality = 90, ColorType = JpegColorType.Luminance });
        var (frame, scan) = (grey.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]), grey.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]));
        var frameEnd = frame + 2 + BinaryPrimitives.ReadUInt16BigEndian(grey.AsSpan(frame + 2));
        byte[] adobe = [0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0];
        byte[] components = [.. Enumerable.Range(1, 4).SelectMany(id => (byte[])[(byte)id, 0x11, grey[frame + 12]])];
        var scans = Enumerable.Range(1, 4).SelectMany(id => (byte[])[.. grey[scan..(scan + 5)], (byte)id, .. grey[(scan + 6)..^2]]);
        return
        [
            .. grey[..2], .. adobe, .. grey[2..frame], 0xFF, 0xC0, 0, 20, .. grey[(frame + 4)..(frame + 9)], 4, .. components,
                .. grey[frameEnd..scan], .. scans, 0xFF, 0xD9,
        ];
    }
}
