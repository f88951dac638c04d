using System.CommandLine;
using System.Globalization;
using System.Text;
using MathNet.Numerics.Statistics;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>learning-curve</c>: what more images are worth.</summary>
internal static class LearningCurveCommand
{
    /// <summary>All that the points of a curve share, beside the recipe.</summary>
    private sealed record Settings(int Validation, int SplitSeed, int Threads);

    public static Command Create(CancellationToken cancellation)
    {
        var recipes = new Argument<string[]>("recipes")
        {
            Description = $"Recipes ({string.Join(", ", Recipe.Names)}) or paths of JSON files; a curve each.",
            HelpName = "RECIPE",
            Arity = ArgumentArity.OneOrMore,
        };
        CommandLineErrors.RefuseOptions(recipes);
        var sizes = new Option<int[]>("--sizes")
        {
            Description = "Numbers of images to learn from; each set holds the smaller ones.",
            HelpName = "N",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [500, 1_500, 5_000, 15_000, 50_000],
        }.Takes("10 or more images each", each => each.All(size => size >= 10));
        var (seeds, splitSeed, validation) = (SharedOptions.Seeds(), SharedOptions.SplitSeed(), SharedOptions.Validation());
        validation.Takes("1 or more images to measure on", images => images > 0);
        var output = new Option<string>("--output")
        {
            Description = "The folder of the results: learning-curve.md, learning-curve.png, and one file for each training.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Path.Combine("runs", "learning-curve"),
        };
        var (overrides, sharing, threads, data) = (new RecipeOverrides(), new WorkSharing(), SharedOptions.Threads(), SharedOptions.Data());

        var command = new Command("learning-curve",
            "Trains recipes on more and more of MNIST's images and draws what that is worth, with the spread over seeds; the test images stay unseen.\n" +
            "Epochs are the recipe's for each size. What is finished is kept: the same command goes on, and more sizes, seeds or recipes join.\n\n" +
            "Example: MnistTrainer learning-curve compact tutorial-deeper --epochs 5 --sizes 500 5000 50000")
        {
            recipes, sizes, seeds, validation, splitSeed, overrides.Network, overrides.Epochs, overrides.Set, threads,
            sharing.Jobs, sharing.Shard, sharing.AsJob, output, data,
        };
        command.SetAction(parsed =>
        {
            var stop = sharing.OrOrphaned(parsed, cancellation);
            var settings = new Settings(parsed.GetValue(validation), parsed.GetValue(splitSeed), parsed.GetValue(threads));
            var folder = parsed.GetValue(output)!;
            var learners = parsed.GetValue(recipes)!.ToDictionary(name => Path.GetFileNameWithoutExtension(name), name => overrides.LoadDigits(parsed, name));
            ResultCache.Open(folder, settings, MnistDataset.Sha256);
            foreach (var (name, recipe) in learners)
                ResultCache.Open(Path.Combine(folder, name), recipe);
            var dataFolder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(dataFolder, stop);
            LibTorch.Load();
            set_num_threads(settings.Threads);
            var images = MnistDataset.LoadTraining(dataFolder);
            List<int> counts = [.. parsed.GetValue(sizes)!.Distinct().Order()];
            _ = images.Split(settings.Validation, settings.SplitSeed, counts[^1]); // there are as many
            var all = Enumerable.Range(1, parsed.GetValue(seeds));

            var parts = from seed in all
                from count in counts
                from learner in learners
                select new WorkPart(Path.Combine(folder, learner.Key), Name(count, seed), $"{learner.Key}, {count:N0} images, seed {seed}",
                    () => Result(learner.Key, count, seed, () =>
                        Train(learner.Value, seed, images.Split(settings.Validation, settings.SplitSeed, count), stop)));
            if (!sharing.Do(parsed, settings.Threads, [.. parts], stop))
                return;

            var curves = learners.Keys.Select(name => new LearningCurve(name,
            [
                .. counts.Select(count => (count, (IReadOnlyList<double>)[.. all.Select(seed =>
                    Result(name, count, seed, () => throw new InvalidDataException($"'{Name(count, seed)}.json' is gone.")).ValidationAccuracy)])),
            ])).ToList();
            var table = Table(curves, settings, all.Count());
            AtomicFile.Write(Path.Combine(folder, "learning-curve.md"), Encoding.UTF8.GetBytes(table));
            AtomicFile.Write(Path.Combine(folder, "learning-curve.png"), Plots.Learning(curves));
            Console.Write($"{table}Written to {folder}: learning-curve.md, learning-curve.png.\n");

            EpochResult Result(string name, int count, int seed, Func<EpochResult> train) =>
                ResultCache.Get(Path.Combine(folder, name), Name(count, seed), train);
        });
        return command;

        static string Name(int count, int seed) => $"images-{count}-seed-{seed}";
    }

    private static EpochResult Train(Recipe recipe, int seed, (DigitSet Training, DigitSet? Validation) mnist, CancellationToken cancellation)
    {
        using var state = new TrainingState(recipe, seed);
        TrainingView.Show(recipe.Epochs, (onBatch, onEpoch) =>
            Trainer.Fit(state, TrainingData.Mix(recipe, (mnist.Training, mnist.Validation!), ([], []), seed), onBatch, onEpoch, cancellation: cancellation));
        return state.ResultEpoch;
    }

    private static string Table(List<LearningCurve> curves, Settings settings, int seeds)
    {
        var table = new StringBuilder($"| images | {string.Join(" | ", curves.Select(curve => curve.Name))} |\n")
            .Append($"|---:|{string.Concat(curves.Select(_ => "---:|"))}\n");
        foreach (var (place, (count, _)) in curves[0].Points.Index())
        {
            table.Append(CultureInfo.InvariantCulture, $"| {count:N0} |");
            foreach (var curve in curves)
            {
                var (mean, deviation) = curve.Points[place].Accuracies.MeanStandardDeviation();
                var spread = seeds == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" ± {100 * deviation:F2}");
                table.Append(CultureInfo.InvariantCulture, $" {100 * mean:F2}{spread} % |");
            }

            table.Append('\n');
        }

        return table.Append(CultureInfo.InvariantCulture,
            $"\nAccuracy on {settings.Validation:N0} validation images (split seed {settings.SplitSeed}), seeds 1 to {seeds}: mean ± standard deviation.\n")
            .ToString();
    }
}
