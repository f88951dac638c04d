using MnistTrainer.Evaluation;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

public class HeldBackReportTests
{
    [Fact]
    public void The_interval_is_that_of_a_ratio_with_the_writers_drawn_by_chance()
    {
        // by hand: 15 of 20 are right; each writer is 2.5 images away from that; √(2 × 2.5² × 2 / 1) = 5
        var (accuracy, halfWidth) = HeldBackReport.OfWriters([(5, 10), (10, 10)]);

        Assert.Equal(0.75, accuracy, 12);
        Assert.Equal(1.96 * 5 / 20, halfWidth, 12);

        // 37 of 40; the writers are 0.25, 0.5 and 0.75 images away
        (accuracy, halfWidth) = HeldBackReport.OfWriters([(9, 10), (18, 20), (10, 10)]);

        Assert.Equal(0.925, accuracy, 12);
        Assert.Equal(1.96 * Math.Sqrt((0.0625 + 0.25 + 0.5625) * 3 / 2) / 40, halfWidth, 12);
    }

    [Fact]
    public void Writers_who_are_read_alike_leave_no_doubt() => Assert.Equal((0.9, 0.0), HeldBackReport.OfWriters([(9, 10), (18, 20), (27, 30)]));

    [Fact]
    public void The_thresholds_of_a_fold_are_those_of_the_other_folds_answers()
    {
        // the truth has 0.2 in the one fold and 0.9 in the other, being a digit 0.3 and 0.8
        var folds = new[] { Fold(1, Answers("doubtful", ofTruth: 0.2f, isDigit: 0.3f)), Fold(2, Answers("sure", ofTruth: 0.9f, isDigit: 0.8f)) };

        var report = HeldBackReport.Of(folds);

        // a threshold of its own answers would let every one of the doubtful pass, and let their candidates hold the truth
        Assert.Contains("| doubtful | 200 | 0.00 % | 0.00 % | 0.00 % | 1.000 | 10 | 100.00 % |\n", report, StringComparison.Ordinal);
        Assert.Contains("| sure | 200 | 100.00 % | 100.00 % | 100.00 % | 1.000 | 10 | 0.00 % |\n", report, StringComparison.Ordinal);
        Assert.Contains("| all strokes | 400 | 50.00 % | 50.00 % | 50.00 % | 1.000 | 20 | 50.00 % |\n", report, StringComparison.Ordinal);
        Assert.Contains("| crossed seven | 400 | ", report, StringComparison.Ordinal);
        Assert.Contains("(20 writers)", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strokes_and_writers_there_is_nothing_to_say() => Assert.Empty(HeldBackReport.Of(
        [.. new[] { 1, 2 }.Select(fold => Fold(fold, [new HeldBackAnswer("7", HeldBackAnswer.Mnist, null, null, Probabilities(0.9f), 1)]))]));

    private static CrossValidation.FoldResult Fold(int fold, IEnumerable<HeldBackAnswer> answers) =>
        new(1, fold, new EpochResult(1, 0, 1, 0, 0.9, double.NaN, 0.01, 1), [.. answers]);

    /// <summary>200 drawn sevens, ten letters and ten of MNIST's sevens.</summary>
    private static IEnumerable<HeldBackAnswer> Answers(string site, float ofTruth, float isDigit)
    {
        var seven = new HeldBackAnswer("7", site, "writer", "crossed seven", Probabilities(ofTruth), isDigit);
        return
        [
            .. Enumerable.Repeat(seven, 200), .. Enumerable.Repeat(seven with { Text = "K", Style = null }, 10),
            .. Enumerable.Range(0, 10).Select(n => seven with { Source = HeldBackAnswer.Mnist, Writer = $"{site} {n}", Style = null }),
        ];
    }

    /// <summary>A seven's probability; the rest is that of a 1.</summary>
    private static float[] Probabilities(float ofTruth) => [0, 1 - ofTruth, 0, 0, 0, 0, 0, ofTruth, 0, 0];
}
