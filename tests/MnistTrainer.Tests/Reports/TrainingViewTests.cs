using MnistTrainer.Reports;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Reports;

public class TrainingViewTests
{
    private static readonly EpochResult Full = new(100, 0.12345, 0.99123, 0.03456, 1, 0.97126, 0.01, 1234.56);

    [Fact]
    public void In_a_pipe_there_is_a_line_within_an_epoch_whenever_the_interval_has_passed_without_one()
    {
        Assert.Equal(
            ["in epoch 1/100   25 %  loss 2.0000  1,234 images/s", "in epoch 1/100   50 %  loss 2.0000  1,234 images/s",
                "epoch 100/100  train 0.1235 99.12%  val 0.0346 100.00%  strokes 97.13%  1234.6 s"],
            Lines(TimeSpan.Zero, Full, batches: 2));
        Assert.Single(Lines(TimeSpan.FromDays(1), Full, batches: 2));
    }

    [Fact]
    public void An_epochs_line_fits_80_columns()
    {
        Assert.InRange(Assert.Single(Lines(TimeSpan.FromDays(1), Full, batches: 0)).Length, 60, 80);
        Assert.Equal("epoch 100/100  train 0.1235 99.12%  1234.6 s",
            Assert.Single(Lines(TimeSpan.FromDays(1),
                Full with { ValidationLoss = double.NaN, ValidationAccuracy = double.NaN, StrokeAccuracy = double.NaN }, batches: 0)));
    }

    private static string[] Lines(TimeSpan interval, EpochResult result, int batches)
    {
        using var output = new StringWriter { NewLine = "\n" };
        TrainingView.ShowLines(output, interval, epochs: 100, (onBatch, onEpoch) =>
        {
            for (var batch = 1; batch <= batches; batch++)
                onBatch(new BatchResult(1, batch, Batches: 4, Loss: 2, ImagesPerSecond: 1_234));
            onEpoch(result);
        });
        return output.ToString().Split('\n')[..^1];
    }
}
