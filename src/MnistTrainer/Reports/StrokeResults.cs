using System.Globalization;
using System.Runtime.InteropServices;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Synthesis.Strokes;
using MnistTrainer.Training;

namespace MnistTrainer.Reports;

/// <summary>How a model file reads pen strokes, as rows of results.</summary>
internal static class StrokeResults
{
    /// <summary>Sites that are told one by one; UCI's writers are more.</summary>
    private const int MostSites = 12;

    // as shares: of the digit's longer side, and of the canvas
    private static readonly double[] PenWidths = [0.04, 0.07, 0.1, 0.13, 0.16, 0.2];
    private static readonly double[] Sizes = [0.25, 0.5, 0.75, 0.95];

    /// <summary>The pen strokes of folders, each source by itself, and UCI's test part where a folder has it.</summary>
    /// <param name="classifier">The loaded file.</param>
    /// <param name="folders">As for <see cref="StrokeSet.Load"/>.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static IEnumerable<ResultRow> Of(DigitClassifier classifier, string[] folders, CancellationToken cancellation)
    {
        foreach (var set in StrokeSet.Load(folders.Where(folder => !PenDigits.HasTestPartAlone(folder))))
        {
            var (unseen, who) = Unseen(set, classifier.Card);
            var digits = unseen.Where(sign => sign.Label != DigitSet.NonDigit).ToList();
            foreach (var row in Strokes(classifier, set.Name, digits, who, cancellation))
                yield return row;
            foreach (var row in Signs(classifier, set.Name, [.. unseen.Except(digits)], who, cancellation))
                yield return row;
        }

        foreach (var folder in folders)
        {
            if (PenDigits.LoadTest(folder) is { Count: > 0 } test)
            {
                foreach (var row in Strokes(classifier, "test strokes", test, "unseen: UCI's test part, which nothing learns from", cancellation))
                    yield return row;
            }
        }
    }

    /// <summary>Letters and other signs, each drawn once as on a canvas.</summary>
    private static IEnumerable<ResultRow> Signs(
        DigitClassifier classifier, string kind, IReadOnlyList<WrittenSign> signs, string who, CancellationToken cancellation)
    {
        if (signs.Count == 0 || classifier.Card.RejectionThreshold is null)
            yield break;

        var answers = Evaluator.Predict(classifier, PenDrawing.Draw(signs, TrainingData.PenWidth, TrainingData.Size, seed: 1), cancellation);
        var rejected = signs.Zip(answers, (sign, answer) => (sign.Site, answer.IsDigit)).ToLookup(sign => sign.Site, sign => sign.IsDigit ? 0.0 : 1);
        yield return new(
            $"{kind}: letters and signs rejected", Percent(answers.Average(answer => answer.IsDigit ? 0.0 : 1)), Text($"of {signs.Count:N0}; {who}"));
        yield return new($"{kind}: letters and signs rejected, by site", BySite(rejected), "");
    }

    private static string BySite(ILookup<string, double> shares) =>
        string.Join(" / ", shares.OrderBy(site => site.Key, StringComparer.Ordinal).Select(site => $"{site.Key} {Percent(site.Average())}"));

    /// <summary>Pen strokes at every width and size; each cell reads all digits once, each at a place of its own.</summary>
    private static IEnumerable<ResultRow> Strokes(
        DigitClassifier classifier, string kind, IReadOnlyList<WrittenSign> digits, string who, CancellationToken cancellation)
    {
        yield return new($"{kind}: whose", Text($"{digits.Select(digit => digit.Writer).Distinct().Count()} writers"), who);
        var styles = digits.Select(DigitStyle.Of).ToList();

        var (right, count) = (new int[DigitClassifier.Digits], new int[DigitClassifier.Digits]);
        var (all, labels, least) = (new List<Prediction>(), new List<byte>(), 1.0);
        foreach (var width in PenWidths)
        {
            var cells = new List<double>();
            foreach (var size in Sizes)
            {
                var drawn = PenDrawing.Draw(digits, (width, width), (size, size), seed: 1);
                var predictions = Evaluator.Predict(classifier, drawn, cancellation);
                foreach (var (index, prediction) in predictions.Index())
                {
                    var label = drawn.Labels.Span[index];
                    count[label]++;
                    right[label] += prediction.Digit == label ? 1 : 0;
                }

                all.AddRange(predictions);
                labels.AddRange(drawn.Labels.Span);

                cells.Add(1 - (double)Errors(predictions, drawn) / drawn.Count);
            }

            least = Math.Min(least, cells.Min());
            yield return new(Text($"{kind}: pen {100 * width:F0} % wide"), string.Join(" / ", cells.Select(Percent)),
                Text($"{string.Join(" / ", Sizes.Select(size => 100 * size))} % of the canvas, {digits.Count:N0} each"));
        }

        yield return new($"{kind}: all", Percent((double)right.Sum() / all.Count), $"least of a width and size {Percent(least)}");
        var (rate, worst) = right.Index().Where(some => count[some.Index] > 0).Select(some => ((double)some.Item / count[some.Index], some.Index)).Min();
        yield return new($"{kind}: hardest digit", Percent(rate), $"the {worst}");
        var readings = all.Select((answer, index) =>
            (Answer: answer, Truth: labels[index], Style: styles[index % digits.Count], digits[index % digits.Count].Site)).ToList();
        var sites = readings.ToLookup(reading => reading.Site, reading => reading.Answer.Digit == reading.Truth ? 1.0 : 0);
        if (sites.Count <= MostSites)
            yield return new($"{kind}: by site", BySite(sites), "");
        foreach (var style in readings.Where(reading => reading.Style is not null).GroupBy(reading => reading.Style!)
            .OrderBy(style => style.First().Truth).ThenBy(style => style.Key, StringComparer.Ordinal))
        {
            yield return new($"{kind}: {style.Key}", Percent(style.Average(reading => reading.Answer.Digit == reading.Truth ? 1.0 : 0)),
                Text($"{style.Count() / (PenWidths.Length * Sizes.Length):N0} digits, each at every width and size"));
        }

        var covered = readings.Average(reading => reading.Answer.Candidates.Contains(reading.Truth) ? 1.0 : 0);
        var candidates = readings.Average(reading => reading.Answer.Candidates.Count);
        if (classifier.Card.CandidateThreshold is not null)
            yield return new($"{kind}: candidates hold the truth", Percent(covered), Text($"{candidates:F3} candidates on average"));
        if (classifier.Card.RejectionThreshold is not null)
            yield return Answered(kind, all, CollectionsMarshal.AsSpan(labels));
    }

    /// <summary>What the service answers: a digit that the model rejects is not answered right.</summary>
    /// <param name="kind">Of the images.</param>
    /// <param name="predictions">One an image.</param>
    /// <param name="labels">One digit an image.</param>
    public static ResultRow Answered(string kind, IReadOnlyList<Prediction> predictions, ReadOnlySpan<byte> labels)
    {
        var (right, wrong) = (0, 0);
        foreach (var (index, prediction) in predictions.Index())
        {
            right += prediction.IsDigit && prediction.Digit == labels[index] ? 1 : 0;
            wrong += prediction.IsDigit && prediction.Digit != labels[index] ? 1 : 0;
        }

        return new($"{kind}: answered right", Percent((double)right / predictions.Count),
            Text($"{wrong:N0} answered wrongly, {predictions.Count - right - wrong:N0} rejected, of {predictions.Count:N0}"));
    }

    /// <summary>The signs of sites that a model has not learned from, by its card; all of them where there are none.</summary>
    private static (IReadOnlyList<WrittenSign> Signs, string Who) Unseen(StrokeSet set, ModelCard card) =>
        !card.DataSha256.ContainsKey(set.Name) ? (set.Signs, "unseen: none was learned from")
        : card.Training.ValidationImages == 0 ? (set.Signs, "seen: all were learned from")
        : (StrokeSet.HoldBack([set], card.Training.SplitSeed).Validation, "unseen: held back from training");

    private static int Errors(IReadOnlyList<Prediction> predictions, DigitSet digits) =>
        predictions.Where((prediction, index) => prediction.Digit != digits.Labels.Span[index]).Count();

    private static string Percent(double share) => Text($"{100 * share:F2} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
