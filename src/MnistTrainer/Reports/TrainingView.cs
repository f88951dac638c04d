using System.Diagnostics;
using System.Globalization;
using MnistTrainer.Training;
using Spectre.Console;

namespace MnistTrainer.Reports;

/// <summary>Shows training as it goes: a live bar on a terminal; elsewhere a plain line an epoch, and one every ten seconds within it.</summary>
internal static class TrainingView
{
    /// <summary>Time without a line after which one comes, where lines are shown.</summary>
    public static TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs the training, handing it what to call after each batch and each epoch.</summary>
    /// <param name="epochs">That the recipe has.</param>
    /// <param name="train">The training.</param>
    public static void Show(int epochs, Action<Action<BatchResult>, Action<EpochResult>> train)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive || Console.IsOutputRedirected)
        {
            ShowLines(Console.Out, Interval, epochs, train);
            return;
        }

        var progress = AnsiConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
        progress.Start(context =>
        {
            var bar = context.AddTask("epoch 1", maxValue: epochs);
            train(
                batch =>
                {
                    bar.Value = batch.Epoch - 1 + (double)batch.Batch / batch.Batches;
                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"epoch {batch.Epoch}/{epochs}  {Line(batch)}");
                },
                result => AnsiConsole.WriteLine(Line(result, epochs)));
        });
    }

    /// <summary><see cref="Show"/> in plain lines.</summary>
    /// <param name="output">Gets the lines.</param>
    /// <param name="interval">Time without a line after which one comes within an epoch.</param>
    /// <param name="epochs">That the recipe has.</param>
    /// <param name="train">The training.</param>
    public static void ShowLines(TextWriter output, TimeSpan interval, int epochs, Action<Action<BatchResult>, Action<EpochResult>> train)
    {
        var clock = Stopwatch.StartNew();
        train(
            batch =>
            {
                if (clock.Elapsed >= interval && batch.Batch < batch.Batches)
                    Write($"in epoch {batch.Epoch}/{epochs}  {100 * batch.Batch / batch.Batches,3} %  {Line(batch)}");
            },
            result => Write(Line(result, epochs)));

        void Write(string line)
        {
            output.WriteLine(line);
            clock.Restart();
        }
    }

    /// <summary>What shows how many digits have been found on pictures: one line that changes on a terminal, else a line every ten seconds.</summary>
    public static Action<int, int> Finding()
    {
        var clock = Stopwatch.StartNew();
        return (found, count) =>
        {
            if (!Console.IsOutputRedirected)
                Console.Write($"\rdigits found on pictures  {100L * found / count,3} %{(found == count ? "\n" : "")}");
            else if (clock.Elapsed >= Interval || found == count)
                Console.WriteLine($"digits found on pictures  {100L * found / count,3} %");
            else
                return;
            clock.Restart();
        };
    }

    private static string Line(BatchResult batch) => string.Create(CultureInfo.InvariantCulture, $"loss {batch.Loss:F4}  {batch.ImagesPerSecond:N0} images/s");

    private static string Line(EpochResult result, int epochs) // 80 characters hold it, with a hundred epochs and strokes
    {
        var validation = double.IsNaN(result.ValidationLoss) ? ""
            : string.Create(CultureInfo.InvariantCulture, $"  val {result.ValidationLoss:F4} {100 * result.ValidationAccuracy:F2}%");
        var strokes = double.IsNaN(result.StrokeAccuracy) ? "" : string.Create(CultureInfo.InvariantCulture, $"  strokes {100 * result.StrokeAccuracy:F2}%");
        return string.Create(CultureInfo.InvariantCulture,
            $"epoch {result.Epoch,3}/{epochs}  train {result.TrainingLoss:F4} {100 * result.TrainingAccuracy:F2}%{validation}{strokes}  {result.Seconds:F1} s");
    }
}
