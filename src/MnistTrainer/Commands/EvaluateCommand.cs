using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using MnistReader;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Reports;
using MnistTrainer.Synthesis.Strokes;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary><c>evaluate</c>: a model file on the 10,000 test images, on pen strokes, and on what is no digit.</summary>
internal static class EvaluateCommand
{
    private const int NonDigitsPerSource = 2_000;

    // as shares: of the digit's longer side, and of the canvas
    private static readonly double[] PenWidths = [0.04, 0.07, 0.1, 0.13, 0.16, 0.2];
    private static readonly double[] Sizes = [0.25, 0.5, 0.75, 0.95];

    public static Command Create(CancellationToken cancellation)
    {
        var (data, strokes) = (SharedOptions.Data(), SharedOptions.Strokes());
        strokes.Description = "Also read pen strokes from this folder (UCI's pen digits or UniPen, as for train): " +
            "those of the sites that the model has not learned from, if there are any; letters and other signs, to be rejected; " +
            "and UCI's test part, whose writers nothing learns from, where the folder has it. May be given several times.";
        var model = SharedOptions.Model();
        var fashion = new Option<string>("--fashion")
        {
            Description = "Folder of Fashion-MNIST, to be rejected.",
            HelpName = "DIR",
            DefaultValueFactory = _ => OutOfDistribution.FashionFolder,
        };
        var fonts = new Option<string>("--fonts")
        {
            Description = "Folder of fonts whose letters are to be rejected.",
            HelpName = "DIR",
            DefaultValueFactory = _ => OutOfDistribution.FontsFolder,
        };
        var pictures = new PictureOptions();
        var command = new Command("evaluate",
            "Measures a model file on MNIST's 10,000 test images, on pen strokes and on what is no digit, with the classifier that the service uses; " +
            "or on pictures such as people send.\n\n" +
            "Example: MnistTrainer evaluate --model models/mnist.onnx --strokes data/pendigits")
        {
            model, data, strokes, fashion, fonts, pictures.Pictures, pictures.Count, pictures.Seed, pictures.Tuning, pictures.Samples,
        };
        command.SetAction(parsed =>
        {
            using var reader = DigitReader.Load(parsed.GetValue(model)!);
            var classifier = reader.Classifier;
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(folder, cancellation);
            if (parsed.GetValue(pictures.Pictures))
            {
                string[] folders = parsed.GetValue(strokes) is { Length: > 0 } given ? given : [Path.Combine("data", "pendigits")];
                pictures.Evaluate(parsed, reader, folder, StrokeSet.Load(folders), cancellation);
                return;
            }

            var test = MnistDataset.LoadTest(folder);
            var predictions = Evaluator.Predict(classifier, test, cancellation);
            var (metrics, calibration) = (Evaluator.Measure(predictions, test), Calibration.Measure(predictions, test));
            ConsoleReport.Model(classifier.Card);
            ConsoleReport.Metrics(metrics, calibration, test.Count);

            List<ResultRow> rows =
            [
                new("MNIST test: read right", Percent(metrics.MicroAccuracy), Text($"{Errors(predictions, test)} errors in {test.Count:N0}")),
                .. classifier.Card.RejectionThreshold is null ? Array.Empty<ResultRow>() : [Answered("MNIST test", predictions, test.Labels.Span)],
                new("MNIST test: calibration error", Percent(calibration.Error),
                    Text($"{Calibration.BinCount} bins, temperature {classifier.Card.Temperature:F3}")),
                .. Strokes(classifier, parsed.GetValue(strokes)!, cancellation),
                .. classifier.Card.RejectionThreshold is null ? [] : Rejection(classifier, parsed.GetValue(fashion)!, parsed.GetValue(fonts)!, cancellation),
                Inference(classifier, test, cancellation),
            ];
            ConsoleReport.Results(rows);
        });
        return command;
    }

    /// <summary>The pen strokes of folders, each source by itself.</summary>
    private static IEnumerable<ResultRow> Strokes(DigitClassifier classifier, string[] folders, CancellationToken cancellation)
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
            if (PenDigits.LoadParts(folder).Test is { Count: > 0 } test)
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
        yield return new($"{kind}: letters and signs rejected, by site",
            string.Join(" / ", rejected.OrderBy(site => site.Key, StringComparer.Ordinal).Select(site => $"{site.Key} {Percent(site.Average())}")), "");
    }

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
        var readings = all.Select((answer, index) => (Answer: answer, Truth: labels[index], Style: styles[index % digits.Count])).ToList();
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
    private static ResultRow Answered(string kind, IReadOnlyList<Prediction> predictions, ReadOnlySpan<byte> labels)
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

    private static IEnumerable<ResultRow> Rejection(DigitClassifier classifier, string fashionFolder, string fontsFolder, CancellationToken cancellation)
    {
        var (found, missing) = OutOfDistribution.Load(fashionFolder, fontsFolder, NonDigitsPerSource, seed: 1);
        var rates = new List<double>();
        foreach (var (source, images) in found)
        {
            rates.Add(Evaluator.Predict(classifier, images, cancellation).Average(prediction => prediction.IsDigit ? 0.0 : 1));
            yield return new($"no digits: {source} rejected", Percent(rates[^1]), Text($"of {images.Count:N0}"));
        }

        yield return new("no digits: all rejected", Percent(rates.Average()), $"mean of {string.Join(", ", found.Select(kind => kind.Source))}");
        foreach (var reason in missing)
            yield return new("no digits: skipped", "", reason);
    }

    private static ResultRow Inference(DigitClassifier classifier, DigitSet digits, CancellationToken cancellation)
    {
        var microseconds = new List<double>();
        for (var round = 0; round < 2; round++) // the first one compiles code and warms caches
        {
            microseconds.Clear();
            for (var index = 0; index < digits.Count; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var start = Stopwatch.GetTimestamp();
                classifier.Classify(digits[index]);
                microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        microseconds.Sort();
        var (median, slow) = (microseconds[microseconds.Count / 2], microseconds[microseconds.Count * 99 / 100]);
        return new("inference", Text($"{median:F0} µs"), Text($"median of one image at a time on one thread; 99 % within {slow:F0} µs"));
    }

    private static int Errors(IReadOnlyList<Prediction> predictions, DigitSet digits) =>
        predictions.Where((prediction, index) => prediction.Digit != digits.Labels.Span[index]).Count();

    private static string Percent(double share) => Text($"{100 * share:F2} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
