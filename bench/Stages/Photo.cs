using System.Diagnostics;
using MnistReader;
using SkiaSharp;

namespace Stages;

/// <summary>What a 12-megapixel JPEG of a pencil drawing costs: time from its bytes to the answer, and memory.</summary>
internal static class Photo
{
    private const int Width = 4000;
    private const int Height = 3000;

    public static void Measure()
    {
        var photo = Take();
        GC.Collect();
        using var reader = DigitReader.Load(Path.Combine(AppContext.BaseDirectory, "models/mnist.onnx"));
        Answer(reader, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "three.png")));
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var most = before;
        var milliseconds = new List<double>();
        for (var i = 0; i < 30; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using (var sampling = new Timer(_ =>
            {
                using var now = Process.GetCurrentProcess();
                most = Math.Max(most, now.WorkingSet64);
            }, null, 0, 2))
            {
                Answer(reader, photo);
            }

            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        milliseconds.Sort();
        Console.WriteLine($"{Width}×{Height} JPEG of {photo.Length / 1e6:F1} MB: median {milliseconds[15]:F0} ms, slowest {milliseconds[^1]:F0} ms (n = 30); {(most - before) / 1e6:F0} MB more memory at the most");
    }

    private static void Answer(DigitReader reader, byte[] picture)
    {
        if (reader.Read(picture) is not { Digit: 3, DigitsSeen: 1 })
            throw new InvalidOperationException("The picture's 3 wasn't read.");
    }

    /// <summary>The drawing of the other benchmarks on paper in uneven light, with a sensor's noise.</summary>
    private static byte[] Take()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        using (var three = SKImage.FromEncodedData(Path.Combine(AppContext.BaseDirectory, "three.png")))
            canvas.DrawImage(three, SKRect.Create(800, 500, 2000, 2000), new SKSamplingOptions(SKCubicResampler.Mitchell));
        using var light = new SKPaint
        {
            BlendMode = SKBlendMode.Multiply,
            Shader = SKShader.CreateLinearGradient(new SKPoint(0, 0), new SKPoint(Width, Height), [new SKColor(235, 230, 220), new SKColor(120, 118, 112)], SKShaderTileMode.Clamp),
        };
        canvas.DrawPaint(light);
        canvas.Flush();
        var random = new Random(1);
        var noisy = Array.ConvertAll(bitmap.GetPixelSpan().ToArray(), level => (byte)Math.Clamp(level + random.Next(-8, 9), 0, 255));
        using var image = SKImage.FromPixelCopy(bitmap.Info, noisy);
        using var jpeg = image.Encode(SKEncodedImageFormat.Jpeg, 90);
        return jpeg.ToArray();
    }
}
