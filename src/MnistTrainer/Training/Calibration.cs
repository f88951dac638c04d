using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>How far confidence can be believed: of the answers that are given with 90 %, nine in ten should be right.</summary>
/// <param name="Bins">Of equal width, together 0 to 1.</param>
internal sealed record Calibration(IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Number of bins: 15 (Guo et al., On calibration of modern neural networks, 2017).</summary>
    public const int BinCount = 15;

    /// <summary>Share of unseen writers' digits whose candidates hold the true digit.</summary>
    public const double CandidateCoverage = 0.99;

    private const double LeastTemperature = 0.05, HighestTemperature = 5;

    /// <summary>Expected calibration error, 0 to 1: how far confidence and accuracy are apart in a bin, in the mean over all answers.</summary>
    public double Error => Bins.Sum(bin => bin.Count * Math.Abs(bin.Confidence - bin.Accuracy)) / Bins.Sum(bin => bin.Count);

    /// <summary>The temperature at which a network's probabilities fit best: that of the least cross-entropy (Guo et al., 2017).</summary>
    /// <param name="logits">(N, classes), of images that the network did not learn from.</param>
    /// <param name="validation">The images.</param>
    /// <returns>What to divide the digits' logits by, 0.05 to 5; below 1 it makes answers surer.</returns>
    public static double FitTemperature(Tensor logits, DigitSet validation)
    {
        using var scope = NewDisposeScope();
        var ofDigits = logits.narrow(1, 0, DigitClassifier.Digits).to(ScalarType.Float64); // the minimum is flat
        var labels = from_array(validation.Labels.ToArray()).to(ScalarType.Int64);
        var (low, high) = (LeastTemperature, HighestTemperature);
        while (high - low > 1e-4) // the loss is convex in 1 / temperature: it falls to its minimum and rises from there
        {
            var third = (high - low) / 3;
            if (Loss(low + third) < Loss(high - third))
                high -= third;
            else
                low += third;
        }

        return (low + high) / 2;

        double Loss(double temperature)
        {
            using var lossScope = NewDisposeScope();
            return nn.functional.cross_entropy(ofDigits.DividedBy(temperature), labels).Read<double>();
        }
    }

    /// <summary>The value that a share of the values is below.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="share">0 to below 1.</param>
    public static double LowQuantile(IEnumerable<float> values, double share)
    {
        var sorted = values.Order().ToList();
        return sorted[(int)Math.Floor(sorted.Count * share)];
    }

    /// <summary>
    /// The probability that a digit must reach to be a candidate, so that the candidates hold the true digit for 99 % of digits like these: split conformal
    /// prediction (V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World, 2005; A. Angelopoulos and S. Bates, Conformal Prediction: a
    /// Gentle Introduction, 2023).
    /// </summary>
    /// <param name="ofTruth">
    /// The probability of the true digit, for digits of writers from whom nothing was learned; 99 or more, so that one may be missed.
    /// </param>
    /// <returns>0 to 1; 0 where there are too few.</returns>
    public static double CandidateThreshold(IReadOnlyCollection<float> ofTruth)
    {
        var missed = (int)Math.Floor((ofTruth.Count + 1) * (1 - CandidateCoverage)); // the + 1 stands for the digit that will be asked about
        return missed == 0 ? 0 : ofTruth.Order().ElementAt(missed - 1);
    }

    /// <summary>Sorts answers into bins by their confidence; bin b holds those above b / 15 up to (b + 1) / 15.</summary>
    /// <param name="predictions">One prediction an image; at least one.</param>
    /// <param name="digits">The images that were predicted.</param>
    public static Calibration Measure(IReadOnlyList<Prediction> predictions, DigitSet digits)
    {
        var answers = predictions.Select((prediction, index) => (prediction.Confidence, Right: prediction.Digit == digits.Labels.Span[index]))
            .ToLookup(answer => Math.Clamp((int)Math.Ceiling(answer.Confidence * BinCount) - 1, 0, BinCount - 1));
        return new Calibration([.. Enumerable.Range(0, BinCount).Select(bin => answers[bin].ToList()).Select(bin => bin.Count == 0
            ? default
            : new ReliabilityBin(bin.Count, bin.Average(answer => answer.Confidence), bin.Average(answer => answer.Right ? 1.0 : 0)))]);
    }
}

/// <summary>Answers of about the same confidence.</summary>
/// <param name="Count">How many; the means are 0 where there are none.</param>
/// <param name="Confidence">Their mean confidence, 0 to 1.</param>
/// <param name="Accuracy">The share of them that is right, 0 to 1.</param>
internal readonly record struct ReliabilityBin(int Count, double Confidence, double Accuracy);
