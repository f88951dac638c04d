using System.CommandLine;
using System.Globalization;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>lr-find</c>: which learning rate suits a recipe.</summary>
internal static class LearningRateCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var (recipe, overrides, seed, threads, data) =
            (SharedOptions.Recipe(), new RecipeOverrides(), SharedOptions.Seed(), SharedOptions.Threads(), SharedOptions.Data());
        var steps = new Option<int>("--steps") { Description = "Batches to train.", HelpName = "N", DefaultValueFactory = _ => 200 }
            .Takes("20 to 100,000 steps", n => n is >= 20 and <= 100_000);
        var output = new Option<string>("--output") { Description = "The plot.", HelpName = "FILE", DefaultValueFactory = _ => "lr-find.png" };

        var command = new Command("lr-find",
            "Trains some batches while the learning rate rises from 0.000001 to 10, and names the rate at which the loss falls fastest, before it\n" +
            "diverges (Smith, Cyclical learning rates for training neural networks, 2017). It is a place to begin; 'search' knows more.\n\n" +
            "Example: MnistTrainer lr-find --recipe compact --set batchSize=64")
        {
            recipe, overrides.Network, overrides.Epochs, overrides.Set, seed, threads, steps, output, data,
        };
        command.SetAction(parsed =>
        {
            AtomicFile.Check(parsed.GetValue(output)!);
            var settings = overrides.LoadDigits(parsed, parsed.GetValue(recipe)!);
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(folder, cancellation);
            LibTorch.Load();
            set_num_threads(parsed.GetValue(threads));
            using var state = new TrainingState(settings, parsed.GetValue(seed));
            using var task = new DigitTask(settings, TrainingData.Of(MnistDataset.LoadTraining(folder), null));

            var sweep = RateSweep.Of(state, task, parsed.GetValue(steps), cancellation);
            var rate = RateSweep.Suggest(sweep);
            AtomicFile.Write(parsed.GetValue(output)!, Plots.RateSweep(sweep, rate));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The loss falls fastest at a learning rate of {rate:G2}; the recipe's highest is {settings.LearningRate:G3}. " +
                $"Look at {parsed.GetValue(output)}."));
        });
        return command;
    }
}
