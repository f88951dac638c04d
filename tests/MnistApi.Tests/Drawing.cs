using SkiaSharp;

namespace MnistApi.Tests;

/// <summary>Digits drawn with a round pen, as a person draws them on the page.</summary>
public static class Drawing
{
    private const int SidePx = 280;
    private const int PenWidthPx = 22;

    /// <summary>The strokes of the digits 0 to 9, as SVG path data on a canvas of 280×280.</summary>
    private static readonly string[] Strokes =
    [
        "M140 45C60 45 60 235 140 235C220 235 220 45 140 45Z",
        "M140 45L140 235",
        "M85 95C90 30 195 35 190 105C187 150 120 190 85 230L200 230",
        "M90 65C140 25 210 60 180 110C170 130 150 137 130 137C170 137 205 160 195 200C180 250 110 245 85 215",
        "M95 50L85 145L190 145M185 50L170 240",
        "M190 50L105 50L95 130C150 105 200 140 190 185C180 240 110 245 85 215",
        "M175 45C110 80 80 160 95 205C110 245 185 240 190 190C190 140 120 140 95 190",
        "M80 60L200 60L130 240",
        "M140 140C70 110 90 45 140 45C190 45 210 110 140 140C70 165 80 235 140 235C200 235 210 165 140 140Z",
        "M190 95C190 35 90 35 90 95C90 155 185 150 190 90L175 240",
    ];

    /// <summary>Strokes that are no digit.</summary>
    public const string Scribble = "M40 60L240 45L45 100L235 90L40 140L240 130L45 180L235 170L40 220L240 210M60 40L80 240L120 40L150 240L190 40L220 240",
        LetterM = "M45 235L55 50L140 190L225 50L235 235";

    /// <summary>A digit as an image file.</summary>
    public static byte[] Of(int digit, SKEncodedImageFormat format = SKEncodedImageFormat.Png) => Of(Strokes[digit], format);

    /// <summary>Strokes as an image file.</summary>
    /// <param name="strokes">SVG path data on a canvas of 280×280.</param>
    /// <param name="format">Of the file.</param>
    public static byte[] Of(string strokes, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var path = SKPath.ParseSvgPathData(strokes);
        return Encode(SidePx, SidePx, format, path);
    }

    /// <summary>Digits side by side, each on 280×280 pixels of its own, as a PNG.</summary>
    public static byte[] Row(int[] digits)
    {
        using var row = new SKPathBuilder();
        foreach (var (place, digit) in digits.Index())
        {
            using var path = SKPath.ParseSvgPathData(Strokes[digit]);
            path.Transform(SKMatrix.CreateTranslation(place * SidePx, 0));
            row.AddPath(path);
        }

        using var all = row.Detach();
        return Encode(digits.Length * SidePx, SidePx, SKEncodedImageFormat.Png, all);
    }

    /// <summary>A digit on unevenly lit paper, as a phone takes it: noisy, and a JPEG.</summary>
    public static byte[] Photo(int width, int height, int digit)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var light = new SKPaint
        {
            Shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(width, height),
                [new SKColor(235, 230, 220), new SKColor(120, 118, 112)], SKShaderTileMode.Clamp),
        };
        canvas.DrawPaint(light);
        using var path = SKPath.ParseSvgPathData(Strokes[digit]);
        path.Transform(SKMatrix.CreateScale(height / 500f, height / 500f).PostConcat(SKMatrix.CreateTranslation(width / 3f, height / 5f)));
        using var pencil = new SKPaint
        {
            IsStroke = true, IsAntialias = true, StrokeWidth = height / 60f, StrokeCap = SKStrokeCap.Round,
            Color = new SKColor(70, 70, 75),
        };
        canvas.DrawPath(path, pencil);
        canvas.Flush();
        var random = new Random(1);
        var noisy = Array.ConvertAll(bitmap.GetPixelSpan().ToArray(), level => (byte)Math.Clamp(level + random.Next(-6, 7), 0, 255));
        using var image = SKImage.FromPixelCopy(bitmap.Info, noisy);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 90);
        return jpeg.ToArray();
    }

    /// <summary>Paper without ink.</summary>
    public static byte[] Blank(int width = SidePx, int height = SidePx) => Encode(width, height, SKEncodedImageFormat.Png, null);

    private static byte[] Encode(int width, int height, SKEncodedImageFormat format, SKPath? path)
    {
        using var surface = SKSurface.Create(new SKImageInfo(width, height));
        surface.Canvas.Clear(SKColors.White);
        using var pen = new SKPaint
        {
            IsStroke = true, IsAntialias = true, StrokeWidth = PenWidthPx, StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round,
        };
        if (path is not null)
            surface.Canvas.DrawPath(path, pen);
        using var image = surface.Snapshot();
        using var encoded = image.Encode(format, 90);
        return encoded.ToArray();
    }
}
