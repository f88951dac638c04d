using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using MnistTrainer.Tuning;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>search</c>: explores a space of recipes.</summary>
internal static class SearchCommand
{
    /// <summary>All that decides the results beside code and data. More trials or minutes may join.</summary>
    private sealed record Settings(
        IReadOnlyList<string> Space, IReadOnlyList<int> Rungs, int Factor, int Seed, int Validation, int? TrainImages, int SplitSeed,
        int Threads);

    public static Command Create(CancellationToken cancellation)
    {
        var name = new Argument<string>("space")
        {
            Description = $"A space of recipes ({string.Join(", ", SearchSpace.Names)}) or the path of a JSON file: a recipe's name, and settings with " +
                "a value, a list of values, {\"range\": [0, 20]} or {\"log\": [0.001, 0.3]}.",
            HelpName = "SPACE",
            DefaultValueFactory = _ => "tutorial",
        };
        CommandLineErrors.RefuseOptions(name);
        var trials = new Option<int>("--trials") { Description = "Recipes to try.", HelpName = "N", DefaultValueFactory = _ => 81 }
            .Takes("1 to 100,000 trials", count => count is >= 1 and <= 100_000);
        var minutes = new Option<double?>("--minutes")
        {
            CustomParser = SharedOptions.Number,
            Description = "Minutes of training, those of all processes together, after which none begins. [default: no limit]",
            HelpName = "MINUTES",
        }.Takes("0 to 1,000,000 minutes", limit => limit is null or (>= 0 and <= 1e6));
        var least = new Option<int>("--least-epochs") { Description = "Epochs after which the best go on.", HelpName = "N", DefaultValueFactory = _ => 1 }
            .Takes("1 or more", epochs => epochs >= 1);
        var most = new Option<int>("--epochs") { Description = "Epochs of those that go on to the end.", HelpName = "N", DefaultValueFactory = _ => 27 }
            .Takes("1 to 10,000", epochs => epochs is >= 1 and <= 10_000);
        var factor = new Option<int>("--factor")
        {
            Description = "One trial of so many goes on, for so many times as long.",
            HelpName = "N",
            DefaultValueFactory = _ => 3,
        }.Takes("2 or more", n => n >= 2);
        var (seed, splitSeed) = (SharedOptions.Seed(), SharedOptions.SplitSeed());
        var (validation, trainImages) = (SharedOptions.Validation(), SharedOptions.TrainImages());
        seed.Description = "Draws the recipes, and of each its weights, order and augmentation.";
        validation.Takes("1 or more images to compare on", images => images > 0);
        var output = new Option<string>("--output")
        {
            Description = "The folder of the search: search.html, best.json, and a folder for each trial.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "search"),
        };
        var (sharing, threads, data) = (new WorkSharing(), SharedOptions.Threads(), SharedOptions.Data());

        var command = new Command("search",
            "Looks for the best recipe of a space by asynchronous successive halving: all trials are trained for an epoch, the best third of them\n" +
            "for three, the best third of those for nine, and so on; the test images stay unseen. A page shows what was found, and\n" +
            "best.json is the best recipe.\n" +
            "What is finished is kept: the same command goes on where an earlier one stopped, with more trials or minutes, on several machines that share\n" +
            "the folder, too. With one job, a seed gives the same search; with several, what goes on depends on who is there first.\n\n" +
            "Example: MnistTrainer search tutorial --trials 27 --minutes 60\n" +
            "Example: MnistTrainer train --recipe runs/search/best.json")
        {
            name, trials, minutes, least, most, factor, seed, validation, trainImages, splitSeed, threads,
            sharing.Jobs, sharing.Shard, sharing.AsJob, output, data,
        };
        command.SetAction(parsed =>
        {
            var stop = sharing.OrOrphaned(parsed, cancellation);
            var space = SearchSpace.Load(parsed.GetValue(name)!);
            var rungs = SuccessiveHalving.Rungs(parsed.GetValue(least), parsed.GetValue(most), parsed.GetValue(factor));
            var settings = new Settings(
                space.ToText(), rungs, parsed.GetValue(factor), parsed.GetValue(seed), parsed.GetValue(validation),
                parsed.GetValue(trainImages), parsed.GetValue(splitSeed), parsed.GetValue(threads));
            var folder = parsed.GetValue(output)!;
            ResultCache.Open(folder, settings, MnistDataset.Sha256);
            var dataFolder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(dataFolder, stop);
            LibTorch.Load();
            set_num_threads(settings.Threads);
            var images = MnistDataset.LoadTraining(dataFolder).Split(settings.Validation, settings.SplitSeed, settings.TrainImages);

            var search = new Search(
                folder, space, rungs, settings.Factor, parsed.GetValue(trials), parsed.GetValue(minutes) ?? double.PositiveInfinity,
                settings.Seed);
            var (share, shares) = sharing.Share(parsed);
            var isFirst = sharing.Do(parsed, settings.Threads,
                () => search.Left((recipe, epochs, checkpoint) => Train(recipe, settings.Seed, epochs, checkpoint, images!, stop), share, shares),
                () => string.Create(CultureInfo.InvariantCulture, $"{search.Results().Count} trainings done"), stop);
            if (isFirst && search.Results().Count > 0)
                Report(folder, Path.GetFileNameWithoutExtension(parsed.GetValue(name)!), space, rungs, search, images.Training.Count, settings);
        });
        return command;
    }

    private static TrialResult Train(
        Recipe recipe, int seed, int epochs, string checkpoint, (DigitSet Training, DigitSet? Validation) images, CancellationToken cancellation)
    {
        using var state = File.Exists(checkpoint) ? TrainingState.Load(checkpoint, recipe, seed) : new TrainingState(recipe, seed);
        var data = TrainingData.Mix(recipe, (images.Training, images.Validation!), ([], []), seed);
        var clock = Stopwatch.StartNew();
        try
        {
            TrainingView.Show(epochs, (onBatch, onEpoch) => Trainer.Fit(state, data, onBatch, epoch =>
            {
                state.Save(checkpoint);
                onEpoch(epoch);
            }, epochs: epochs, cancellation: cancellation));
        }
        catch (InvalidDataException e) // it diverged: a bad recipe, not a fault of the search
        {
            Console.WriteLine(e.Message);
            return new TrialResult(Accuracy: 0, clock.Elapsed.TotalSeconds, DateTimeOffset.UtcNow, state.Network.MultiplyAdds, Microseconds: null);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        double? microseconds = epochs == recipe.Epochs
            ? ServedNetwork.Measure(state.Result, recipe, seed, images.Validation!, Path.ChangeExtension(checkpoint, ".onnx")).Microseconds
            : null;
        return new TrialResult(state.ResultEpoch.ValidationAccuracy, seconds, DateTimeOffset.UtcNow, state.Network.MultiplyAdds, microseconds);
    }

    private static void Report(
        string folder, string name, SearchSpace space, IReadOnlyList<int> rungs, Search search, int training, Settings settings)
    {
        var conditions = string.Create(CultureInfo.InvariantCulture,
            $"{training:N0} training and {settings.Validation:N0} validation images of MNIST's 60,000 (split seed {settings.SplitSeed}), " +
            $"seed {settings.Seed}, {settings.Threads} thread{(settings.Threads == 1 ? "" : "s")} a job.");
        SearchReport.Write(Path.Combine(folder, "search.html"), name, space, rungs, search, conditions);
        var furthest = SearchReport.Furthest(search.Results());
        AtomicFile.Write(Path.Combine(folder, "best.json"), Encoding.UTF8.GetBytes(search.RecipeOf(furthest[0].Trial).ToText()));
        ConsoleReport.Markdown(["trial", "epochs", "accuracy, %", .. space.Settings.Select(setting => setting.Name)], furthest.Take(5).Select(trial =>
        {
            var place = search.PlaceOf(trial.Trial);
            return (string[])
            [
                $"{trial.Trial + 1}", $"{rungs[trial.Rung]}", string.Create(CultureInfo.InvariantCulture, $"{100 * trial.Result.Accuracy:F2}"),
                .. space.Settings.Select(setting => setting.Label(place[setting.Name])),
            ];
        }));
        Console.WriteLine($"{conditions}\nWritten to {folder}: search.html to look at, best.json to train.");
    }
}
