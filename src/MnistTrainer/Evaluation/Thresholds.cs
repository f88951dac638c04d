using MnistTrainer.Datasets;
using MnistTrainer.Training;

namespace MnistTrainer.Evaluation;

/// <summary>What decides whether an answer is given, and which digits it names; fitted on answers to digits that were held back.</summary>
/// <param name="Rejection">Least probability of being a digit of what is taken for one.</param>
/// <param name="Candidates">Least probability of a digit that is named beside the most probable one; null where no strokes were held back.</param>
internal sealed record Thresholds(double Rejection, double? Candidates)
{
    /// <summary>Share of digits of each kind that <see cref="Rejection"/> lets pass.</summary>
    private const double Accepted = 0.99;

    /// <summary>The thresholds that hold for each kind of digits: MNIST's, UCI's writers', UniPen's sites'.</summary>
    /// <param name="answers">With MNIST's among them; other signs take no part.</param>
    public static Thresholds Fit(IEnumerable<HeldBackAnswer> answers)
    {
        var kinds = answers.Where(answer => answer.Label != DigitSet.NonDigit).GroupBy(answer => answer.Kind).ToList();
        return new Thresholds(
            kinds.Min(kind => Calibration.LowQuantile(kind.Select(answer => answer.DigitProbability), 1 - Accepted)),
            // images that are drawn for validation are of hands that were learned from
            kinds.Where(kind => kind.Key != HeldBackAnswer.Mnist)
                .Min(kind => (double?)Calibration.CandidateThreshold([.. kind.Select(answer => answer.OfTruth)])));
    }
}
