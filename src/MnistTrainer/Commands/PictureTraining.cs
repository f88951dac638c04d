using MnistReader.Imaging;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Reports;
using MnistTrainer.Synthesis.Pictures;
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
        using LearningTask task = recipe.Learns == Learns.Ink
            ? InkTask.Load(recipe, dataFolder, strokes, options.Validation, options.SplitSeed ?? options.Seed, options.Seed)
            : NumberTask.Load(recipe, dataFolder, strokes, options.Validation, options.SplitSeed ?? options.Seed, options.Seed);
        var (heldBack, splitSeed) = options.Split;
        using var state = run.LoadState(new Dictionary<string, string>(ModelDescription.Sources(strokes))
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
        }, timeLimit, cancellation: cancellation));
        cancellation.ThrowIfCancellationRequested();

        switch (task)
        {
            case InkTask ink:
                var inkCard = ModelDescription.Describe(run, state, ink, strokes);
                OnnxExporter.Write(state.Result, inkCard, run.Model,
                    ink.Pictures(MostDigits).Take(ParityPictures).Select(picture => Of(picture, gray => InkInput.Of(gray))));
                PictureReport.OfInk(run, state.History, ink.Pictures(MostDigits).Take(ShownPictures));
                break;
            case NumberTask number:
                var numberCard = ModelDescription.Describe(run, state, number, strokes, mayGuess: dryRun);
                OnnxExporter.Write(state.Result, numberCard, run.Model, number.Lines().Take(ParityPictures).Select(line => Of(line, NumberInput.Of)));
                PictureReport.OfNumbers(run, state.History, number.Lines().Take(ShownPictures));
                break;
        }

        if (dryRun)
            return;
        var size = new FileInfo(run.Model).Length / 1000;
        Console.WriteLine($"Written to {run.Folder}: model.onnx ({size:N0} kB) answers for {ParityPictures} pictures as the network does.");
        Console.WriteLine($"Look at {run.Report}.");

        static T Of<T>(WrittenPicture picture, Func<GrayImage, T> prepare)
        {
            using (picture)
                return prepare(picture.Gray);
        }
    }
}
