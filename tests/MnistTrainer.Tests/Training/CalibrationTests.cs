using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class CalibrationTests
{
    private static readonly DigitSet Digits = GeneratedDigits.Create(500, seed: 1);

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

    [Theory]
    [InlineData(0.25)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void The_fitted_temperature_undoes_what_the_logits_were_scaled_by(double scale)
    {
        using var plain = Untrained(scale: 1);
        using var scaled = Untrained(scale);
        var best = Fit(plain, Answered(plain));

        Assert.InRange(best, 0.75, 1.33); // the labels, 500, were drawn from its own probabilities
        Assert.Equal(best * scale, Fit(scaled, Answered(plain)), 2e-3);
    }

    [Fact]
    public void The_fitted_temperature_lowers_the_log_loss()
    {
        using var network = Untrained(scale: 3);
        var digits = Answered(network, temperature: 3);

        var temperature = Fit(network, digits);

        Assert.True(LogLoss(temperature) < LogLoss(1) - 0.1, $"{LogLoss(temperature)} with {temperature}, {LogLoss(1)} without.");
        Assert.True(LogLoss(temperature) <= Math.Min(LogLoss(temperature * 0.95), LogLoss(temperature * 1.05)));

        double LogLoss(double at) => Evaluator.Measure(Evaluator.Predict(network, digits, at), digits).LogLoss;
    }

    [Theory]
    [InlineData(true, 0.05)]
    [InlineData(false, 5)]
    public void The_temperature_stays_within_its_range_where_every_answer_is_right_or_wrong(bool right, double temperature)
    {
        using var network = Untrained(scale: 0.2);
        var labels = Evaluator.Predict(network, Digits).Select(prediction => (byte)(right ? prediction.Digit : 9 - prediction.Digit)).ToArray();

        Assert.Equal(temperature, Fit(network, Digits with { Labels = labels }), 1e-3);
    }

    [Fact]
    public void The_candidates_hold_the_true_digit_for_99_in_100_digits_like_those_of_the_fit()
    {
        const int fits = 200, asked = 500;
        var random = new Random(1);

        var covered = Enumerable.Range(0, fits).Select(_ =>
        {
            var threshold = Calibration.CandidateThreshold(Draw(500));
            return Draw(asked).Count(ofTruth => ofTruth >= threshold);
        }).Sum();

        // one fit's coverage has a standard deviation of 0.44 %, their mean one of 0.03 %
        Assert.InRange((double)covered / (fits * asked), Calibration.CandidateCoverage - 0.0015, Calibration.CandidateCoverage + 0.0015);

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)Math.Sqrt(random.NextDouble()))];
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(98, 0)] // one more digit could be the hundredth part that is missed: every digit is a candidate
    [InlineData(99, 1)]
    [InlineData(100, 1)]
    [InlineData(198, 1)]
    [InlineData(199, 2)]
    public void The_candidate_threshold_is_the_least_probability_that_need_not_be_missed(int digits, int rank)
    {
        var ofTruth = Enumerable.Range(1, digits).Reverse().Select(n => n / 1_024f).ToList();

        Assert.Equal(rank / 1_024.0, Calibration.CandidateThreshold(ofTruth));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.125, 1)]
    [InlineData(0.25, 2)]
    [InlineData(0.5, 3)]
    [InlineData(0.99, 4)]
    public void A_low_quantile_has_the_share_of_the_values_below_it(double share, double quantile) =>
        Assert.Equal(quantile, Calibration.LowQuantile([3, 1, 4, 2], share));

    private static (int, double, double) Rounded(ReliabilityBin bin) => (bin.Count, Math.Round(bin.Confidence, 6), Math.Round(bin.Accuracy, 6));

    /// <summary>All images are sevens; who is wrong answers 1.</summary>
    private static Calibration Measure(params (float Confidence, bool Right)[] answers) => Calibration.Measure(
        [.. answers.Select(answer => new Prediction(answer.Right ? 7 : 1, answer.Confidence, [], 1, true))],
        new DigitSet(new byte[answers.Length * DigitImage.PixelCount], Enumerable.Repeat((byte)7, answers.Length).ToArray()));

    private static double Fit(Sequential network, DigitSet validation)
    {
        using var logits = Evaluator.Logits(network, validation);
        return Calibration.FitTemperature(logits, validation);
    }

    /// <summary>A small network whose logits differ by a few units times the scale.</summary>
    private static Sequential Untrained(double scale, int classes = 10)
    {
        manual_seed(1);
        var network = nn.Sequential(nn.Flatten(), nn.Linear(DigitImage.PixelCount, classes));
        using var _ = no_grad();
        foreach (var parameter in network.parameters())
            parameter.mul_(5 * scale);
        return network;
    }

    /// <summary>The digits with labels as often right as the network at a temperature thinks.</summary>
    private static DigitSet Answered(Sequential network, double temperature = 1)
    {
        var random = new Random(1);
        return Digits with { Labels = Evaluator.Predict(network, Digits, temperature).Select(prediction => Draw(prediction.Probabilities)).ToArray() };

        byte Draw(IReadOnlyList<float> probabilities)
        {
            var rest = random.NextDouble();
            for (byte digit = 0; digit < 9; digit++)
            {
                if ((rest -= probabilities[digit]) < 0)
                    return digit;
            }

            return 9;
        }
    }
}
