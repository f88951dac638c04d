using SkiaSharp;
using Xunit;

namespace Browser.Tests;

/// <summary>A phone's photo of digits that people wrote side by side: unevenly lit paper, a pencil, the camera's noise, a JPEG.</summary>
/// <param name="Jpeg">The file.</param>
/// <param name="Ink">Where each digit is, in pixels.</param>
public sealed record PhotoRow(byte[] Jpeg, IReadOnlyList<SKRect> Ink)
{
    private const int WidthPx = 1500;
    private const int HeightPx = 1000;
    private const int PencilPx = 16;

    /// <summary>Writes digits with pen strokes of other people; skips the test where there are none.</summary>
    public static PhotoRow Of(string digits)
    {
        var folder = Environment.GetEnvironmentVariable("PENDIGITS_DATA");
        Assert.SkipWhen(folder is null, "PENDIGITS_DATA is not set: the folder with strokes.txt of the UCI pen digits.");
        var samples = PenDigit.ReadAll(Path.Combine(folder, "strokes.txt")).ToLookup(digit => $"{digit.Label}"[0]);

        using var photo = new SKBitmap(new SKImageInfo(WidthPx, HeightPx, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(photo);
        using var light = new SKPaint
        {
            Shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(WidthPx, HeightPx),
                [new SKColor(238, 234, 226), new SKColor(150, 147, 140)], SKShaderTileMode.Clamp),
        };
        canvas.DrawPaint(light);
        using var pencil = new SKPaint
        {
            IsStroke = true, IsAntialias = true, StrokeWidth = PencilPx, StrokeCap = SKStrokeCap.Round,
            StrokeJoin = SKStrokeJoin.Round, Color = new SKColor(55, 55, 62),
        };
        var cell = Math.Min(300, (WidthPx - 160) / digits.Length);
        var ink = digits.Select((digit, place) =>
        {
            var sample = samples[digit].ElementAt(10 + place); // another writer's or at least another digit each time
            var strokes = sample.FitInto(60 + place * cell, 180 + place % 3 * 20, cell, cell)
                .Select(stroke => stroke.Select(point => new SKPoint(point.X, point.Y)).ToArray()).ToList();
            foreach (var stroke in strokes)
            {
                using var path = new SKPathBuilder();
                path.AddPoly(stroke, close: false);
                using var line = path.Detach();
                canvas.DrawPath(line, pencil);
            }

            var points = strokes.SelectMany(stroke => stroke).ToList();
            var box = new SKRect(points.Min(point => point.X), points.Min(point => point.Y), points.Max(point => point.X), points.Max(point => point.Y));
            return SKRect.Inflate(box, PencilPx / 2f, PencilPx / 2f);
        }).ToList();

        canvas.Flush();
        var random = new Random(1);
        var noisy = Array.ConvertAll(photo.GetPixelSpan().ToArray(), level => (byte)Math.Clamp(level + random.Next(-5, 6), 0, 255));
        using var image = SKImage.FromPixelCopy(photo.Info, noisy);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 85);
        return new PhotoRow(jpeg.ToArray(), ink);
    }

    /// <summary>
    /// Where something in the photo is on the page's square paper, as a share of its side: the photo is as wide as the paper, and in its middle.
    /// </summary>
    public static SKRect OnPaper(SKRect place)
    {
        var above = (WidthPx - HeightPx) / 2f;
        return new SKRect(place.Left / WidthPx, (place.Top + above) / WidthPx, place.Right / WidthPx, (place.Bottom + above) / WidthPx);
    }
}
