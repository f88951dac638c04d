using MnistReader.Ink;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Export;
using MnistTrainer.Reports;
using MnistTrainer.Training;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary>What <c>train</c> does with a recipe that learns from generated pictures.</summary>
internal static class PictureTraining
{
    /// <summary>Pictures on which the exported file must find what the network finds, of lines of up to so many digits.</summary>
    private const int ParityPictures = 200, MostDigits = 8, ShownPictures = 60;

    /// <summary>Trains, and leaves checkpoint, history and model file in the run's folder.</summary>
    /// <param name="run">With its options.</param>
    /// <param name="dataFolder">Of MNIST.</param>
    /// <param name="timeLimit">No epoch begins that would end later.</param>
    /// <param name="dryRun">One batch.</param>
    /// <param name="tensorBoard">Whether to write event files.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static void Train(Run run, string dataFolder, TimeSpan? timeLimit, bool dryRun, bool tensorBoard, CancellationToken cancellation)
    {
        var options = run.Options;
        var recipe = dryRun ? options.Recipe with { Pictures = options.Recipe.BatchSize } : options.Recipe;
        var strokes = StrokeSet.Load(options.Strokes ?? []);
        set_num_threads(options.Threads);
        DownloadCommand.Fetch(dataFolder, cancellation);
        using var task = InkTask.Load(recipe, dataFolder, strokes, options.Validation, options.SplitSeed ?? options.Seed, options.Seed);
        var (heldBack, splitSeed) = options.Split;
        using var state = run.LoadState(new Dictionary<string, string>(ModelDescription.Sources(strokes, corrections: null))
        {
            ["held back"] = $"{heldBack} images, seed {splitSeed}",
        });
        run.Begin();
        var events = tensorBoard ? new TensorBoard(run.Folder) : null;
        if (!dryRun)
            Console.WriteLine($"Run {run.Folder}{(state.History.Count > 0 ? $", resumed after epoch {state.History.Count}" : "")}");
        TrainingView.Show(recipe.Epochs, (onBatch, onEpoch) => Trainer.Fit(state, task, onBatch, epoch =>
        {
            run.Save(state);
            events?.Add(epoch);
            onEpoch(epoch);
        }, timeLimit, cancellation));
        cancellation.ThrowIfCancellationRequested();

        var card = ModelDescription.Describe(run, state, task, strokes);
        OnnxExporter.Write(state.Result, card, run.Model, task.Pictures(MostDigits).Take(ParityPictures).Select(picture =>
        {
            using (picture)
                return InkInput.Of(picture.Gray);
        }));
        InkReport.Write(run.Report, options, state.History, run.Model, task.Pictures(MostDigits).Take(ShownPictures));
        if (!dryRun)
        {
            Console.WriteLine($"Written to {run.Folder}: model.onnx ({new FileInfo(run.Model).Length / 1000:N0} kB) " +
                $"finds the ink of {ParityPictures} pictures as the network does.");
            Console.WriteLine($"Look at {run.Report}.");
        }
    }
}
