using MnistModel;
using MnistTrainer.Data;

namespace MnistTrainer.Training;

/// <summary>How far confidence can be believed: of the answers that are given with 90 %, nine in ten should be right.</summary>
/// <param name="Bins">Of equal width, together 0 to 1.</param>
public sealed record Calibration(IReadOnlyList<ReliabilityBin> Bins)
{
    /// <summary>Number of bins: 15 (Guo et al., On calibration of modern neural networks, 2017).</summary>
    public const int BinCount = 15;

    /// <summary>Expected calibration error, 0 to 1: how far confidence and accuracy are apart in a bin, in the mean over all answers.</summary>
    public double Error => Bins.Sum(bin => bin.Count * Math.Abs(bin.Confidence - bin.Accuracy)) / Bins.Sum(bin => bin.Count);

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
public readonly record struct ReliabilityBin(int Count, double Confidence, double Accuracy);
