using MnistReader.Imaging;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistReader.Tests.Ink;

/// <summary>The committed networks on pictures whose paper has more than one level.</summary>
public class InkNetworkTests
{
    private const int Side = 300;

    private const string Three = "M95 75C205 50 205 140 140 145C215 145 215 245 95 225";

    private static readonly SKColor Ink = new(40, 40, 50);

    private static readonly DigitReader Reader = DigitReader.Load(CommittedModel.Path);

    public static TheoryData<string> Papers => [.. Scenes.Keys];

    private static readonly Dictionary<string, Action<SKCanvas>> Scenes = new()
    {
        ["ruled"] = canvas =>
        {
            Lines(canvas, 36, squared: false);
            Write(canvas, Ink);
        },
        ["squared"] = canvas =>
        {
            Lines(canvas, 24, squared: true);
            Write(canvas, Ink);
        },
        ["framed"] = canvas =>
        {
            canvas.DrawRect(20, 18, 260, 262, new SKPaint { IsStroke = true, StrokeWidth = 5, Color = Ink });
            Write(canvas, Ink);
        },
        ["gradient"] = canvas =>
        {
            Write(canvas, Ink);
            Gradient(canvas);
        },
        ["shadow"] = canvas =>
        {
            Write(canvas, Ink);
            Shadow(canvas);
        },
        ["board"] = canvas =>
        {
            canvas.Clear(new SKColor(60, 60, 60));
            Write(canvas, new SKColor(210, 210, 210));
            Noise(canvas, 3);
        },
        ["note on a desk"] = canvas =>
        {
            canvas.Clear(new SKColor(120, 90, 60));
            canvas.RotateDegrees(4, Side / 2, Side / 2);
            canvas.DrawRect(50, 40, 200, 220, new SKPaint { Color = new SKColor(235, 230, 200) });
            Write(canvas, Ink);
            Noise(canvas, 4);
        },
        ["faint"] = canvas =>
        {
            canvas.Clear(new SKColor(200, 200, 200));
            Write(canvas, new SKColor(180, 180, 180));
        },
        ["blue on black"] = canvas =>
        {
            canvas.Clear(SKColors.Black);
            Write(canvas, new SKColor(0, 0, 255));
        },
        ["red on green as bright"] = canvas =>
        {
            canvas.Clear(new SKColor(0, 102, 0)); // both have a luminance of 60
            Write(canvas, new SKColor(200, 0, 0));
        },
    };

    [Theory]
    [MemberData(nameof(Papers))]
    public void A_digit_is_read_on_all_kinds_of_paper(string paper) => Assert.Equal(3, Reader.Read(Png(Scenes[paper], isNegative: false))?.Digit);

    [Theory]
    [MemberData(nameof(Papers))]
    public void A_picture_and_its_negative_get_the_same_answer(string paper)
    {
        var positive = Reader.Read(Png(Scenes[paper], isNegative: false));
        var negative = Reader.Read(Png(Scenes[paper], isNegative: true));

        Assert.Equal(positive?.Digit, negative?.Digit);
        Assert.Equal(positive!.Prediction.DigitProbability, negative!.Prediction.DigitProbability, 0.01f);
    }

    [Fact]
    public void Paper_with_a_gradient_and_nothing_on_it_is_blank() => Assert.Null(Reader.Read(Png(Gradient, isNegative: false)));

    [Fact]
    public void Paper_with_the_edge_of_a_shadow_and_nothing_on_it_is_blank() => Assert.Null(Reader.Read(Png(Shadow, isNegative: false)));

    [Fact]
    public void A_small_digit_on_a_large_photo_is_found_and_read_from_nearer()
    {
        using var bitmap = new SKBitmap(1600, 1200);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(225, 220, 210));
        canvas.Save();
        canvas.Translate(1100, 250);
        canvas.Scale(0.5f);
        Write(canvas, Ink);
        canvas.Restore();
        Gradient(canvas);
        using var jpeg = bitmap.Encode(SKEncodedImageFormat.Jpeg, 90);

        var reading = Reader.Read(jpeg.AsSpan());

        Assert.Equal(3, reading?.Digit);
        Assert.InRange(reading!.Box.X, 1100 + 95 / 2 - 20, 1100 + 95 / 2 + 10);
        Assert.InRange(reading.Box.Y, 250 + 65 / 2 - 20, 250 + 65 / 2 + 10);
        Assert.InRange(reading.Box.Height, 70, 120);
    }

    [Fact]
    public void Without_the_network_a_clean_drawing_is_read_and_a_photo_says_what_is_missing()
    {
        using var reader = new DigitReader(MnistReader.Inference.DigitClassifier.Load(CommittedModel.Path));

        Assert.Equal(3, reader.Read(Png(canvas => Write(canvas, SKColors.Black), isNegative: false))?.Digit);
        Assert.Contains("ink.onnx", Assert.Throws<MissingNetworkException>(() => reader.Read(Png(Scenes["shadow"], isNegative: false))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300, 200, 96, 64)]
    [InlineData(100, 100, 96, 96)]
    [InlineData(28, 28, 96, 96)]
    [InlineData(400, 50, 512, 64)]
    [InlineData(5000, 100, 512, 10)]
    [InlineData(1, 3000, 1, 512)]
    public void Pictures_are_scaled_to_a_size_that_the_network_knows(int width, int height, int toWidth, int toHeight) =>
        Assert.Equal((toWidth, toHeight), InkInput.Size(width, height));

    [Fact]
    public void A_picture_and_its_negative_are_the_same_to_the_network()
    {
        var random = new Random(1);
        using var picture = new GrayImage(50, 40);
        random.NextBytes(picture.Writable);
        picture.Writable[..600].Fill(7); // dark is rarer
        using var negative = new GrayImage(50, 40);
        for (var i = 0; i < picture.Pixels.Length; i++)
            negative.Writable[i] = (byte)(255 - picture.Pixels[i]);

        Assert.Equal(InkInput.Of(picture).Values, InkInput.Of(negative).Values, (one, other) => Math.Abs(one - other) < 1e-4);
    }

    private static byte[] Png(Action<SKCanvas> draw, bool isNegative)
    {
        using var bitmap = new SKBitmap(Side, Side);
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(SKColors.White);
            draw(canvas);
        }

        if (isNegative)
        {
            foreach (ref var level in bitmap.GetPixelSpan())
                level = (byte)(255 - level);
            for (var alpha = 3; alpha < bitmap.ByteCount; alpha += 4)
                bitmap.GetPixelSpan()[alpha] = 255;
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static void Write(SKCanvas canvas, SKColor ink)
    {
        using var path = SKPath.ParseSvgPathData(Three);
        canvas.DrawPath(path, new SKPaint { IsStroke = true, IsAntialias = true, StrokeWidth = 14, StrokeCap = SKStrokeCap.Round, Color = ink });
    }

    private static void Lines(SKCanvas canvas, float gap, bool squared)
    {
        using var pen = new SKPaint { Color = new SKColor(150, 170, 210), IsAntialias = true, StrokeWidth = 2 };
        for (var at = gap / 2; at < Side; at += gap)
        {
            canvas.DrawLine(0, at, Side, at + 3, pen);
            if (squared)
                canvas.DrawLine(at + 3, 0, at, Side, pen);
        }
    }

    private static void Gradient(SKCanvas canvas)
    {
        var (width, height) = (canvas.DeviceClipBounds.Width, canvas.DeviceClipBounds.Height);
        canvas.DrawPaint(new SKPaint
        {
            BlendMode = SKBlendMode.Multiply,
            Shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(width, height),
                [SKColors.White, new SKColor(120, 120, 120)], SKShaderTileMode.Clamp),
        });
    }

    private static void Shadow(SKCanvas canvas) =>
        canvas.DrawRect(170, 0, Side, Side, new SKPaint { BlendMode = SKBlendMode.Multiply, Color = new SKColor(160, 160, 160) });

    private static void Noise(SKCanvas canvas, int sigma)
    {
        var random = new Random(5);
        using var paint = new SKPaint { BlendMode = SKBlendMode.Plus };
        for (var i = 0; i < Side * Side; i++)
        {
            var level = (byte)random.Next(8 * sigma);
            paint.Color = new SKColor(level, level, level);
            canvas.DrawPoint(i % Side, i / Side, paint);
        }
    }
}
