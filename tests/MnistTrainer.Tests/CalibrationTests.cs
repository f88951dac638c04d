using MnistModel;
using MnistTrainer.Data;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests;

public class CalibrationTests
{
    [Fact]
    public void The_error_is_the_distance_of_confidence_and_accuracy_weighted_by_the_answers()
    {
        // bin 12 (0.8 to 0.867): 0.85 and 0.81, both right; bin 14 (above 0.933): 0.98 right, 0.94 wrong
        var calibration = Measure((0.85f, true), (0.98f, true), (0.94f, false), (0.81f, true));

        Assert.Equal(Calibration.BinCount, calibration.Bins.Count);
        Assert.Equal([12, 14], Enumerable.Range(0, 15).Where(bin => calibration.Bins[bin].Count > 0));
        Assert.Equal((2, 0.83, 1.0), Rounded(calibration.Bins[12]));
        Assert.Equal((2, 0.96, 0.5), Rounded(calibration.Bins[14]));
        Assert.Equal((2 * 0.17 + 2 * 0.46) / 4, calibration.Error, 6);
    }

    [Fact]
    public void Full_confidence_falls_into_the_last_bin_and_is_no_error_where_it_is_right()
    {
        var calibration = Measure((1, true), (1, true));

        Assert.Equal(new ReliabilityBin(2, 1, 1), calibration.Bins[14]);
        Assert.Equal(0, calibration.Error);
    }

    private static (int, double, double) Rounded(ReliabilityBin bin) => (bin.Count, Math.Round(bin.Confidence, 6), Math.Round(bin.Accuracy, 6));

    /// <summary>All images are sevens; who is wrong answers 1.</summary>
    private static Calibration Measure(params (float Confidence, bool Right)[] answers) => Calibration.Measure(
        [.. answers.Select(answer => new Prediction(answer.Right ? 7 : 1, answer.Confidence, [], 1, true))],
        new DigitSet(new byte[answers.Length * DigitImage.PixelCount], Enumerable.Repeat((byte)7, answers.Length).ToArray()));
}
