using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Strokes;
using SkiaSharp;

namespace MnistTrainer.Reports;

/// <summary>Signs side by side, to look at.</summary>
internal static class StrokeSheet
{
    private const int Most = 160, Columns = 16, Cell = 64; // px

    /// <summary>Draws some of the signs, drawn by chance, each as large as its cell.</summary>
    /// <param name="path">Of a PNG file; its folder is created where it is missing.</param>
    /// <param name="signs">At least one.</param>
    public static void Write(string path, IReadOnlyList<WrittenSign> signs)
    {
        var random = new Random(1);
        var shown = signs.ToArray();
        random.Shuffle(shown);
        shown = shown[..Math.Min(Most, shown.Length)];
        using var sheet = new SKBitmap(new SKImageInfo(Columns * Cell, (shown.Length + Columns - 1) / Columns * Cell, SKColorType.Gray8, SKAlphaType.Opaque));
        var pixels = sheet.GetPixelSpan();
        pixels.Fill(255);
        foreach (var (index, sign) in shown.Index())
        {
            var ink = PenDrawing.Draw(sign, size: 0.85, penWidth: 0.06, random, Cell);
            var start = index / Columns * Cell * sheet.RowBytes + index % Columns * Cell;
            for (var i = 0; i < Cell * Cell; i++)
                pixels[start + i / Cell * sheet.RowBytes + i % Cell] = (byte)(255 - ink.Pixels[i]);
        }

        using var png = sheet.Encode(SKEncodedImageFormat.Png, quality: 100);
        AtomicFile.Write(path, png.ToArray());
    }
}
