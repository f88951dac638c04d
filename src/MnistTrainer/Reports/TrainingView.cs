using System.Globalization;
using MnistTrainer.Training;
using Spectre.Console;

namespace MnistTrainer.Reports;

/// <summary>Shows training as it goes: a live bar on a terminal, one plain line an epoch elsewhere.</summary>
internal static class TrainingView
{
    /// <summary>Runs the training, handing it what to call after each batch and each epoch.</summary>
    public static void Show(int epochs, Action<Action<BatchResult>?, Action<EpochResult>> train)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            train(null, result => Console.WriteLine(Line(result, epochs)));
            return;
        }

        AnsiConsole.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
        {
            var bar = context.AddTask("epoch 1", maxValue: epochs);
            train(
                batch =>
                {
                    bar.Value = batch.Epoch - 1 + (double)batch.Batch / batch.Batches;
                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"epoch {batch.Epoch}/{epochs}  loss {batch.Loss:F4}  {batch.ImagesPerSecond:N0} images/s");
                },
                result => AnsiConsole.WriteLine(Line(result, epochs)));
        });
    }

    private static string Line(EpochResult result, int epochs)
    {
        var validation = double.IsNaN(result.ValidationLoss)
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  validation loss {result.ValidationLoss:F4} accuracy {result.ValidationAccuracy:P2}");
        var strokes = double.IsNaN(result.StrokeAccuracy) ? "" : string.Create(CultureInfo.InvariantCulture, $" strokes {result.StrokeAccuracy:P2}");
        return string.Create(CultureInfo.InvariantCulture,
            $"epoch {result.Epoch,3}/{epochs}  training loss {result.TrainingLoss:F4} accuracy {result.TrainingAccuracy:P2}{validation}{strokes}  {result.Seconds:F1} s");
    }
}
