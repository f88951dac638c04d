using MnistReader.Framing;
using MnistReader.Idx;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Synthesis;
using MnistTrainer.Synthesis.NonDigits;
using SkiaSharp;

namespace MnistTrainer.Evaluation;

/// <summary>Images that are no digits, from sources that training never sees: they measure how well a network rejects.</summary>
internal static class OutOfDistribution
{
    /// <summary>Where Debian's package dataset-fashion-mnist puts its files.</summary>
    public const string FashionFolder = "/usr/share/datasets/fashion-mnist";

    /// <summary>Where Debian's packages of fonts put theirs.</summary>
    public const string FontsFolder = "/usr/share/fonts";

    private const string FashionImages = "t10k-images-idx3-ubyte.gz";
    private static readonly string Letters = string.Concat(Alphabet.Except(DigitLookalikes.InPrint));
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const float Side = NonDigitCanvas.Side;

    /// <summary>Loads clothes (Fashion-MNIST), letters of the installed fonts, and scribbles: random walks and Lissajous curves.</summary>
    /// <param name="fashionFolder">Holds the test images of Fashion-MNIST; <see cref="FashionFolder"/> as a rule.</param>
    /// <param name="fontsFolder">Searched for .ttf and .otf files, its subfolders too; <see cref="FontsFolder"/> as a rule.</param>
    /// <param name="perSource">Images of each source, 1 to 10,000.</param>
    /// <param name="seed">The same seed draws the same images, where the same fonts are installed.</param>
    /// <returns>The images of each source that is there, framed as served pictures are and all of the label
    /// <see cref="DigitSet.NonDigit"/>, and a sentence for each that is missing.</returns>
    /// <exception cref="InvalidDataException">Fashion-MNIST's file is damaged.</exception>
    public static (IReadOnlyList<(string Source, DigitSet Images)> Found, IReadOnlyList<string> Missing) Load(
        string fashionFolder, string fontsFolder, int perSource, int seed)
    {
        var found = new List<(string, DigitSet)>();
        var missing = new List<string>();

        var clothes = Path.Combine(fashionFolder, FashionImages);
        if (File.Exists(clothes))
            found.Add(("clothes", DrawClothes(IdxFile.Parse(IdxFile.ReadBytes(clothes), clothes, 10_000, 28, 28), perSource, seed)));
        else
            missing.Add($"No clothes: '{clothes}' is missing (Debian's package dataset-fashion-mnist).");

        var typefaces = LoadTypefaces(fontsFolder);
        if (typefaces.Count > 0)
            found.Add(("letters", DrawLetters(typefaces, perSource, seed)));
        else
            missing.Add($"No letters: '{fontsFolder}' holds no fonts with Latin letters (such as Debian's package fonts-dejavu).");
        foreach (var typeface in typefaces)
            typeface.Dispose();

        found.Add(("scribbles", NonDigitCanvas.Draw(perSource, seed, DrawScribble)));
        return (found, missing);
    }

    private static DigitSet DrawClothes(ReadOnlyMemory<byte> pictures, int count, int seed)
    {
        var set = new DigitSet(pictures, new byte[pictures.Length / DigitImage.PixelCount]);
        var order = Enumerable.Range(0, set.Count).ToArray();
        new Random(seed).Shuffle(order);
        var next = 0;
        return NonDigitCanvas.Draw(count, seed, (canvas, _) =>
        {
            using var image = NonDigitCanvas.ToImage(set[order[next++]].Pixels, DigitImage.Side);
            canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default);
        });
    }

    /// <summary>The fonts that have all <see cref="Letters"/> as outlines, in the order of their names; fonts of symbols draw other things instead.</summary>
    private static List<SKTypeface> LoadTypefaces(string folder)
    {
        if (!Directory.Exists(folder))
            return [];

        var typefaces = new List<SKTypeface>();
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (Path.GetExtension(path) is not (".ttf" or ".otf") || SKTypeface.FromFile(path) is not { } typeface)
                continue;

            if (HasLetters(typeface))
                typefaces.Add(typeface);
            else
                typeface.Dispose();
        }

        return typefaces;
    }

    private static bool HasLetters(SKTypeface typeface)
    {
        using var font = new SKFont(typeface);
        return !typeface.FamilyName.Contains("symbol", StringComparison.OrdinalIgnoreCase)
            && !typeface.FamilyName.Contains("dingbat", StringComparison.OrdinalIgnoreCase)
            && font.ContainsGlyphs(Letters)
            && Letters.All(letter =>
            {
                using var outline = font.GetGlyphPath(font.GetGlyph(letter));
                return outline is { IsEmpty: false };
            });
    }

    private static DigitSet DrawLetters(List<SKTypeface> typefaces, int count, int seed)
    {
        using var ink = new SKPaint { Color = SKColors.White, IsAntialias = true };
        return NonDigitCanvas.Draw(count, seed, (canvas, random) =>
        {
            using var font = new SKFont(typefaces[random.Next(typefaces.Count)], random.Between(24, 72));
            var letter = Letters[random.Next(Letters.Length)];
            canvas.RotateDegrees(random.Between(-10, 10), Side / 2, Side / 2);
            canvas.DrawText(letter.ToString(), Side / 2, 0.7f * Side, SKTextAlign.Center, font, ink);
        });
    }

    private static void DrawScribble(SKCanvas canvas, Random random)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly(random.Next(2) == 0 ? RandomWalk(random) : Lissajous(random), close: false);
        using var path = builder.Detach();
        var scale = 0.75f * Side / Math.Max(path.Bounds.Width, path.Bounds.Height);
        path.Transform(SKMatrix.CreateTranslation(-path.Bounds.MidX, -path.Bounds.MidY)
            .PostConcat(SKMatrix.CreateScale(scale, scale))
            .PostConcat(SKMatrix.CreateTranslation(Side / 2, Side / 2)));
        using var pen = NonDigitCanvas.RoundPen(random.Between(2, 5));
        canvas.DrawPath(path, pen);
    }

    private static SKPoint[] RandomWalk(Random random)
    {
        var points = new SKPoint[random.Next(60, 300)];
        for (var i = 1; i < points.Length; i++)
            points[i] = points[i - 1] + new SKPoint(random.Between(-1, 1), random.Between(-1, 1));
        return points;
    }

    /// <summary>Simpler curves, such as 3 swings across to 6 down, look like a 0 or an 8: these numbers have no common divisors.</summary>
    private static SKPoint[] Lissajous(Random random)
    {
        const int points = 300;
        int[] swings = [3, 4, 5, 7];
        random.Shuffle(swings);
        var phase = random.Between(0, MathF.PI);
        return [.. Enumerable.Range(0, points + 1).Select(i => i * 2 * MathF.PI / points).Select(t =>
            new SKPoint(MathF.Sin(swings[0] * t + phase), MathF.Sin(swings[1] * t)))];
    }
}
