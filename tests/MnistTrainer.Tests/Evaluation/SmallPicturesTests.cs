using MnistReader;
using MnistReader.Framing;
using SkiaSharp;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

/// <summary>MNIST's test images as small pictures, and cropped to their ink: read as well as the same digits enlarged, with a margin.</summary>
public class SmallPicturesTests
{
    private const int Count = 100;

    private static readonly Lazy<DigitReader> Reader = new(() => DigitReader.Load(Repository.ServedModel));

    private static readonly Lazy<int> Enlarged = new(() => CountRight(280, isCropped: false, isInkDark: true, SKEncodedImageFormat.Png));

    public static TheoryData<int, bool, bool, SKEncodedImageFormat> Kinds => [.. from side in new[] { 16, 20, 28, 200 }
                                                                                 from isCropped in new[] { false, true }
                                                                                 from isInkDark in new[] { false, true }
                                                                                 from format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg }
                                                                                 select (side, isCropped, isInkDark, format)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Small_pictures_and_tight_crops_are_read_as_well_as_the_same_digits_enlarged(int side, bool isCropped, bool isInkDark,
        SKEncodedImageFormat format) =>
        Assert.InRange(CountRight(side, isCropped, isInkDark, format), Enlarged.Value - 2, Count);

    private static int CountRight(int side, bool isCropped, bool isInkDark, SKEncodedImageFormat format)
    {
        var (test, reader) = (RealMnist.Test, Reader.Value);
        return Enumerable.Range(0, Count)
            .Count(index => reader.Read(Encode(test[index], side, isCropped, isInkDark, format))?.Digit == test.Labels.Span[index]);
    }

    private static byte[] Encode(DigitImage digit, int side, bool isCropped, bool isInkDark, SKEncodedImageFormat format)
    {
        var grey = new SKImageInfo(DigitImage.Side, DigitImage.Side, SKColorType.Gray8, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(grey, digit.Pixels.ToArray().Select(ink => (byte)(isInkDark ? 255 - ink : ink)).ToArray());
        var part = isCropped ? InkBox(digit) : SKRect.Create(0, 0, DigitImage.Side, DigitImage.Side);
        var scale = side / Math.Max(part.Width, part.Height);
        using var picture = new SKBitmap(grey.WithSize((int)Math.Round(part.Width * scale), (int)Math.Round(part.Height * scale)));
        using var canvas = new SKCanvas(picture);
        canvas.DrawImage(image, part, SKRect.Create(picture.Width, picture.Height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        canvas.Flush();
        using var encoded = picture.Encode(format, 90);
        return encoded.ToArray();
    }

    private static SKRect InkBox(DigitImage digit)
    {
        var box = SKRect.Empty;
        for (var i = 0; i < DigitImage.PixelCount; i++)
        {
            if (digit.Pixels[i] > 0)
                box.Union(SKRect.Create(i % DigitImage.Side, i / DigitImage.Side, 1, 1));
        }

        return box;
    }
}
