using System.CommandLine;
using System.Globalization;
using System.Text;
using MathNet.Numerics.Statistics;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Networks;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>crossvalidate</c>: estimates how well a recipe does, without touching the test images.</summary>
internal static class CrossValidateCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var recipe = SharedOptions.Recipe();
        var overrides = new RecipeOverrides();
        var folds = new Option<int>("--folds") { Description = "Parts that the 60,000 are cut into.", HelpName = "K", DefaultValueFactory = _ => 5 };
        var repeats = new Option<int>("--repeats") { Description = "How often, each time cut anew.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var byWriter = new Option<bool>("--by-writer")
        {
            Description = "Cut the 60,000 by who wrote them, so that nobody's hand is in two folds ('download --writers' brings who). " +
                "Strokes are cut by their sites in any case.",
        };
        var seed = SharedOptions.Seed();
        var threads = SharedOptions.Threads();
        var (data, strokes, ink) = (SharedOptions.Data(), SharedOptions.Strokes(), SharedOptions.Ink());
        var sharing = new WorkSharing();
        var output = new Option<string?>("--output")
        {
            Description = "Keeps each finished fold; a killed run goes on from there. [default: runs/crossvalidate-RECIPE]",
            HelpName = "DIR",
        };
        folds.Takes("2 to 100", k => k is >= 2 and <= 100);
        repeats.Takes("1 or more", n => n >= 1);

        var command = new Command("crossvalidate",
            "Estimates a recipe by stratified k-fold cross-validation of the 60,000 training images.\n\n" +
            "Example: MnistTrainer crossvalidate --recipe tutorial-baseline --folds 5\n" +
            "Example: MnistTrainer crossvalidate --recipe served --strokes data/pendigits --strokes data/unipen --folds 8 --by-writer")
        {
            recipe, overrides.Network, overrides.Epochs, overrides.Set, folds, repeats, byWriter, seed, threads,
            sharing.Jobs, sharing.Shard, sharing.AsJob, output, data, strokes, ink,
        };
        command.SetAction(parsed =>
        {
            LibTorch.Load();
            var name = Path.GetFileNameWithoutExtension(parsed.GetValue(recipe)!);
            var settings = new CrossValidation.Settings(
                overrides.LoadDigits(parsed, parsed.GetValue(recipe)!), parsed.GetValue(folds), parsed.GetValue(repeats), parsed.GetValue(seed),
                parsed.GetValue(threads), parsed.GetValue(byWriter));
            var folder = parsed.GetValue(output) ?? Path.Combine("runs", $"crossvalidate-{name}");
            var stop = sharing.OrOrphaned(parsed, cancellation);
            Run(name, settings, folder, MnistDataset.Folder(parsed.GetValue(data)), parsed.GetValue(strokes)!, parsed.GetValue(ink),
                parts => sharing.Do(parsed, settings.Threads, parts, stop), stop);
        });
        return command;
    }

    private static void Run(
        string name, CrossValidation.Settings settings, string folder, string dataFolder, string[] strokesFolders, string? inkFile,
        Func<IReadOnlyList<WorkPart>, bool> work, CancellationToken cancellation)
    {
        set_num_threads(settings.Threads);
        DownloadCommand.Fetch(dataFolder, cancellation);
        var writersFolder = NistWriters.Folder(dataFolder);
        using var ink = inkFile is null ? null : InkNetwork.Load(inkFile);
        var results = CrossValidation.Run(folder, settings, MnistDataset.LoadTraining(dataFolder),
            settings.ByWriter || NistWriters.AreIn(writersFolder) ? NistWriters.LoadTraining(writersFolder) : null,
            StrokeSet.Load(strokesFolders),
            (state, data) => TrainingView.Show(settings.Recipe.Epochs,
                (onBatch, onEpoch) => Trainer.Fit(state, data, onBatch, onEpoch, cancellation: cancellation)),
            work,
            ink is null ? null : new FoundDigits(ink, TrainingView.Finding(), cancellation));

        if (results is null)
            return;

        var table = Table(name, results, CrossValidation.Summarise(results));
        AtomicFile.Write(Path.Combine(folder, "crossvalidation.md"), Encoding.UTF8.GetBytes(table));
        Console.Write(table);
    }

    /// <summary>The results in Markdown.</summary>
    private static string Table(string name, IReadOnlyList<CrossValidation.FoldResult> folds, CrossValidation.Summary summary)
    {
        var drawn = !double.IsNaN(folds[0].Result.StrokeAccuracy);
        var text = new StringBuilder(
            $"| repeat | fold | training loss | training accuracy | validation loss | validation accuracy |{(drawn ? " strokes |" : "")}\n" +
            $"|---|---|---|---|---|---|{(drawn ? "---|" : "")}\n");
        foreach (var (repeat, fold, result, _) in folds)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {repeat} | {fold} | {result.TrainingLoss:F4} | {result.TrainingAccuracy:P3} |")
                .Append(CultureInfo.InvariantCulture, $" {result.ValidationLoss:F4} | {result.ValidationAccuracy:P3} |");
            if (drawn)
                text.Append(CultureInfo.InvariantCulture, $" {result.StrokeAccuracy:P2} |");
            text.Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture,
                $"\n{name}: validation accuracy {summary.Mean:P3} ± {summary.StandardDeviation:P3} (n = {folds.Count}), ")
            .Append(CultureInfo.InvariantCulture, $"95 % confidence interval of the mean ± {summary.HalfWidth:P3}\n");
        if (drawn)
        {
            var (mean, deviation) = folds.Select(fold => fold.Result.StrokeAccuracy).MeanStandardDeviation();
            text.Append(CultureInfo.InvariantCulture, $"strokes of unseen writers: {mean:P2} ± {deviation:P2}\n");
        }

        text.Append(HeldBackReport.Of(folds));

        return text.ToString();
    }
}
