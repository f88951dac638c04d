using MnistTrainer.Evaluation;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

public class ThresholdsTests
{
    [Fact]
    public void The_threshold_of_rejection_lets_99_percent_of_every_kind_pass_and_hardly_more_of_the_hardest()
    {
        var random = new Random(1);
        List<HeldBackAnswer> answers =
        [
            .. Enumerable.Range(0, 1_000).Select(_ => Answer(HeldBackAnswer.Mnist, isDigit: 0.5 + random.NextDouble() / 2)),
            .. Enumerable.Range(0, 2_000).Select(_ => Answer("ibm", isDigit: random.NextDouble())),
            .. Enumerable.Range(0, 500).Select(_ => Answer("7", isDigit: 0.2 + random.NextDouble() / 2)),
            .. Enumerable.Range(0, 500).Select(_ => Answer("ibm", isDigit: 0, text: "A")), // no digit has a say
        ];

        var threshold = Thresholds.Fit(answers).Rejection;

        var shares = answers.Where(answer => answer.Text == "3").GroupBy(answer => answer.Kind)
            .Select(kind => kind.Average(answer => answer.DigitProbability >= threshold ? 1.0 : 0)).ToList();
        Assert.Equal(3, shares.Count);
        Assert.All(shares, share => Assert.InRange(share, 0.99, 1));
        Assert.InRange(shares.Min(), 0.99, 0.99 + 1.0 / 2_000);
    }

    [Fact]
    public void The_candidates_threshold_is_that_of_the_hardest_kind_of_strokes_and_MNIST_has_no_say()
    {
        var ofMnist = Enumerable.Range(0, 300).Select(_ => Answer(HeldBackAnswer.Mnist, ofTruth: 0));
        var ofUci = Enumerable.Range(1, 300).Select(n => Answer("7", ofTruth: 0.5 + n / 1_000.0));
        var ofUniPen = Enumerable.Range(1, 300).Select(n => Answer("ibm", ofTruth: n / 1_000.0));

        Assert.Equal(0.003, Thresholds.Fit([.. ofMnist, .. ofUci, .. ofUniPen]).Candidates!.Value, 5); // 3 of 301 are 1 %
        Assert.Equal(0.503, Thresholds.Fit([.. ofMnist, .. ofUci]).Candidates!.Value, 5);
        Assert.Null(Thresholds.Fit(ofMnist).Candidates);
    }

    private static HeldBackAnswer Answer(string source, double isDigit = 1, double ofTruth = 1, string text = "3")
    {
        var probabilities = new float[10];
        (probabilities[3], probabilities[5]) = ((float)ofTruth, 1 - (float)ofTruth);
        return new HeldBackAnswer(text, source, Writer: null, Style: null, probabilities, (float)isDigit);
    }
}
