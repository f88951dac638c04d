using MnistTrainer.Recipes;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class RateSweepTests
{
    [Fact]
    public void The_loss_falls_where_the_rate_suits_and_the_sweep_ends_where_it_diverges()
    {
        var recipe = Recipe.Load("quick", "batchSize=32");
        using var state = new TrainingState(recipe, seed: 1);
        using var task = new DigitTask(recipe, TrainingData.Of(GeneratedDigits.Create(640, seed: 1), null));

        var sweep = RateSweep.Of(state, task, 120, CancellationToken.None);
        var rate = RateSweep.Suggest(sweep);

        Assert.Equal(1e-6, sweep[0].Rate, 1e-12);
        Assert.True(sweep.Count > 60, $"{sweep.Count}");
        Assert.InRange(rate, 1e-4, 3);
        Assert.True(sweep.Min(step => step.Loss) < 0.8 * sweep[0].Loss);
    }

    [Fact]
    public void The_rate_of_the_steepest_fall_is_named_not_that_of_the_least_loss()
    {
        // falls from the 40th to the 60th step, stays, and rises from the 80th
        var sweep = Enumerable.Range(0, 100).Select(step => (
            Rate: Math.Pow(10, -6 + step * 0.07),
            Loss: step < 40 ? 2.0 : step < 60 ? 2 - (step - 40) * 0.09 : step < 80 ? 0.2 - (step - 60) * 0.001 : step - 79)).ToList();

        Assert.InRange(RateSweep.Suggest(sweep), sweep[44].Rate, sweep[56].Rate);
    }
}
