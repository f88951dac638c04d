using System.Diagnostics;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>The training loop.</summary>
internal static class Trainer
{
    /// <summary>
    /// Trains until the state is complete. The same recipe, seed, data and number of threads give the same weights, bit for bit, however often
    /// training was interrupted and resumed in between.
    /// </summary>
    /// <param name="state">Where training stands; it moves on with every epoch.</param>
    /// <param name="data">The images to learn from, and those that each epoch is measured on, which don't touch the weights.</param>
    /// <param name="onBatch">Told after every batch.</param>
    /// <param name="onEpoch">Told after every epoch, when the state has moved on: the time to save it.</param>
    /// <param name="timeLimit">No epoch begins that would end later than this, as long as the last one took; at least one is trained.</param>
    /// <param name="epochs">After so many in all it pauses, to go on later; null for none.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">Stopped. The state is that of the last full epoch no more.</exception>
    /// <exception cref="InvalidDataException">The loss is no longer a number; the message says what to do.</exception>
    public static void Fit(
        TrainingState state, TrainingData data,
        Action<BatchResult>? onBatch = null, Action<EpochResult>? onEpoch = null, TimeSpan? timeLimit = null, int? epochs = null,
        CancellationToken cancellation = default)
    {
        using var task = new DigitTask(state.Recipe, data);
        Fit(state, task, onBatch, onEpoch, timeLimit, epochs, cancellation);
    }

    /// <summary>The same for any task.</summary>
    /// <param name="state">Where training stands; it moves on with every epoch.</param>
    /// <param name="task">What it learns.</param>
    /// <param name="onBatch">Told after every batch.</param>
    /// <param name="onEpoch">Told after every epoch, when the state has moved on: the time to save it.</param>
    /// <param name="timeLimit">No epoch begins that would end later than this, as long as the last one took; at least one is trained.</param>
    /// <param name="epochs">After so many in all it pauses, to go on later; null for none.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">Stopped. The state is that of the last full epoch no more.</exception>
    /// <exception cref="InvalidDataException">The loss is no longer a number; the message says what to do.</exception>
    public static void Fit(
        TrainingState state, LearningTask task,
        Action<BatchResult>? onBatch = null, Action<EpochResult>? onEpoch = null, TimeSpan? timeLimit = null, int? epochs = null,
        CancellationToken cancellation = default)
    {
        var recipe = state.Recipe;
        var images = task.PerEpoch;
        var batches = Math.Max(1, (images + recipe.BatchSize - 2) / recipe.BatchSize); // one image left over joins the last, see DigitTask
        var whole = Stopwatch.StartNew();

        while (!state.IsComplete && state.History.Count < (epochs ?? recipe.Epochs))
        {
            var epoch = state.History.Count + 1;
            // each epoch draws from a generator of its own, so that an epoch repeats without what came before it
            manual_seed(HashSeed(state.Seed, epoch));
            task.Begin(epoch);
            double lossSum = 0, rate = 0, right = 0;
            var clock = Stopwatch.StartNew();
            state.Network.train();
            for (var batch = 0; batch < batches; batch++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var trained = epoch - 1 + (double)batch / batches;
                var (x, y) = task.Batch(batch, trained / recipe.Epochs);
                rate = LearningRate(recipe, trained);
                state.Network.zero_grad();
                var output = state.Network.call(x);
                var loss = task.Loss(output, y);
                loss.backward();
                if (recipe.GradientClip > 0)
                    nn.utils.clip_grad_norm_(state.Network.parameters(), recipe.GradientClip);
                state.UpdateRule.Step(rate);
                if (state.Average != state.Network)
                    MoveAverage(state.Average, state.Network, recipe.WeightAverage, (epoch - 1L) * batches + batch);

                var value = loss.Read<float>();
                if (!float.IsFinite(value))
                {
                    throw new InvalidDataException($"Training diverged: the loss of epoch {epoch}, batch {batch + 1} is {value}. " +
                        $"Lower the learning rate (it was {rate:G3}) or clip the gradients.");
                }

                var done = batch + 1 < batches ? (batch + 1) * recipe.BatchSize : images;
                lossSum += value * (done - batch * recipe.BatchSize);
                right += task.Score(output, y);
                onBatch?.Invoke(new BatchResult(epoch, batch + 1, batches, lossSum / done, done / clock.Elapsed.TotalSeconds));
            }

            var seconds = clock.Elapsed.TotalSeconds;
            var (validationLoss, validationAccuracy, strokeAccuracy) = task.Validate(state.Average);
            state.Add(new EpochResult(epoch, lossSum / images, right / images, validationLoss, validationAccuracy, strokeAccuracy, rate, seconds));
            // TorchSharp leaves small native objects to finalizers, and the collector, which sees only the small managed halves, would put them off for ever
            GC.Collect();
            GC.WaitForPendingFinalizers();
            onEpoch?.Invoke(state.History[^1]);
            if (whole.Elapsed.TotalSeconds + seconds > timeLimit?.TotalSeconds)
                break;
        }

        state.Result.eval();
    }

    /// <summary>The images and labels at some positions.</summary>
    /// <param name="pixels">uint8 (N, 1, 28, 28).</param>
    /// <param name="labels">uint8 (N).</param>
    /// <param name="indices">int64 (B).</param>
    /// <returns>float32 (B, 1, 28, 28) in 0 to 1, and int64 (B).</returns>
    public static (Tensor X, Tensor Y) Batch(Tensor pixels, Tensor labels, Tensor indices) =>
        (ToInput(pixels.index_select(0, indices)), labels.index_select(0, indices).to(ScalarType.Int64));

    /// <summary>Bytes → what the network takes.</summary>
    /// <param name="pixels">uint8, any shape, 0 to 255.</param>
    /// <returns>float32 of the same shape, 0 to 1.</returns>
    public static Tensor ToInput(Tensor pixels) => pixels.to(ScalarType.Float32).DividedBy(255); // uint8 until here: a quarter of the memory

    /// <summary>The learning rate at a point in time.</summary>
    /// <param name="recipe">The schedule, its highest rate and its warm-up.</param>
    /// <param name="epoch">Epochs trained so far, with fraction: 0 to <see cref="Recipe.Epochs"/>.</param>
    public static double LearningRate(Recipe recipe, double epoch)
    {
        const double start = 1 / 25.0, rise = 0.3; // of the one-cycle schedule
        var (warmup, progress) = (recipe.WarmupEpochs, epoch / recipe.Epochs);
        return recipe.LearningRate * recipe.Schedule switch
        {
            Schedule.OneCycle when progress < rise => start + (1 - start) * (1 - HalfCosine(progress / rise)),
            Schedule.OneCycle => HalfCosine((progress - rise) / (1 - rise)),
            _ when epoch < warmup => epoch / warmup,
            Schedule.Cosine => HalfCosine((epoch - warmup) / (recipe.Epochs - warmup)),
            _ => 1,
        };

        static double HalfCosine(double x) => (1 + Math.Cos(Math.PI * x)) / 2; // from 1 to 0
    }

    /// <summary>
    /// Moves the average a step towards the weights (batch normalisation's statistics included); the first steps move it further, so that the initial weights
    /// are soon forgotten.
    /// </summary>
    private static void MoveAverage(Network average, Network network, double decay, long step)
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
/// <param name="Loss">Mean since the epoch began, in nats.</param>
/// <param name="ImagesPerSecond">Since the epoch began.</param>
internal readonly record struct BatchResult(int Epoch, int Batch, int Batches, double Loss, double ImagesPerSecond);
