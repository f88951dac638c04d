using System.Numerics;
using SkiaSharp;

namespace Browser.Tests;

/// <summary>Pictures such as people bring, written with the digits of these tests: 0, 1, 3, 7 and dots.</summary>
public static class BroughtPicture
{
    /// <summary>Makes one.</summary>
    /// <param name="kind"><c>amount</c>, <c>board</c>, <c>note</c>, <c>form</c> or <c>rows</c>.</param>
    /// <param name="text">What is written; a line feed begins another row.</param>
    /// <returns>A JPEG.</returns>
    public static byte[] Of(string kind, string text)
    {
        var lines = text.Split('\n');
        var (width, height) = (Math.Max(520, lines.Max(line => line.Length) * 110 + 160), 150 + 170 * lines.Length);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var pen = new SKPaint { IsStroke = true, IsAntialias = true, StrokeWidth = 11, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round };
        pen.Color = kind == "board" ? new SKColor(215, 215, 205) : new SKColor(45, 45, 90);
        Paper(canvas, kind, width, height);
        if (kind == "note")
            canvas.RotateDegrees(-5, width / 2f, height / 2f);
        foreach (var (row, line) in lines.Index())
            Write(canvas, pen, line, 80, 75 + 170 * row, kind == "amount" ? 82 : 110);
        if (kind == "form")
            Cells(canvas, lines[0].Length);

        canvas.Flush();
        var random = new Random(1);
        var grain = kind == "board" ? 14 : 6;
        var noisy = Array.ConvertAll(bitmap.GetPixelSpan().ToArray(), level => (byte)Math.Clamp(level + random.Next(-grain, grain + 1), 0, 255));
        using var image = SKImage.FromPixelCopy(bitmap.Info, noisy);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 80);
        return jpeg.ToArray();
    }

    private static void Paper(SKCanvas canvas, string kind, int width, int height)
    {
        canvas.Clear(kind switch
        {
            "amount" => new SKColor(205, 222, 208),
            "board" => new SKColor(42, 62, 52),
            "note" => new SKColor(122, 88, 58), // the desk
            _ => new SKColor(238, 236, 228),
        });
        using var line = new SKPaint { IsStroke = true, IsAntialias = true, StrokeWidth = 2 };
        if (kind is "amount" or "note")
        {
            line.Color = kind == "amount" ? new SKColor(150, 185, 165) : new SKColor(100, 70, 45); // a security pattern; the grain of wood
            for (var y = -40; y < height + 40; y += kind == "amount" ? 12 : 17)
            {
                using var wave = new SKPathBuilder();
                wave.AddPoly([.. Enumerable.Range(0, width / 8 + 2)
                    .Select(step => new SKPoint(step * 8, y + 9 * MathF.Sin(step * 0.21f + y * 0.05f)))], close: false);
                using var path = wave.Detach();
                canvas.DrawPath(path, line);
            }
        }

        if (kind == "note")
        {
            using var sheet = new SKPaint { IsAntialias = true, Color = new SKColor(246, 232, 140) };
            canvas.Save();
            canvas.RotateDegrees(-5, width / 2f, height / 2f);
            canvas.DrawRect(SKRect.Create(50, 45, width - 100, height - 90), sheet);
            canvas.Restore();
        }
    }

    private static void Write(SKCanvas canvas, SKPaint pen, string line, float left, float top, float step)
    {
        const float height = 120;
        foreach (var symbol in line)
        {
            if (symbol == '.')
            {
                canvas.DrawLine(left - step / 6, top + height, left - step / 6 + 1, top + height + 1, pen);
                left += step / 3;
                continue;
            }

            // proportions kept, to the height of the line
            var digit = PenDigit.Ours[symbol - '0'];
            var points = digit.Strokes.SelectMany(stroke => stroke).ToList();
            var (low, high) = (points.Aggregate(Vector2.Min), points.Aggregate(Vector2.Max));
            foreach (var stroke in digit.Strokes)
            {
                using var builder = new SKPathBuilder();
                builder.AddPoly([.. stroke.Select(point => (point - low) * height / (high.Y - low.Y))
                    .Select(point => new SKPoint(left + point.X, top + point.Y))], close: false);
                using var path = builder.Detach();
                canvas.DrawPath(path, pen);
            }

            left += Math.Max(step * 0.5f, (high.X - low.X) * height / (high.Y - low.Y)) + step * 0.25f;
        }
    }

    private static void Cells(SKCanvas canvas, int count)
    {
        using var frame = new SKPaint { IsStroke = true, StrokeWidth = 3, Color = new SKColor(90, 110, 130) };
        canvas.DrawRect(SKRect.Create(50, 50, count * 110 + 60, 170), frame);
    }
}
