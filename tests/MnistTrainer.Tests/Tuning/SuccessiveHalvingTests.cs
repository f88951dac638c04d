using MnistTrainer.Tuning;
using Xunit;

namespace MnistTrainer.Tests.Tuning;

public class SuccessiveHalvingTests
{
    [Theory]
    [InlineData(1, 27, 3, new[] { 1, 3, 9, 27 })]
    [InlineData(2, 27, 3, new[] { 3, 9, 27 })]
    [InlineData(1, 10, 2, new[] { 1, 2, 5, 10 })]
    [InlineData(5, 5, 3, new[] { 5 })]
    [InlineData(9, 5, 3, new[] { 5 })]
    public void Rungs_go_down_from_the_most_epochs(int least, int most, int factor, int[] expected) =>
        Assert.Equal(expected, SuccessiveHalving.Rungs(least, most, factor));

    [Fact]
    public void Trials_begin_in_order_until_enough_have_come_for_one_to_go_on()
    {
        Assert.Equal([(0, 0), (1, 0), (2, 0)], Next([], []));
        Assert.Equal([(2, 0)], Next([0.5, 0.6], []));
        Assert.Equal([(1, 1)], Next([0.5, 0.6, 0.4], []));
    }

    [Fact]
    public void Promotions_come_first_from_the_highest_rung_down_and_once_each()
    {
        IReadOnlyDictionary<int, double>[] rungs =
        [
            new Dictionary<int, double> { [0] = 0.1, [1] = 0.9, [2] = 0.8, [3] = 0.7, [4] = 0.2, [5] = 0.95, [6] = 0.3, [7] = 0.4, [8] = 0.75 },
            new Dictionary<int, double> { [1] = 0.91, [2] = 0.96, [3] = 0.92 }, // 3 was among the best once
            new Dictionary<int, double>(),
        ];

        Assert.Equal([(2, 2), (5, 1), (9, 0)], SuccessiveHalving.Next(rungs, 10, 3));
    }

    [Fact]
    public void Of_equals_the_earlier_trial_goes_on() => Assert.Equal([(0, 1)], Next([0.5, 0.5, 0.5], []));

    private static IEnumerable<(int, int)> Next(params double[][] accuracies) => SuccessiveHalving.Next(
        [.. accuracies.Select(rung => rung.Index().ToDictionary(trial => trial.Index, trial => trial.Item))], 3, 3);
}
