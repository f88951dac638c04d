using MnistReader.Framing;
using MnistReader.Inference;
using Xunit;

namespace MnistReader.Tests.Inference;

public class AnswerHistogramsTests
{
    [Fact]
    public void Images_are_counted_by_answer_confidence_ink_and_shorter_side()
    {
        var pixels = new byte[DigitImage.PixelCount];
        for (var y = 4; y < 24; y++)
            (pixels[y * DigitImage.Side + 13], pixels[y * DigitImage.Side + 14]) = (255, 255); // 2×20: 40 of 784 are ink
        var bar = new DigitImage(pixels);
        var one = Answer(digit: 1, confidence: 0.95f, isDigit: true);

        var counts = AnswerHistograms.Of([(bar, one), (bar, Answer(digit: 1, confidence: 0.2f, isDigit: false)), (DigitImage.Blank, one)]);

        Assert.Equal([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1], counts.Digits);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0], counts.Confidence);
        Assert.Equal([1, 2, 0, 0, 0, 0, 0, 0, 0], counts.Ink);
        Assert.Equal([3, 0, 0, 0, 0, 0, 0, 0, 0], counts.Size);
    }

    [Theory]
    [InlineData(50_000, 50_000, 0)]
    [InlineData(80_000, 20_000, 0.41589)] // 0.3 ln 1.6 − 0.3 ln 0.4
    [InlineData(20_000, 80_000, 0.41589)]
    public void The_stability_index_is_that_of_the_shares(long first, long second, double expected)
    {
        Assert.Equal(expected, AnswerHistograms.StabilityIndex([first, second], [5_000_000, 5_000_000]), 1e-4);
    }

    [Fact]
    public void A_bin_that_was_empty_counts_and_the_index_stays_finite()
    {
        Assert.InRange(AnswerHistograms.StabilityIndex([0, 1000], [1000, 0]), 5, 50);
    }

    private static Prediction Answer(int digit, float confidence, bool isDigit) => new(digit, confidence, new float[10], isDigit ? 1 : 0, isDigit);
}
