using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using static TorchSharp.torch;
using Strokes = (
    System.Collections.Generic.IReadOnlyList<MnistTrainer.Datasets.Strokes.WrittenSign> Training,
    System.Collections.Generic.IReadOnlyList<MnistTrainer.Datasets.Strokes.WrittenSign> Validation);

namespace MnistTrainer.Commands;

/// <summary><c>compare</c>: recipes and classical baselines side by side, on the same validation images.</summary>
internal static class CompareCommand
{
    /// <summary>All that recipes of one comparison share; the recipe and the training seed come on top.</summary>
    private sealed record Settings(
        int SplitSeed, int Validation, int Threads, bool Strokes = false,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? TrainImages = null);

    public static Command Create(CancellationToken cancellation)
    {
        var recipes = new Argument<string[]>("recipes")
        {
            Description = $"Recipes ({string.Join(", ", Recipe.Names)}), paths of JSON files, or baselines of Microsoft.ML " +
                $"({string.Join("; ", ClassicalModel.All.Select(model => $"{model.Name}: {model.Description}"))}).",
            HelpName = "RECIPE",
            Arity = ArgumentArity.OneOrMore,
        };
        CommandLineErrors.RefuseOptions(recipes);
        var (seeds, splitSeed, validation) = (SharedOptions.Seeds(), SharedOptions.SplitSeed(), SharedOptions.Validation());
        validation.Description = "Images of the 60,000 that are held back to compare on.";
        var trainImages = SharedOptions.TrainImages();
        validation.Takes("1 or more images to compare on", images => images > 0);
        var output = new Option<string>("--output")
        {
            Description = "The folder of the results: compare.md, compare.csv, and one file for each recipe and seed.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "compare"),
        };
        var overrides = new RecipeOverrides();
        var sharing = new WorkSharing();
        var (threads, data, strokes) = (SharedOptions.Threads(), SharedOptions.Data(), SharedOptions.Strokes());

        var command = new Command("compare",
            "Trains recipes over several seeds and ranks them on the same validation images; the test images stay unseen.\n" +
            "What is finished is kept: the same command goes on where an earlier one stopped, and more recipes or seeds join those in the folder.\n\n" +
            "Significance against the best is McNemar's exact test over all seeds with the image as the unit: models of several seeds fail on the same\n" +
            "images, and pooled pairs would count one image several times.\n\n" +
            "Example: MnistTrainer compare tutorial-baseline tutorial-deeper compact ml-linear ml-lightgbm --seeds 3")
        {
            recipes, seeds, validation, trainImages, splitSeed, overrides.Network, overrides.Epochs, overrides.Set, threads,
            sharing.Jobs, sharing.Shard, sharing.AsJob, output, data, strokes,
        };
        command.SetAction(parsed =>
        {
            var settings = new Settings(
                parsed.GetValue(splitSeed), parsed.GetValue(validation), parsed.GetValue(threads), parsed.GetValue(strokes)!.Length > 0,
                parsed.GetValue(trainImages));
            var names = parsed.GetValue(recipes)!;
            if (names.GroupBy(Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
                throw new ArgumentException($"There are two recipes '{twice.Key}'; their results would share a folder.");
            string[] known = [.. Recipe.Names, .. ClassicalModel.All.Select(model => model.Name)];
            if (names.FirstOrDefault(name => !known.Contains(name) && !File.Exists(name)) is { } unknown)
                throw new ArgumentException($"There is no recipe '{unknown}'. There are: {string.Join(", ", known)}; or give the path of a JSON file.");

            // everything that can be refused is refused before hours of training, and before the folder takes on these settings
            var pens = StrokeSet.Load(parsed.GetValue(strokes)!);
            var folder = parsed.GetValue(output)!;
            var stop = sharing.OrOrphaned(parsed, cancellation);
            ResultCache.Open(folder, settings, MnistDataset.Sha256);
            var contenders = new Dictionary<string, Contender>();
            foreach (var name in names)
            {
                if (ClassicalModel.All.FirstOrDefault(model => model.Name == name) is { } classical)
                {
                    ResultCache.Open(Path.Combine(folder, name), classical.Description);
                    contenders[name] = (seed, mnist, _) => TrainClassical(classical, seed, settings.Threads, mnist.Training, mnist.Validation);
                }
                else
                {
                    var recipe = overrides.LoadDigits(parsed, name);
                    ResultCache.Open(Path.Combine(folder, Name(name)), recipe);
                    contenders[Name(name)] = (seed, mnist, pens) => TrainNetwork(
                        recipe, seed, Path.Combine(folder, Name(name), $"seed-{seed}.onnx"), TrainingData.Mix(recipe, mnist, pens, seed), stop);
                }
            }

            LibTorch.Load();
            set_num_threads(settings.Threads);
            Compare(contenders, parsed.GetValue(seeds), settings, folder, MnistDataset.Folder(parsed.GetValue(data)), pens,
                parts => sharing.Do(parsed, settings.Threads, parts, stop), stop);
        });
        return command;

        static string Name(string nameOrPath) => Path.GetFileNameWithoutExtension(nameOrPath);
    }

    private static void Compare(
        Dictionary<string, Contender> contenders, int seeds, Settings settings,
        string folder, string dataFolder, IReadOnlyList<StrokeSet> written, Func<IReadOnlyList<WorkPart>, bool> work,
        CancellationToken cancellation)
    {
        DownloadCommand.Fetch(dataFolder, cancellation);
        var (training, validation) = MnistDataset.LoadTraining(dataFolder).Split(settings.Validation, settings.SplitSeed, settings.TrainImages);
        var strokes = StrokeSet.HoldBack(written, settings.SplitSeed);
        var parts = from seed in Enumerable.Range(1, seeds) // all recipes with a seed before the next one: what is there early can be compared
            from contender in contenders
            select new WorkPart(Path.Combine(folder, contender.Key), $"seed-{seed}", $"{contender.Key}, seed {seed} of {seeds}",
                () => Result(contender.Key, seed, () => contender.Value(seed, (training, validation!), strokes)));
        if (!work([.. parts]))
            return;

        var models = contenders.Keys.ToDictionary(name => name, name => (IReadOnlyList<TrainedModel>)
            [.. Enumerable.Range(1, seeds).Select(seed => Result(name, seed, () => throw new UnreachableException()))]);
        var ranked = Comparison.Rank(validation!.Labels.Span, models);
        var drawn = strokes.Training.Count > 0
            ? string.Create(CultureInfo.InvariantCulture,
                $"{strokes.Training.Count:N0} pen signs to train with and {strokes.Validation.Count:N0} of other writers, ")
            : "";
        var misread = Comparison.MisreadByAll(validation.Labels.Span, [.. models.Values.SelectMany(recipe => recipe)]);
        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{training.Count:N0} training and {validation.Count:N0} validation images of MNIST's 60,000 (split seed {settings.SplitSeed}), " +
            $"{drawn}" +
            $"seeds 1 to {seeds}, {settings.Threads} thread{(settings.Threads == 1 ? "" : "s")}. " +
            $"Misread by every model: {misread:N0} of the validation images.");
        AtomicFile.Write(Path.Combine(folder, "compare.md"), Encoding.UTF8.GetBytes(Comparison.ToMarkdown(ranked, conditions)));
        AtomicFile.Write(Path.Combine(folder, "compare.csv"), Encoding.UTF8.GetBytes(Comparison.ToCsv(ranked)));
        ConsoleReport.Comparison(ranked);
        Console.WriteLine($"{conditions}\nWritten to {folder}: compare.md, compare.csv.");

        TrainedModel Result(string name, int seed, Func<TrainedModel> train) => ResultCache.Get(Path.Combine(folder, name), $"seed-{seed}", train);
    }

    private delegate TrainedModel Contender(int seed, (DigitSet Training, DigitSet Validation) mnist, Strokes strokes);

    private static TrainedModel TrainNetwork(Recipe recipe, int seed, string path, TrainingData data, CancellationToken cancellation)
    {
        using var state = new TrainingState(recipe, seed);
        TrainingView.Show(recipe.Epochs, (onBatch, onEpoch) => Trainer.Fit(state, data, onBatch, onEpoch, cancellation: cancellation));
        var (answers, microseconds) = ServedNetwork.Measure(state.Result, recipe, seed, data.Validation!, path);
        var seconds = state.History.Select(epoch => epoch.Seconds).ToList();
        return new TrainedModel(
            answers, Strokes(state.Result, data), state.Result.Weights, state.Result.MultiplyAdds, seconds.Average(), seconds.Sum(), microseconds);
    }

    /// <summary>What a network does on the strokes that were held back; null where none were.</summary>
    private static HeldBackFigures? Strokes(Network network, TrainingData data)
    {
        if (data.HeldBack is not { } heldBack)
            return null;

        var (_, answers) = HeldBackAnswer.Ask(network, data.Validation!, writers: null, heldBack);
        var thresholds = Thresholds.Fit(answers);
        return HeldBackReport.Figures([.. answers.Select(answer => (answer, thresholds))]).Single(row => row.Of == HeldBackReport.AllStrokes);
    }

    private static TrainedModel TrainClassical(ClassicalModel model, int seed, int threads, DigitSet training, DigitSet validation)
    {
        Console.WriteLine(model.Description);
        var clock = Stopwatch.StartNew();
        var classify = model.Train(training, seed, threads);
        var seconds = clock.Elapsed.TotalSeconds;
        var (answers, microseconds) = ServedNetwork.Measure(classify, validation);
        return new TrainedModel(answers, Strokes: null, model.Parameters, model.MultiplyAdds, EpochSeconds: null, seconds, microseconds);
    }
}
