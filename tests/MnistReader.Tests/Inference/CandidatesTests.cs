using MnistReader.Framing;
using MnistReader.Inference;
using Xunit;

namespace MnistReader.Tests.Inference;

/// <summary>Which digits an image may be.</summary>
public class CandidatesTests
{
    // of the digits 0 to 9; powers of two, so that a threshold can be met exactly
    private static readonly float[] OneOrSeven = [0, 0.375f, 0, 0.0625f, 0, 0, 0, 0.5f, 0, 0.0625f];

    [Theory]
    [InlineData(1, new[] { 7 })]
    [InlineData(0.5, new[] { 7 })]
    [InlineData(0.37500001, new[] { 7 })]
    [InlineData(0.375, new[] { 7, 1 })]
    [InlineData(0.07, new[] { 7, 1 })]
    [InlineData(0.0625, new[] { 7, 1, 3, 9 })]
    [InlineData(0, new[] { 7, 1, 3, 9, 0, 2, 4, 5, 6, 8 })]
    public void Are_the_digits_that_reach_the_threshold_most_probable_first(double threshold, int[] candidates)
    {
        var prediction = Prediction.From(OneOrSeven, candidateThreshold: threshold);

        Assert.Equal(candidates, prediction.Candidates);
        Assert.Equal(7, prediction.Digit);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(1)]
    [InlineData(2)]
    public void Are_always_at_least_the_most_probable_digit(double threshold) =>
        Assert.Equal([7], Prediction.From(OneOrSeven, candidateThreshold: threshold).Candidates);

    [Fact]
    public void Are_the_most_probable_digit_alone_where_no_threshold_is_given() => Assert.Equal([7], Prediction.From(OneOrSeven).Candidates);

    [Fact]
    public void Of_two_that_are_as_probable_the_answer_is_the_first()
    {
        var prediction = Prediction.From([0, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0.5f], candidateThreshold: 0.5);

        Assert.Equal([4, 9], prediction.Candidates);
        Assert.Equal(4, prediction.Digit);
    }

    [Fact]
    public void Are_shared_by_all_answers_that_have_but_one() =>
        Assert.Same(Prediction.From(OneOrSeven).Candidates, Prediction.From(OneOrSeven, candidateThreshold: 0.4).Candidates);

    [Theory]
    [InlineData(0.5, new[] { 7, 1 })]
    [InlineData(0.51, new int[0])]
    public void A_reading_has_none_where_the_model_rejects_it(double rejectionThreshold, int[] candidates)
    {
        var prediction = Prediction.From(OneOrSeven, 0.5f, rejectionThreshold, candidateThreshold: 0.25);

        Assert.Equal(candidates, new DigitReading(new DigitImage(new byte[DigitImage.PixelCount]), prediction).Candidates);
        Assert.Equal([7, 1], prediction.Candidates);
    }
}
