using System.Diagnostics;
using MnistReader;
using SkiaSharp;

namespace Stages;

/// <summary>What photos cost, from their bytes to the answer: time of the clock and of processors, and memory.</summary>
internal static class Photo
{
    private const int Times = 30, WarmUps = 200; // until the code is compiled for good, as in a service that has run for a while

    /// <summary>A JPEG of 12 megapixels with one digit, as <c>/predict</c> reads it, and a small one with a row of five, as <c>/read</c> does.</summary>
    public static void Measure()
    {
        var photo = Take(4000, 3000, [SKRect.Create(800, 500, 2000, 2000)]);
        var row = Take(560, 140, [.. Enumerable.Range(0, 5).Select(place => SKRect.Create(20 + 104 * place, 20, 100, 100))]);
        GC.Collect();
        using var reader = DigitReader.Load(Path.Combine(AppContext.BaseDirectory, "models/mnist.onnx"));
        Check(reader.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "three.png"))) is { Digit: 3 });
        Measure("a digit, 4000×3000", photo, () => reader.Read(photo) is { Digit: 3, DigitsSeen: 1 });
        Measure("five digits, 560×140", row, () => reader.ReadNumber(row)?.Text == "33333");
    }

    private static void Measure(string name, byte[] picture, Func<bool> isRead)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var most = before;
        using (var sampling = new Timer(_ =>
        {
            using var now = Process.GetCurrentProcess();
            most = Math.Max(most, now.WorkingSet64);
        }, null, 0, 2))
        {
            Repeat(Times);
        }

        Repeat(WarmUps);
        Thread.Sleep(1_000); // what is compiled last
        var busy = Environment.CpuUsage.TotalTime;
        var milliseconds = Repeat(Times);
        var processor = Environment.CpuUsage.TotalTime - busy;
        Console.WriteLine($"{name}, JPEG of {picture.Length / 1e3:F0} kB: median {milliseconds[Times / 2]:F1} ms, slowest {milliseconds[^1]:F1} ms, " +
            $"of processors {processor.TotalMilliseconds / Times:F1} ms in the mean (n = {Times}, after {Times + WarmUps}); " +
            $"{(most - before) / 1e6:F0} MB more memory at the most in the first {Times}");

        List<double> Repeat(int times)
        {
            var milliseconds = new List<double>();
            for (var i = 0; i < times; i++)
            {
                var start = Stopwatch.GetTimestamp();
                Check(isRead());
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            milliseconds.Sort();
            return milliseconds;
        }
    }

    private static void Check(bool isRead)
    {
        if (!isRead)
            throw new InvalidOperationException("A picture wasn't read right.");
    }

    /// <summary>The drawing of the other benchmarks, once or several times, on paper in uneven light, with a sensor's noise.</summary>
    internal static byte[] Take(int width, int height, SKRect[] places)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.White);
        using (var three = SKImage.FromEncodedData(Path.Combine(AppContext.BaseDirectory, "three.png")))
        {
            foreach (var place in places)
                canvas.DrawImage(three, place, new SKSamplingOptions(SKCubicResampler.Mitchell));
        }

        using var light = new SKPaint
        {
            BlendMode = SKBlendMode.Multiply,
            Shader = SKShader.CreateLinearGradient(
                new SKPoint(0, 0), new SKPoint(width, height), [new SKColor(235, 230, 220), new SKColor(120, 118, 112)], SKShaderTileMode.Clamp),
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
