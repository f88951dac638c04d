using System.IO.Compression;
using MnistTrainer.Datasets;
using MnistTrainer.Export;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.NonDigits;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class TrainerTests
{
    private static readonly Recipe Quick = new()
    {
        Network = Recipe.Load("quick").Network,
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
    public void Learns_generated_digits()
    {
        var (training, validation) = (GeneratedDigits.Create(1_200, seed: 1), GeneratedDigits.Create(300, seed: 2));
        using var state = new TrainingState(Quick, seed: 1);

        Trainer.Fit(state, TrainingData.Of(training, validation));

        Assert.Equal([1, 2, 3], state.History.Select(epoch => epoch.Epoch));
        Assert.InRange(state.History[^1].ValidationAccuracy, 0.5, 1); // 0.1 is chance; how far above it differs from processor to processor
        Assert.True(state.History[^1].TrainingLoss < state.History[0].TrainingLoss);
        Assert.Equal(state.History[^1].ValidationAccuracy, Evaluator.LossAndAccuracy(state.Result, validation).Accuracy);
    }

    [Fact]
    public void Repeats_bit_for_bit_with_the_same_seed()
    {
        var recipe = Quick with { Epochs = 2 };
        var (training, validation) = (GeneratedDigits.Create(320, seed: 1), GeneratedDigits.Create(100, seed: 2));
        using var first = new TrainingState(recipe, seed: 1);
        using var second = new TrainingState(recipe, seed: 1);
        using var other = new TrainingState(recipe, seed: 2);

        foreach (var state in new[] { first, second, other })
            Trainer.Fit(state, TrainingData.Of(training, validation));

        Assert.Equal(OnnxExporter.HashWeights(first.Result), OnnxExporter.HashWeights(second.Result));
        Assert.NotEqual(OnnxExporter.HashWeights(first.Result), OnnxExporter.HashWeights(other.Result));
    }

    [Fact]
    public void Learns_non_digits_as_an_eleventh_class_beside_the_digits()
    {
        var recipe = Quick with { NonDigitShare = 0.25, Augmentation = null };
        var (validation, nonDigits) = (GeneratedDigits.Create(300, seed: 2), NonDigits.Generate(300, seed: 2, GeneratedDigits.Create(300, seed: 2)));
        using var state = new TrainingState(recipe, seed: 1);

        Trainer.Fit(state, TrainingData.Mix(recipe, (GeneratedDigits.Create(800, seed: 1), validation), strokes: ([], []), seed: 1));

        Assert.Equal(11, Evaluator.Logits(state.Result, validation).shape[1]);
        Assert.InRange(state.History[^1].ValidationAccuracy, 0.5, 1);
        Assert.True(MeanDigitProbability(validation) > MeanDigitProbability(nonDigits) + 0.3);

        double MeanDigitProbability(DigitSet images) => Evaluator.Predict(state.Result, images).Average(prediction => prediction.DigitProbability);
    }

    [Fact]
    public void Measures_every_epoch_on_strokes_that_were_held_back()
    {
        var (digits, held) = (GeneratedDigits.Create(320, seed: 1), GeneratedDigits.Create(100, seed: 2));
        // what is right on one set is wrong on the other
        var strokes = held with { Labels = held.Labels.ToArray().Select(label => (byte)((label + 1) % 10)).ToArray() };
        using var state = new TrainingState(Quick with { Epochs = 2 }, seed: 1);
        var measured = new List<(double, double)>();

        Trainer.Fit(state, TrainingData.Of(digits, held) with { StrokeValidation = strokes },
            onEpoch: _ => measured.Add((Evaluator.LossAndAccuracy(state.Average, held).Accuracy, Evaluator.LossAndAccuracy(state.Average, strokes).Accuracy)));

        Assert.Equal(measured, state.History.Select(epoch => (epoch.ValidationAccuracy, epoch.StrokeAccuracy)));
    }

    [Theory]
    [InlineData("tutorial-baseline")]
    [InlineData("tutorial-batch-norm")]
    [InlineData("tutorial-deeper")]
    public void The_tutorials_networks_learn(string network)
    {
        using var state = new TrainingState(Recipe.Load("tutorial-baseline", $"network={network}", "epochs=3"), seed: 1);

        Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(500, seed: 1), null));

        Assert.True(state.History[^1].TrainingLoss < state.History[0].TrainingLoss);
        Assert.True(double.IsNaN(state.History[^1].ValidationLoss));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamW")]
    public void Goes_on_from_a_checkpoint_bit_for_bit_as_if_it_had_not_stopped(string optimizer)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = Path.Combine(folder.Path, "checkpoint.zip");
        var recipe = Quick with { Optimizer = Enum.Parse<Optimizer>(optimizer, ignoreCase: true), LearningRate = 0.01, Patience = 3 };
        var (training, validation) = (GeneratedDigits.Create(320, seed: 1), GeneratedDigits.Create(100, seed: 2));
        using var whole = new TrainingState(recipe, seed: 1);
        using var interrupted = new TrainingState(recipe, seed: 1);
        using var stop = new CancellationTokenSource();

        Trainer.Fit(whole, TrainingData.Of(training, validation));
        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(interrupted, TrainingData.Of(training, validation), onEpoch: epoch =>
        {
            interrupted.Save(checkpoint);
            if (epoch.Epoch == 2)
                stop.Cancel();
        }, cancellation: stop.Token));
        using var resumed = TrainingState.Load(checkpoint, recipe, seed: 1);
        Assert.Equal(2, resumed.History.Count);
        Trainer.Fit(resumed, TrainingData.Of(training, validation));

        Assert.Equal(OnnxExporter.HashWeights(whole.Network), OnnxExporter.HashWeights(resumed.Network));
        Assert.Equal(OnnxExporter.HashWeights(whole.Result), OnnxExporter.HashWeights(resumed.Result));
        Assert.Equal(whole.History.Select(epoch => epoch with { Seconds = 0 }), resumed.History.Select(epoch => epoch with { Seconds = 0 }));
    }

    [Theory]
    [InlineData(65)]
    [InlineData(33)]
    [InlineData(34)]
    [InlineData(10)]
    public void An_image_left_over_does_not_spoil_batch_normalisation(int images)
    {
        var recipe = Recipe.Load("tutorial-batch-norm", "batchSize=32", "epochs=1");
        using var state = new TrainingState(recipe, seed: 1);
        var seen = new List<BatchResult>();

        Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(images, seed: 1), GeneratedDigits.Create(20, seed: 2)), seen.Add);

        Assert.True(double.IsFinite(state.History[0].ValidationLoss), $"{state.History[0]}");
        Assert.Equal((images + 30) / 32, seen.Count); // two images are a batch, one is none
    }

    [Fact]
    public void Early_stopping_ends_training_and_restores_the_best_epoch()
    {
        // every digit of the validation images is called the next one: the more is learned, the higher their loss
        var recipe = Quick with { Epochs = 50, Patience = 2, Schedule = Schedule.Constant, WarmupEpochs = 0, WeightAverage = 0, Augmentation = null };
        var (training, held) = (GeneratedDigits.Create(320, seed: 1), GeneratedDigits.Create(200, seed: 2));
        var validation = held with { Labels = held.Labels.ToArray().Select(label => (byte)((label + 1) % 10)).ToArray() };
        using var state = new TrainingState(recipe, seed: 1);

        Trainer.Fit(state, TrainingData.Of(training, validation));

        var best = state.History.MinBy(epoch => epoch.ValidationLoss)!;
        Assert.Equal(best, state.ResultEpoch);
        Assert.Equal(best.Epoch + 2, state.History.Count);
        Assert.True(state.History.Count < 50);
        Assert.Equal(best.ValidationLoss, Evaluator.LossAndAccuracy(state.Result, validation).Loss);
    }

    [Fact]
    public void Stops_with_a_clear_message_where_the_loss_is_no_longer_a_number()
    {
        // every step turns the weights round and makes them a hundred times larger
        using var state = new TrainingState(
            Quick with { Network = Recipe.Load("tutorial-deeper").Network, LearningRate = 100, WeightDecay = 1, BatchSize = 10, WarmupEpochs = 0, WeightAverage = 0 }, seed: 1);

        var fault = Assert.Throws<InvalidDataException>(() => Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(1_000, 1), null)));

        Assert.Matches(@"^Training diverged: the loss of epoch 1, batch \d+ is (NaN|.?Infinity)\. " +
            @"Lower the learning rate \(it was \d+(\.\d+)?\) or clip the gradients\.$", fault.Message);
    }

    [Fact]
    public void Clipped_gradients_take_bounded_steps()
    {
        using var state = new TrainingState(Quick with
        {
            Epochs = 1, BatchSize = 100, LearningRate = 1, Momentum = 0, Nesterov = false, WarmupEpochs = 0,
            WeightAverage = 0, GradientClip = 0.01,
        }, seed: 1);
        var before = state.Network.parameters().Select(parameter => parameter.clone()).ToList();

        Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(100, 1), null)); // one batch

        var squares = state.Network.parameters().Zip(before).Sum(pair => (pair.First - pair.Second).square().sum().item<float>());
        Assert.InRange(Math.Sqrt(squares), 0.005, 0.0101);
    }

    [Fact]
    public void No_epoch_begins_that_would_pass_the_time_limit()
    {
        using var state = new TrainingState(Quick with { Epochs = 1_000 }, seed: 1);

        Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(640, 1), null), timeLimit: TimeSpan.FromSeconds(0.5));

        Assert.InRange(state.History.Count, 1, 999);
        // the last may take longer than the one before it, which told that there is time
        Assert.InRange(state.History.SkipLast(1).Sum(epoch => epoch.Seconds), 0, 0.5);
    }

    [Fact]
    public void Stops_between_two_batches_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        using var state = new TrainingState(Quick, seed: 1);
        var batches = 0;

        Assert.Throws<OperationCanceledException>(() =>
            Trainer.Fit(state, TrainingData.Of(GeneratedDigits.Create(640, 1), null), _ => Count(), cancellation: stop.Token));

        Assert.Equal(3, batches);
        Assert.Empty(state.History);

        void Count()
        {
            if (++batches == 3)
                stop.Cancel();
        }
    }

    [Fact]
    public void A_file_that_is_no_checkpoint_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("checkpoint.zip", [1, 2, 3]);

        var fault = Assert.Throws<InvalidDataException>(() => TrainingState.Load(path, Quick, seed: 1));

        Assert.StartsWith($"'{path}' is no checkpoint of this recipe: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_without_the_update_rules_memory_is_of_an_earlier_version()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "checkpoint.zip");
        using var state = new TrainingState(Quick, seed: 1);
        state.Save(path);
        using (var file = ZipFile.Open(path, ZipArchiveMode.Update))
            file.GetEntry("memory")!.Delete();

        var fault = Assert.Throws<InvalidDataException>(() => TrainingState.Load(path, Quick, seed: 1));

        Assert.Equal($"'{path}' is no checkpoint of this recipe: an earlier version of the trainer wrote it. Begin a new run.", fault.Message);
    }

    [Fact]
    public void Metrics_are_those_of_the_answers()
    {
        var digits = GeneratedDigits.Create(100, seed: 1);
        // right on all but the nines, which it takes for fours
        var predictions = Enumerable.Range(0, digits.Count)
            .Select(index => digits.Labels.Span[index] is 9 ? (byte)4 : digits.Labels.Span[index])
            .Select(answer => MnistReader.Inference.Prediction.From([.. Enumerable.Range(0, 10).Select(digit => digit == answer ? 0.91f : 0.01f)]));

        var metrics = Evaluator.Measure([.. predictions], digits);

        Assert.Equal(0.9, metrics.MicroAccuracy, 6);
        Assert.Equal((9 * -Math.Log(0.91) - Math.Log(0.01)) / 10, metrics.LogLoss, 4);
        Assert.Equal(-Math.Log(0.01), metrics.PerClassLogLoss[9], 4);
        Assert.Equal(10, metrics.ConfusionMatrix.Counts[9][4]);
        Assert.Equal(10, metrics.ConfusionMatrix.Counts[0][0]);
        Assert.Equal(0.5, metrics.ConfusionMatrix.PerClassPrecision[4], 6);
    }
}
