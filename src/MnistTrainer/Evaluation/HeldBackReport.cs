using System.Globalization;
using System.Text;
using MnistReader.Inference;
using MnistTrainer.Datasets;

namespace MnistTrainer.Evaluation;

/// <summary>
/// The answers of all folds together. What is rejected and what is a candidate depends on thresholds; those for a fold are fitted on the other folds' answers,
/// so that nothing is measured by a threshold that it took part in choosing.
/// </summary>
internal static class HeldBackReport
{
    /// <summary>Of all strokes together.</summary>
    public const string AllStrokes = "all strokes";

    /// <summary>Tables in Markdown: by source, by style, by digit.</summary>
    /// <param name="folds">Of one cross-validation; thresholds need two or more.</param>
    public static string Of(IReadOnlyList<CrossValidation.FoldResult> folds)
    {
        var answers = Decided(folds);
        var text = new StringBuilder();
        var mnist = answers.Select(row => row.Answer).Where(answer => answer.Source == HeldBackAnswer.Mnist).ToList();
        if (mnist.All(answer => answer.Writer is not null))
        {
            var writers = mnist.GroupBy(answer => answer.Writer).Select(writer => (writer.Count(answer => answer.IsRight), writer.Count())).ToList();
            var (accuracy, halfWidth) = OfWriters(writers);
            text.Append(CultureInfo.InvariantCulture,
                $"MNIST with the writer as the unit: {accuracy:P3}, 95 % confidence interval ± {halfWidth:P3} ({writers.Count:N0} writers)\n");
        }

        if (mnist.Count == answers.Count)
            return text.ToString();

        text.Append("\n| held back | digits | read right | taken for digits | candidates hold the truth | candidates | other signs | rejected |\n")
            .Append("|---|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (var row in Figures(answers))
        {
            var signs = row.Rejected is { } rejected ? string.Create(CultureInfo.InvariantCulture, $"{row.Signs:N0} | {rejected:P2}") : " | ";
            text.Append(CultureInfo.InvariantCulture, $"| {row.Of} | {row.Digits:N0} | {row.Right:P2} | {row.Accepted:P2} |")
                .Append(CultureInfo.InvariantCulture, $" {row.Covered:P2} | {row.Candidates:F3} | {signs} |\n");
        }

        return text.ToString();
    }

    /// <summary>The answers of all folds, each with thresholds that were fitted on the other folds.</summary>
    /// <param name="folds">Two or more, of one cross-validation.</param>
    public static IReadOnlyList<(HeldBackAnswer Answer, Thresholds Thresholds)> Decided(IReadOnlyList<CrossValidation.FoldResult> folds) =>
    [
        .. folds.SelectMany(fold =>
        {
            var thresholds = Thresholds.Fit(folds.Where(other => other != fold).SelectMany(other => other.Answers));
            return fold.Answers.Select(answer => (answer, thresholds));
        }),
    ];

    /// <summary>Figures of MNIST, of each site of the strokes, of all strokes, of their styles and digits.</summary>
    /// <param name="answers">Each with the thresholds that decide it.</param>
    public static IEnumerable<HeldBackFigures> Figures(IReadOnlyCollection<(HeldBackAnswer Answer, Thresholds Thresholds)> answers)
    {
        var strokes = answers.Where(row => row.Answer.Source != HeldBackAnswer.Mnist).ToList();
        var digits = strokes.Where(row => row.Answer.Label != DigitSet.NonDigit).ToList();
        return
        [
            .. By(answers, answer => answer.Kind == HeldBackAnswer.UciWriters ? answer.Kind : answer.Source),
            .. By(strokes, _ => AllStrokes),
            .. By(digits.Where(row => row.Answer.Style is not null), answer => answer.Style!),
            .. By(digits, answer => $"all {answer.Text}"),
        ];

        static IEnumerable<HeldBackFigures> By(IEnumerable<(HeldBackAnswer Answer, Thresholds Thresholds)> rows, Func<HeldBackAnswer, string> kind) =>
            rows.GroupBy(row => kind(row.Answer)).Where(group => group.Any(row => row.Answer.Label != DigitSet.NonDigit))
                .OrderBy(group => group.Key == group.First().Answer.Style ? group.First().Answer.Label : 0).ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => Of(group.Key, [.. group]));
    }

    private static HeldBackFigures Of(string name, IReadOnlyList<(HeldBackAnswer Answer, Thresholds Thresholds)> rows)
    {
        var kinds = rows.ToLookup(row => row.Answer.Label != DigitSet.NonDigit);
        var (digits, signs) = (kinds[true].ToList(), kinds[false].ToList());
        var candidates = digits.ConvertAll(row => row.Answer.Candidates(row.Thresholds.Candidates ?? 1));
        return new HeldBackFigures(name, digits.Count,
            Share(digits, row => row.Answer.IsRight),
            Share(digits, row => row.Answer.DigitProbability >= row.Thresholds.Rejection),
            Math.Round(digits.Zip(candidates, (row, named) => named.Contains(row.Answer.Label) ? 1.0 : 0).Average(), 5),
            Math.Round(candidates.Average(named => named.Count), 5),
            signs.Count,
            signs.Count == 0 ? null : Share(signs, row => row.Answer.DigitProbability < row.Thresholds.Rejection));

        static double Share(List<(HeldBackAnswer Answer, Thresholds Thresholds)> rows, Predicate<(HeldBackAnswer Answer, Thresholds Thresholds)> holds) =>
            Math.Round((double)rows.Count(row => holds(row)) / rows.Count, 5);
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
}
