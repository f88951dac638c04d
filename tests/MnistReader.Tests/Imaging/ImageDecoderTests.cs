using System.Buffers.Binary;
using MnistReader.Imaging;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Imaging;

/// <summary>Every picture is 60×40 with a bar of ink, 10×20, at (20, 10).</summary>
public class ImageDecoderTests
{
    private const int Width = 60;
    private const int Height = 40;
    private static readonly SKRectI Bar = SKRectI.Create(20, 10, 10, 20);

    [Fact]
    public void Png_becomes_ink() => AssertBar(Encode(SKColors.White, SKColors.Black));

    [Fact]
    public void Bmp_becomes_ink() => AssertBar(Bmp(Width, Height, Pixels()));

    [Fact]
    public void Gif_becomes_ink() => AssertBar(Gif(Width, Height, Pixels()));

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Lossy_formats_become_ink_without_ripples_on_the_paper(SKEncodedImageFormat format)
    {
        var plane = InkImage.Decode(Encode(SKColors.White, SKColors.Black, format, quality: 75));

        Assert.InRange(plane.Row(20)[25], 230, 255);
        Assert.False(plane.Row(2).ContainsAnyExcept((byte)0));
        Assert.False(plane.Row(20)[40..].ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Light_ink_on_dark_paper_is_read_as_dark_on_light() => AssertBar(Encode(SKColors.Black, SKColors.White));

    [Fact]
    public void A_thick_stroke_cropped_tightly_is_still_ink()
    {
        var plane = InkImage.Decode(Encode(SKColors.White, SKColors.Black, bar: SKRectI.Create(3, 3, Width - 6, Height - 6)));

        Assert.Equal(0, plane.Row(0)[0]);
        Assert.Equal(255, plane.Row(20)[30]);
    }

    [Theory]
    [InlineData(60)] // ink darker than the paper
    [InlineData(250)] // and lighter
    public void On_grey_paper_ink_is_what_stands_out(byte ink)
    {
        var plane = InkImage.Decode(Encode(new SKColor(120, 120, 120), new SKColor(ink, ink, ink)));

        Assert.Equal(0, plane.Row(2)[2]);
        Assert.InRange(plane.Row(20)[25], 100, 255);
    }

    [Fact]
    public void Colours_are_reduced_to_their_luminance()
    {
        var plane = InkImage.Decode(Encode(SKColors.White, SKColors.Red));

        Assert.Equal(178, plane.Row(20)[25]); // 255 − 0.299 × 255
    }

    [Fact]
    public void Under_a_dark_transparent_drawing_lies_white_paper() => AssertBar(Encode(SKColors.Transparent, SKColors.Black));

    [Fact]
    public void Under_a_light_transparent_drawing_lies_black_paper() => AssertBar(Encode(SKColors.Transparent, SKColors.White));

    [Fact]
    public void Half_transparent_ink_is_half_as_strong()
    {
        var plane = InkImage.Decode(Encode(SKColors.Transparent, SKColors.Black.WithAlpha(128)));

        Assert.Equal(128, plane.Row(20)[25]);
    }

    [Theory]
    [InlineData(255, 255)]
    [InlineData(0, 255)]
    [InlineData(0, 0)]
    public void A_picture_of_one_colour_has_no_ink(byte grey, byte alpha)
    {
        var colour = new SKColor(grey, grey, grey, alpha);

        var plane = InkImage.Decode(Encode(colour, colour));

        Assert.All(Enumerable.Range(0, Height), y => Assert.False(plane.Row(y).ContainsAnyExcept((byte)0)));
    }

    // where the stored top left corner belongs, by the definition of tag 0x0112 in the EXIF standard (CIPA DC-008)
    [Theory]
    [InlineData(1, false, false, false)]
    [InlineData(2, false, true, false)]
    [InlineData(3, false, true, true)]
    [InlineData(4, false, false, true)]
    [InlineData(5, true, false, false)]
    [InlineData(6, true, true, false)]
    [InlineData(7, true, true, true)]
    [InlineData(8, true, false, true)]
    public void The_picture_is_turned_the_way_the_camera_was_held(byte orientation, bool transposed, bool right, bool bottom)
    {
        var stored = Encode(SKColors.White, SKColors.Black, SKEncodedImageFormat.Jpeg, 100, SKRectI.Create(0, 0, 8, 8));

        var plane = InkImage.Decode(WithExifOrientation(stored, orientation));

        Assert.Equal(transposed ? (Height, Width) : (Width, Height), (plane.Width, plane.Height));
        foreach (var (x, y) in new[] { (0, 0), (1, 0), (0, 1), (1, 1) })
        {
            var corner = plane.Row(y == 0 ? 2 : plane.Height - 3)[x == 0 ? 2 : plane.Width - 3];
            Assert.Equal((x == 1, y == 1) == (right, bottom), corner > 200);
        }
    }

    [Fact]
    public void A_large_photograph_is_decoded_at_a_reduced_size()
    {
        using var picture = new SKBitmap(4000, 3000);
        picture.Erase(SKColors.White);
        using var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg, 90);

        var plane = InkImage.Decode(jpeg.AsSpan());

        Assert.InRange(plane.Width, 500, 2000);
        Assert.Equal(plane.Width * 3, plane.Height * 4);
    }

    [Fact]
    public void Too_many_bytes_are_refused_whatever_they_are()
    {
        var limits = new ImageLimits { MaxBytes = 1000 };

        var refusal = Assert.Throws<ImageException>(() => InkImage.Decode(new byte[1001], limits));

        Assert.Equal(ImageFault.TooLarge, refusal.Fault);
        Assert.Equal("The image has 1,001 bytes; the limit is 1,000.", refusal.Message);
    }

    [Fact]
    public void Too_many_pixels_are_refused_before_a_pixel_is_decoded()
    {
        var headerAlone = Encode(SKColors.White, SKColors.Black)[..60];

        var refusal = Assert.Throws<ImageException>(() => InkImage.Decode(headerAlone, new ImageLimits { MaxPixels = 2399 }));
        var attempt = Assert.Throws<ImageException>(() => InkImage.Decode(headerAlone, new ImageLimits { MaxPixels = 2400 }));

        Assert.Equal(ImageFault.TooLarge, refusal.Fault);
        Assert.Equal("The image has 60×40 pixels; the limit is 2,399 pixels in all.", refusal.Message);
        Assert.Equal(ImageFault.Damaged, attempt.Fault);
    }

    [Fact]
    public void By_default_10_MB_25_megapixels_and_100_frames_are_accepted() =>
        Assert.Equal(new ImageLimits { MaxBytes = 10_000_000, MaxPixels = 25_000_000, MaxFrames = 100 }, new ImageLimits());

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    public void What_does_not_begin_like_an_image_is_refused(string text)
    {
        var refusal = Assert.Throws<ImageException>(() => InkImage.Decode(System.Text.Encoding.UTF8.GetBytes(text)));

        Assert.Equal(ImageFault.NotAnImage, refusal.Fault);
        Assert.Equal("These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", refusal.Message);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void An_image_cut_off_in_the_middle_is_refused_as_damaged(SKEncodedImageFormat format)
    {
        var bytes = Noise(format);

        var refusal = Assert.Throws<ImageException>(() => InkImage.Decode(bytes.AsSpan(0, bytes.Length / 2)));

        Assert.Equal(ImageFault.Damaged, refusal.Fault);
    }

    [Fact]
    public void An_image_with_a_changed_byte_is_refused_as_damaged()
    {
        var bytes = Noise(SKEncodedImageFormat.Png);
        bytes[bytes.Length / 2] ^= 0xFF;

        var refusal = Assert.Throws<ImageException>(() => InkImage.Decode(bytes));

        Assert.Equal(ImageFault.Damaged, refusal.Fault);
    }

    private static void AssertBar(byte[] encoded)
    {
        var plane = InkImage.Decode(encoded);

        Assert.Equal((Width, Height), (plane.Width, plane.Height));
        Assert.Equal(Pixels(), Enumerable.Range(0, Height).SelectMany(y => plane.Row(y).ToArray()));
    }

    /// <summary>The ink that the bar makes: 255 in it, 0 around it.</summary>
    private static byte[] Pixels() =>
        [.. Enumerable.Range(0, Width * Height).Select(i => Bar.Contains(i % Width, i / Width) ? byte.MaxValue : byte.MinValue)];

    private static byte[] Encode(
        SKColor paper, SKColor ink, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 100, SKRectI? bar = null)
    {
        using var picture = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        picture.Erase(paper);
        picture.Erase(ink, bar ?? Bar);
        using var encoded = picture.Encode(format, quality);
        return encoded.ToArray();
    }

    private static byte[] Noise(SKEncodedImageFormat format)
    {
        using var picture = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var random = new Random(1);
        picture.Pixels = [.. Enumerable.Range(0, 64 * 64).Select(_ => new SKColor((uint)random.Next() | 0xFF000000))];
        using var encoded = picture.Encode(format, 90);
        return encoded.ToArray();
    }

    /// <summary>24 bits a pixel, rows from the bottom up; Skia has no encoder for it.</summary>
    private static byte[] Bmp(int width, int height, byte[] ink)
    {
        var bytes = new byte[54 + width * height * 3]; // 60 × 3 is a multiple of 4: rows need no padding
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(2), bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), 54); // where the pixels begin
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), 40); // size of the rest of the header
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(26), 1); // planes
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(28), 24); // bits a pixel
        for (var i = 0; i < ink.Length; i++)
            bytes.AsSpan(54 + ((height - 1 - i / width) * width + i % width) * 3, 3).Fill((byte)(255 - ink[i]));
        return bytes;
    }

    /// <summary>Two colours out of 128. A clear code before each row keeps every LZW code at 8 bits, so that codes are bytes.</summary>
    private static byte[] Gif(int width, int height, byte[] ink)
    {
        const byte clear = 128, end = 129;
        byte[] header = [.. "GIF89a"u8, (byte)width, 0, (byte)height, 0, 0b1000_0110, 0, 0];
        byte[] palette = [255, 255, 255, 0, 0, 0, .. new byte[126 * 3]];
        byte[] frame = [(byte)',', 0, 0, 0, 0, (byte)width, 0, (byte)height, 0, 0, 7];
        byte[] codes = [.. ink.Chunk(width).SelectMany(row => row.Select(level => (byte)(level / 255)).Prepend(clear)), end];
        var blocks = codes.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length));
        return [.. header, .. palette, .. frame, .. blocks, 0, (byte)';'];
    }

    private static byte[] WithExifOrientation(byte[] jpeg, byte orientation)
    {
        byte[] tiff = [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]; // one entry: 0x0112, SHORT
        byte[] segment = [0xFF, 0xE1, 0, (byte)(8 + tiff.Length), .. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }
}
