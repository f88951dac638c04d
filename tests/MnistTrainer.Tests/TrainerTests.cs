using MnistTrainer.Data;
using MnistTrainer.Export;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests;

[Collection(nameof(TorchTests))]
public class TrainerTests
{
    private static readonly Recipe Quick = new()
    {
        Network = "compact",
        Epochs = 3,
        BatchSize = 64,
        LearningRate = 0.1,
        Nesterov = true,
        WarmupEpochs = 0.5,
        LabelSmoothing = 0.05,
        WeightAverage = 0.9,
        Augmentation = new Augmentation { RotationDegrees = 10, Scale = 0.1, ShiftPx = 1, Shear = 0.1, Thickness = 0.25 },
    };

    [Fact]
    public void Learns_generated_digits_to_more_than_95_percent_and_repeats_bit_for_bit_with_the_same_seed()
    {
        var (training, validation) = (GeneratedDigits.Create(2_000, seed: 1), GeneratedDigits.Create(500, seed: 2));
        var epochs = new List<EpochResult>();

        using var first = Trainer.Fit(Quick, 1, training, validation, onEpoch: epochs.Add);
        using var second = Trainer.Fit(Quick, 1, training, validation);
        using var other = Trainer.Fit(Quick, 2, training, validation);

        Assert.Equal([1, 2, 3], epochs.Select(epoch => epoch.Epoch));
        Assert.InRange(epochs[^1].ValidationAccuracy, 0.95, 1);
        Assert.True(epochs[^1].TrainingLoss < epochs[0].TrainingLoss);
        Assert.Equal(epochs[^1].ValidationAccuracy, Evaluation.LossAndAccuracy(first, validation).Accuracy);
        Assert.Equal(OnnxExporter.HashWeights(first), OnnxExporter.HashWeights(second));
        Assert.NotEqual(OnnxExporter.HashWeights(first), OnnxExporter.HashWeights(other));
    }

    [Theory]
    [InlineData("baseline")]
    [InlineData("baseline-batch-norm")]
    [InlineData("deeper")]
    public void The_tutorials_networks_learn(string network)
    {
        var digits = GeneratedDigits.Create(1_000, seed: 1);
        var epochs = new List<EpochResult>();

        using var trained = Trainer.Fit(Recipe.Load("tutorial-baseline", $"network={network}", "epochs=3"), 1, digits, null, onEpoch: epochs.Add);

        Assert.InRange(epochs[^1].TrainingAccuracy, 0.5, 1);
        Assert.True(double.IsNaN(epochs[^1].ValidationLoss));
    }

    [Fact]
    public void Stops_between_two_batches_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var batches = 0;

        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(Quick, 1, GeneratedDigits.Create(640, 1), null, _ => Count(), cancellation: stop.Token));

        Assert.Equal(3, batches);

        void Count()
        {
            if (++batches == 3)
                stop.Cancel();
        }
    }

    [Fact]
    public void Metrics_are_those_of_the_answers()
    {
        var digits = GeneratedDigits.Create(100, seed: 1);
        // right on all but the nines, which it takes for fours
        var predictions = Enumerable.Range(0, digits.Count)
            .Select(index => digits.Labels.Span[index] is 9 ? (byte)4 : digits.Labels.Span[index])
            .Select(answer => MnistModel.Prediction.From([.. Enumerable.Range(0, 10).Select(digit => digit == answer ? 0.91f : 0.01f)]));

        var metrics = Evaluation.Measure([.. predictions], digits);

        Assert.Equal(0.9, metrics.MicroAccuracy, 6);
        Assert.Equal((9 * -Math.Log(0.91) - Math.Log(0.01)) / 10, metrics.LogLoss, 4);
        Assert.Equal(10, metrics.ConfusionMatrix.Counts[9][4]);
        Assert.Equal(10, metrics.ConfusionMatrix.Counts[0][0]);
        Assert.Equal(0.5, metrics.ConfusionMatrix.PerClassPrecision[4], 6);
    }
}

/// <summary>libtorch has one default generator and one thread pool: tests that draw from it take turns.</summary>
[CollectionDefinition(nameof(TorchTests))]
public class TorchTests : ICollectionFixture<TorchFixture>;

/// <summary>Loads libtorch before the first test that needs it.</summary>
public class TorchFixture
{
    public TorchFixture() => LibTorch.Load();
}
