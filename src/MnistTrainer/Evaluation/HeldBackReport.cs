using System.Globalization;
using System.Text;
using MnistTrainer.Datasets;
using MnistTrainer.Training;

namespace MnistTrainer.Evaluation;

/// <summary>
/// The answers of all folds together. What is rejected and what is a candidate depends on thresholds; those for a fold are fitted on the other folds' answers,
/// so that nothing is measured by a threshold that it took part in choosing.
/// </summary>
internal static class HeldBackReport
{
    /// <summary>Share of digits, MNIST's and drawn ones each, that the threshold of rejection lets pass here.</summary>
    private const double Accepted = 0.995;

    /// <summary>Tables in Markdown: by source, by style, by digit.</summary>
    /// <param name="folds">Of one cross-validation; thresholds need two or more.</param>
    public static string Of(IReadOnlyList<CrossValidation.FoldResult> folds)
    {
        var measured = folds.SelectMany(fold => Measure(fold, [.. folds.Where(other => other != fold).SelectMany(other => other.Answers)])).ToList();
        var digits = measured.Where(row => row.Answer.Label != DigitSet.NonDigit).ToList();
        var signs = measured.Where(row => row.Answer.Label == DigitSet.NonDigit).ToLookup(row => row.Answer.Source);
        var text = new StringBuilder();
        if (digits.All(row => row.Answer.Writer is not null))
        {
            var mnist = digits.Where(row => row.Answer.Source == HeldBackAnswer.Mnist).GroupBy(row => row.Answer.Writer).ToList();
            var (accuracy, halfWidth) = OfWriters([.. mnist.Select(writer => (writer.Count(row => row.Answer.IsRight), writer.Count()))]);
            text.Append(CultureInfo.InvariantCulture,
                $"MNIST with the writer as the unit: {100 * accuracy:F3} %, 95 % confidence interval ± {100 * halfWidth:F3} % ({mnist.Count:N0} writers)\n");
        }

        if (digits.All(row => row.Answer.Source == HeldBackAnswer.Mnist))
            return text.ToString();

        text.Append("\n| held back | digits | read right | taken for digits | candidates hold the truth | candidates | other signs | rejected |\n")
            .Append("|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var source in digits.GroupBy(row => char.IsAsciiDigit(row.Answer.Source[0]) ? "UCI's writers" : row.Answer.Source)
            .OrderBy(source => source.Key, StringComparer.Ordinal))
        {
            text.Append(Row(source.Key, [.. source])).Append(Signs([.. signs[source.Key]]));
        }

        var drawn = digits.Where(row => row.Answer.Source != HeldBackAnswer.Mnist).ToList();
        text.Append(Row("all strokes", drawn)).Append(Signs([.. signs.SelectMany(source => source)]));

        text.Append("\n| style | digits | read right | taken for digits | candidates hold the truth | candidates |\n|---|---:|---:|---:|---:|---:|\n");
        foreach (var style in drawn.Where(row => row.Answer.Style is not null).GroupBy(row => row.Answer.Style!)
            .OrderBy(style => style.First().Answer.Text, StringComparer.Ordinal).ThenBy(style => style.Key, StringComparer.Ordinal))
        {
            text.Append(Row(style.Key, [.. style])).Append('\n');
        }

        foreach (var digit in drawn.GroupBy(row => row.Answer.Text).OrderBy(digit => digit.Key, StringComparer.Ordinal))
            text.Append(Row($"all {digit.Key}", [.. digit])).Append('\n');
        return text.ToString();
    }

    /// <summary>
    /// Accuracy over all images, and half of its 95 % confidence interval where the writer is what is drawn by chance: images of one hand are right or wrong
    /// together (the variance of a ratio; Cochran, Sampling Techniques, 1977).
    /// </summary>
    /// <param name="writers">Images right and images in all, two writers or more.</param>
    public static (double Accuracy, double HalfWidth) OfWriters(IReadOnlyList<(int Right, int Count)> writers)
    {
        double count = writers.Sum(writer => writer.Count), accuracy = writers.Sum(writer => writer.Right) / count;
        var squares = writers.Sum(writer => Math.Pow(writer.Right - accuracy * writer.Count, 2));
        return (accuracy, 1.96 * Math.Sqrt(squares * writers.Count / (writers.Count - 1)) / count);
    }

    private static IEnumerable<Measured> Measure(CrossValidation.FoldResult fold, IReadOnlyList<HeldBackAnswer> others)
    {
        var digits = others.Where(answer => answer.Label != DigitSet.NonDigit).ToLookup(answer => answer.Source == HeldBackAnswer.Mnist);
        var rejection = digits.Min(kind => Calibration.LowQuantile(kind.Select(answer => answer.DigitProbability), 1 - Accepted));
        var candidate = Calibration.CandidateThreshold([.. digits[false].Select(answer => answer.OfTruth)]);
        return fold.Answers.Select(answer => new Measured(answer, answer.DigitProbability >= rejection, answer.Candidates(candidate)));
    }

    private static string Row(string name, IReadOnlyList<Measured> rows) => string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {rows.Count:N0} | {Percent(rows, row => row.Answer.IsRight)} | {Percent(rows, row => row.IsDigit)} | ")
        + string.Create(CultureInfo.InvariantCulture,
        $"{Percent(rows, row => row.Candidates.Contains(row.Answer.Label))} | {rows.Average(row => row.Candidates.Count):F3} |");

    private static string Signs(IReadOnlyList<Measured> rows) => rows.Count == 0 ? " | |\n"
        : string.Create(CultureInfo.InvariantCulture, $" {rows.Count:N0} | {Percent(rows, row => !row.IsDigit)} |\n");

    private static string Percent(IReadOnlyList<Measured> rows, Func<Measured, bool> holds) =>
        string.Create(CultureInfo.InvariantCulture, $"{100.0 * rows.Count(holds) / rows.Count:F2} %");

    private sealed record Measured(HeldBackAnswer Answer, bool IsDigit, IReadOnlyList<int> Candidates);
}
