using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Segmentation;
using MnistTrainer.Datasets;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// Digits as the classifier gets them from photos and scans: what the ink network finds on generated pictures, told apart by segmentation and framed. What is
/// found there beside digits, and digits that touch, are of the label <see cref="DigitSet.NonDigit"/>.
/// </summary>
/// <param name="network">Finds the ink; the caller disposes it.</param>
/// <param name="onFound">Told how many of how many have been found; null for nobody.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class FoundDigits(InkNetwork network, Action<int, int>? onFound = null, CancellationToken cancellation = default)
{
    /// <summary>Share of the lines that are print.</summary>
    public const double PrintShare = 0.25;

    private const int MostInLine = 3, PicturesAtOnce = 256;

    /// <summary>Dice's coefficient, at least, between what was found of a digit and what was written: what is below is hard to read for anyone.</summary>
    private const double LeastFound = 0.5;

    /// <summary>Of what is no digit, in its heights.</summary>
    private const double LeastWidth = 0.4;

    /// <summary>A pixel holds ink from this level on, of 255: as the ink network has it.</summary>
    private const float Least = 255 * InkNetwork.Least;

    /// <summary>SHA-256 of the network, which decides what is found.</summary>
    public string NetworkSha256 => network.Card.NetworkSha256;

    /// <summary>Finds digits, on all processors; the same generator and network give the same ones in the same order.</summary>
    /// <param name="generator">Makes the pictures.</param>
    /// <param name="count">Of images.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public DigitSet Find(PictureGenerator generator, int count)
    {
        var pixels = new byte[count * DigitImage.PixelCount];
        var labels = new byte[count];
        for (var (found, first) = (0, 0); found < count; first += PicturesAtOnce)
        {
            var pictures = new List<(DigitImage Image, byte Label)>[PicturesAtOnce];
            cancellation.ThrowIfCancellationRequested();
            Parallel.For(0, PicturesAtOnce, index =>
            {
                using var picture = generator.Make(first + index, MostInLine);
                pictures[index] = On(picture);
            });
            foreach (var (image, label) in pictures.SelectMany(digits => digits).Take(count - found))
            {
                image.Pixels.CopyTo(pixels.AsSpan(found * DigitImage.PixelCount));
                labels[found++] = label;
            }

            onFound?.Invoke(found, count);
        }

        return new DigitSet(pixels, labels);
    }

    private List<(DigitImage Image, byte Label)> On(WrittenPicture picture)
    {
        using var plane = network.Find(picture.Gray);
        var writing = DigitSegmentation.On(plane);
        var truth = InkInput.Resample(picture.Ink, plane.Width, plane.Height);
        List<(char Symbol, PixelBox Box)> glyphs = [.. picture.Lines.SelectMany(line => line.Text.Zip(line.Boxes))
            .Select(glyph => (glyph.First, OnPlane(glyph.Second)))];
        var digits = new List<(DigitImage, byte)>();
        for (var index = 0; index < writing.Digits; index++)
        {
            if (LabelOf(writing.BoxOnPlane(index), glyphs, plane, truth) is not { } label || writing.Cut(index) is not { } ink)
                continue;
            using (ink)
            {
                if (DigitFraming.Frame(ink) is { } image)
                    digits.Add((image, label));
            }
        }

        return digits;

        PixelBox OnPlane(PixelBox box)
        {
            var (x, y) = ((double)plane.Width / picture.Gray.Width, (double)plane.Height / picture.Gray.Height);
            return new PixelBox((int)(box.X * x), (int)(box.Y * y), Math.Max(1, (int)Math.Ceiling(box.Width * x)), Math.Max(1, (int)Math.Ceiling(box.Height * y)));
        }
    }

    /// <summary>What a piece of ink is: a digit, none, or null where that isn't clear.</summary>
    private static byte? LabelOf(PixelBox piece, List<(char Symbol, PixelBox Box)> glyphs, InkImage plane, float[] truth)
    {
        var near = glyphs.FindAll(glyph => Overlap(glyph.Box, piece));
        if (near.Count == 0) // what the edge cuts may be a digit, and an upright line looks like a 1
        {
            var isCut = piece.X == 0 || piece.Y == 0 || piece.X + piece.Width == plane.Width || piece.Y + piece.Height == plane.Height;
            return isCut || piece.Width < LeastWidth * piece.Height ? null : DigitSet.NonDigit;
        }

        var within = near.FindAll(glyph => HoldsMiddle(piece, glyph.Box) && char.IsAsciiDigit(glyph.Symbol));
        if (within.Count != 1) // a 1 may be a stroke of the other
            return within.Count(glyph => glyph.Symbol != '1') > 1 ? DigitSet.NonDigit : null;

        return Dice(plane, truth, piece.With(within[0].Box)) >= LeastFound ? (byte)(within[0].Symbol - '0') : null;
    }

    private static bool Overlap(PixelBox one, PixelBox other) =>
        one.X < other.X + other.Width && other.X < one.X + one.Width && one.Y < other.Y + other.Height && other.Y < one.Y + one.Height;

    private static bool HoldsMiddle(PixelBox box, PixelBox other) =>
        other.X + other.Width / 2 is var x && other.Y + other.Height / 2 is var y && x >= box.X && x < box.X + box.Width && y >= box.Y && y < box.Y + box.Height;

    /// <summary>Of the ink that was found and the ink that is there, within a box.</summary>
    private static double Dice(InkImage found, float[] truth, PixelBox box)
    {
        var (both, all) = (0, 0);
        for (var y = Math.Max(0, box.Y); y < Math.Min(found.Height, box.Y + box.Height); y++)
        {
            for (var x = Math.Max(0, box.X); x < Math.Min(found.Width, box.X + box.Width); x++)
            {
                var (isFound, isThere) = (found.Row(y)[x] >= Least, truth[y * found.Width + x] >= Least);
                (both, all) = (both + (isFound && isThere ? 1 : 0), all + (isFound ? 1 : 0) + (isThere ? 1 : 0));
            }
        }

        return all == 0 ? 0 : 2.0 * both / all;
    }
}
