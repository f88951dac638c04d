using System.Diagnostics;
using MnistModel;
using MnistTrainer.Data;
using MnistTrainer.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>The training loop.</summary>
public static class Trainer
{
    /// <summary>Trains a network. The same recipe, seed, data and number of threads give the same weights, bit for bit.</summary>
    /// <param name="recipe">The network and how to train it.</param>
    /// <param name="seed">Draws the initial weights, the order of the images and their augmentation.</param>
    /// <param name="training">The images to learn from.</param>
    /// <param name="validation">The images that each epoch is measured on; none where null. They don't touch the weights.</param>
    /// <param name="onBatch">Told after every batch.</param>
    /// <param name="onEpoch">Told after every epoch.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The trained network (the moving average where the recipe keeps one), which the caller disposes.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static Sequential Fit(
        Recipe recipe, int seed, DigitSet training, DigitSet? validation,
        Action<BatchResult>? onBatch = null, Action<EpochResult>? onEpoch = null, CancellationToken cancellation = default)
    {
        var network = Network.Create(recipe.Network, seed);
        var average = recipe.WeightAverage > 0 ? Network.Create(recipe.Network, seed) : network;
        using var optimizer = optim.SGD(network.parameters(), recipe.LearningRate, recipe.Momentum, weight_decay: recipe.WeightDecay, nesterov: recipe.Nesterov);
        using var pixels = from_array(training.Pixels.ToArray()).reshape(training.Count, 1, DigitImage.Side, DigitImage.Side);
        using var labels = from_array(training.Labels.ToArray());
        var batches = (training.Count + recipe.BatchSize - 1) / recipe.BatchSize;
        var step = 0;

        for (var epoch = 1; epoch <= recipe.Epochs; epoch++)
        {
            // each epoch draws from a generator of its own, so that an epoch repeats without what came before it
            manual_seed(HashSeed(seed, epoch));
            using var order = randperm(training.Count);
            using var sums = zeros(2, ScalarType.Float64); // loss and right answers; read once an epoch, as each reading waits for the batch
            var clock = Stopwatch.StartNew();
            network.train();
            for (var batch = 0; batch < batches; batch++, step++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var indices = order[TensorIndex.Slice(batch * recipe.BatchSize, Math.Min((batch + 1) * recipe.BatchSize, training.Count))];
                var x = ToInput(pixels.index_select(0, indices)); // (B, 1, 28, 28)
                var y = labels.index_select(0, indices).to(ScalarType.Int64); // (B)
                if (recipe.Augmentation is { } augmentation)
                    x = augmentation.Apply(x);

                SetLearningRate(optimizer, LearningRate(recipe, (double)step / batches));
                optimizer.zero_grad();
                var logits = network.call(x); // (B, 10)
                var loss = nn.functional.cross_entropy(logits, y, label_smoothing: recipe.LabelSmoothing);
                loss.backward();
                optimizer.step();
                if (average != network)
                    MoveAverage(average, network, recipe.WeightAverage, step);

                using (no_grad())
                    sums.add_(stack([loss.detach() * y.numel(), logits.argmax(1).eq(y).sum()]).to(ScalarType.Float64));
                onBatch?.Invoke(new BatchResult(epoch, batch + 1, batches, (batch + 1) / clock.Elapsed.TotalSeconds * recipe.BatchSize, () => sums[0].item<double>() / ((batch + 1) * recipe.BatchSize)));
            }

            var seconds = clock.Elapsed.TotalSeconds;
            var (validationLoss, validationAccuracy) = validation is null ? (double.NaN, double.NaN) : Evaluation.LossAndAccuracy(average, validation);
            onEpoch?.Invoke(new EpochResult(
                epoch, sums[0].item<double>() / training.Count, sums[1].item<double>() / training.Count, validationLoss, validationAccuracy, seconds));
        }

        if (average != network)
            network.Dispose();
        average.eval();
        return average;
    }

    /// <summary>Bytes → what the network takes.</summary>
    /// <param name="pixels">uint8, any shape, 0 to 255.</param>
    /// <returns>float32 of the same shape, 0 to 1.</returns>
    public static Tensor ToInput(Tensor pixels) => pixels.to(ScalarType.Float32).div_(255f); // uint8 until here: a quarter of the memory

    /// <summary>The learning rate at a point in time.</summary>
    /// <param name="recipe">The schedule, its highest rate and its warm-up.</param>
    /// <param name="epoch">Epochs trained so far, with fraction: 0 to <see cref="Recipe.Epochs"/>.</param>
    public static double LearningRate(Recipe recipe, double epoch)
    {
        if (epoch < recipe.WarmupEpochs)
            return recipe.LearningRate * epoch / recipe.WarmupEpochs;

        return recipe.Schedule switch
        {
            Schedule.Cosine => recipe.LearningRate * (1 + Math.Cos(Math.PI * (epoch - recipe.WarmupEpochs) / (recipe.Epochs - recipe.WarmupEpochs))) / 2,
            _ => recipe.LearningRate,
        };
    }

    private static void SetLearningRate(optim.Optimizer optimizer, double rate)
    {
        foreach (var group in optimizer.ParamGroups)
            group.LearningRate = rate;
    }

    /// <summary>Moves the average a step towards the weights (batch normalisation's statistics included); the first steps move it further, so that the initial weights are soon forgotten.</summary>
    private static void MoveAverage(Sequential average, Sequential network, double decay, int step)
    {
        using var _ = no_grad();
        var share = 1 - Math.Min(decay, (1.0 + step) / (10 + step));
        foreach (var (mean, current) in average.state_dict().Values.Zip(network.state_dict().Values))
        {
            if (mean.is_floating_point())
                mean.lerp_(current, share);
        }
    }

    /// <summary>A seed for one epoch: far apart for neighbouring seeds and epochs (the finaliser of SplitMix64, Steele et al. 2014).</summary>
    private static long HashSeed(int seed, int epoch)
    {
        var z = ((ulong)(uint)seed << 32) + (ulong)epoch + 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return (long)((z ^ (z >> 31)) >> 1);
    }
}

/// <summary>Where training stands within an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Batch">From 1.</param>
/// <param name="Batches">In an epoch.</param>
/// <param name="ImagesPerSecond">Since the epoch began.</param>
/// <param name="Loss">Reads the mean loss since the epoch began; costs a wait for the batch.</param>
public sealed record BatchResult(int Epoch, int Batch, int Batches, double ImagesPerSecond, Func<double> Loss);

/// <summary>How an epoch went. Training figures are means over the epoch's own batches; validation figures are NaN without validation images.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="TrainingLoss">Mean cross-entropy in nats.</param>
/// <param name="TrainingAccuracy">0 to 1.</param>
/// <param name="ValidationLoss">Mean cross-entropy in nats, without label smoothing.</param>
/// <param name="ValidationAccuracy">0 to 1.</param>
/// <param name="Seconds">Of training, without validation.</param>
public sealed record EpochResult(
    int Epoch, double TrainingLoss, double TrainingAccuracy, double ValidationLoss, double ValidationAccuracy, double Seconds);
