using MnistTrainer.Networks;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>The loss while the learning rate rises: too low, it hardly falls; too high, it rises.</summary>
internal static class RateSweep
{
    private const double Lowest = 1e-6, Highest = 10, Smoothing = 0.95, Diverged = 4;

    /// <summary>Trains while the rate rises by the same factor from step to step; ends early where the loss is four times its least.</summary>
    /// <param name="state">A fresh one; its weights are spoilt.</param>
    /// <param name="task">What it learns.</param>
    /// <param name="steps">At most.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>Rate and smoothed loss of each step.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static IReadOnlyList<(double Rate, double Loss)> Of(TrainingState state, LearningTask task, int steps, CancellationToken cancellation)
    {
        var batches = task.PerEpoch / state.Recipe.BatchSize; // whole ones
        var sweep = new List<(double Rate, double Loss)>();
        var (mean, least) = (0.0, double.PositiveInfinity);
        manual_seed(state.Seed);
        state.Network.train();
        for (var step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step % batches == 0)
                task.Begin(step / batches + 1);
            using var scope = NewDisposeScope();
            var rate = Lowest * Math.Pow(Highest / Lowest, step / (steps - 1.0));
            var (x, y) = task.Batch(step % batches, 0);
            state.Network.zero_grad();
            var loss = task.Loss(state.Network.call(x), y);
            loss.backward();
            state.UpdateRule.Step(rate);

            mean = Smoothing * mean + (1 - Smoothing) * loss.Read<float>();
            var smoothed = mean / (1 - Math.Pow(Smoothing, step + 1));
            if (!(smoothed < Diverged * least)) // or NaN
                break;
            least = Math.Min(least, smoothed);
            sweep.Add((rate, smoothed));
        }

        return sweep;
    }

    /// <summary>Where the loss falls fastest by the logarithm of the rate, before it is least.</summary>
    /// <param name="sweep">What <see cref="Of"/> gave.</param>
    public static double Suggest(IReadOnlyList<(double Rate, double Loss)> sweep)
    {
        var around = Math.Max(1, sweep.Count / 20); // a slope over so many steps each way
        var first = Math.Max(around, sweep.Count / 5); // before, the mean is of too few losses
        var end = sweep.Index().MinBy(step => step.Item.Loss).Index;
        return Enumerable.Range(0, sweep.Count).Where(step => step >= first && step + around < sweep.Count && step <= end)
            .Select(step => (sweep[step].Rate, Fall: sweep[step - around].Loss - sweep[step + around].Loss))
            .DefaultIfEmpty((sweep[end].Rate, Fall: 0)).MaxBy(step => step.Fall).Rate;
    }
}
