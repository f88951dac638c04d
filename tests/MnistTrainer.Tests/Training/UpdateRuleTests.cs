using MnistTrainer.Recipes;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class UpdateRuleTests
{
    private static readonly double[] Rates = [0.1, 0.05, 0.2, 0.1];
    private static readonly Recipe Plain = Recipe.Load("tutorial-baseline") with { Momentum = 0, Nesterov = false, WeightDecay = 0 };

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0, false)]
    [InlineData(0.9, 0.01, false)]
    [InlineData(0.9, 0.01, true)]
    public void Sgd_follows_the_sum_of_gradients(double momentum, double decay, bool nesterov)
    {
        var sum = 0.0;

        AssertPath(Plain with { Optimizer = Optimizer.Sgd, Momentum = momentum, WeightDecay = decay, Nesterov = nesterov }, (weight, gradient, rate, _) =>
        {
            gradient += decay * weight;
            sum = momentum * sum + gradient;
            return weight - rate * (nesterov ? gradient + momentum * sum : sum);
        });
    }

    [Theory]
    [InlineData("Adam", 0)]
    [InlineData("Adam", 0.01)]
    [InlineData("AdamW", 0.01)]
    public void Adam_divides_the_mean_gradient_by_its_size(string optimizer, double decay)
    {
        var (mean, square) = (0.0, 0.0);

        AssertPath(Plain with { Optimizer = Enum.Parse<Optimizer>(optimizer), WeightDecay = decay }, (weight, gradient, rate, step) =>
        {
            if (optimizer == "Adam")
                gradient += decay * weight;
            else
                weight *= 1 - rate * decay;
            (mean, square) = (0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient * gradient);
            return weight - rate * (mean / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8);
        });
    }

    [Fact]
    public void A_weight_without_a_gradient_stays()
    {
        using var weight = new Parameter(ones(3));
        using var rule = new UpdateRule(Plain with { WeightDecay = 0.1 }, [weight]);

        rule.Step(0.1);

        Assert.Equal([1, 1, 1], weight.data<float>().ToArray());
    }

    /// <summary>Descends w⁴, whose gradient is 4 w³, from w = 0.7, and asserts each place.</summary>
    /// <param name="recipe">The rule.</param>
    /// <param name="next">From the weight, its gradient, the learning rate and the number of the step to the next weight.</param>
    private static void AssertPath(Recipe recipe, Func<double, double, double, int, double> next)
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(tensor(0.7f));
        using var rule = new UpdateRule(recipe, [weight]);
        var expected = 0.7;
        foreach (var (index, rate) in Rates.Index())
        {
            expected = next(expected, 4 * Math.Pow(expected, 3), rate, index + 1);
            weight.grad = null;
            (weight * weight * weight * weight).backward();
            rule.Step(rate);

            Assert.Equal(expected, weight.item<float>(), 1e-5);
        }
    }
}
