using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistReader;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Reports;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary><c>evaluate</c>: a model file on the 10,000 test images, on pen strokes, and on what is no digit.</summary>
internal static class EvaluateCommand
{
    private const int NonDigitsPerSource = 2_000;

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
        var (pictures, labelled) = (new PictureOptions(), new LabelledOptions());
        var command = new Command("evaluate",
            "Measures a model file on MNIST's 10,000 test images, on pen strokes and on what is no digit, with the classifier that the service uses; " +
            "or on pictures such as people send, made ones or your own.\n\n" +
            "Example: MnistTrainer evaluate --model models/mnist.onnx --strokes data/pendigits\n" +
            "Example: MnistTrainer evaluate --labelled scans/digits --labelled scans/amounts")
        {
            model, data, strokes, fashion, fonts, pictures.Pictures, pictures.Count, pictures.Seed, pictures.Tuning, pictures.Samples, labelled.Folders,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(pictures.Pictures) && result.GetValue(labelled.Folders) is { Length: > 0 })
                result.AddError("--pictures and --labelled don't go together.");
        });
        command.SetAction(parsed =>
        {
            using var reader = DigitReader.Load(parsed.GetValue(model)!);
            if (parsed.GetValue(labelled.Folders) is { Length: > 0 } folders)
            {
                LabelledOptions.Evaluate(folders, reader, parsed.GetValue(pictures.Samples), cancellation);
                return;
            }

            var classifier = reader.Classifier;
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(folder, cancellation);
            if (parsed.GetValue(pictures.Pictures))
            {
                string[] signs = parsed.GetValue(strokes) is { Length: > 0 } given ? given : [Path.Combine("data", "pendigits")];
                pictures.Evaluate(parsed, reader, folder, StrokeSet.Load(signs), cancellation);
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
                .. classifier.Card.RejectionThreshold is null
                    ? Array.Empty<ResultRow>()
                    : [StrokeResults.Answered("MNIST test", predictions, test.Labels.Span)],
                new("MNIST test: calibration error", Percent(calibration.Error),
                    Text($"{Calibration.BinCount} bins, temperature {classifier.Card.Temperature:F3}")),
                .. StrokeResults.Of(classifier, parsed.GetValue(strokes)!, cancellation),
                .. classifier.Card.RejectionThreshold is null ? [] : Rejection(classifier, parsed.GetValue(fashion)!, parsed.GetValue(fonts)!, cancellation),
                Inference(classifier, test, cancellation),
            ];
            ConsoleReport.Results(rows);
        });
        return command;
    }

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
        for (var i = 0; i < 1_000; i++) // until code is compiled and caches are warm
            classifier.Classify(digits[i]);

        var microseconds = new List<double>();
        for (var index = 0; index < digits.Count; index++)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            classifier.Classify(digits[index]);
            microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
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
