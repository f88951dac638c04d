using System.Text;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;
using MnistTrainer.Tuning;
using Xunit;

namespace MnistTrainer.Tests.Tuning;

public sealed class SearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SearchSpace Space => SearchSpace.Load(_folder.File("space.json", Encoding.UTF8.GetBytes(
        """{"recipe": "quick", "learningRate": {"log": [0.001, 1]}, "schedule": ["constant", "cosine", "oneCycle"], "momentum": {"range": [0, 0.9]}}""")));

    [Fact]
    public void A_search_trains_all_a_little_and_the_best_to_the_end_and_goes_on_where_it_stopped()
    {
        Run(trials: 9);

        var results = Search(9).Results();
        // more than a third go on: what is among the best of those that have come isn't always among the best of all
        Assert.Equal([9, 4, 2], [.. Enumerable.Range(0, 3).Select(rung => results.Count(result => result.Rung == rung))]);
        var best = results.Where(result => result.Rung == 0).MaxBy(result => result.Result.Accuracy).Trial;
        Assert.Contains((best, 2), results.Select(result => (result.Trial, result.Rung)));
        var more = 0;
        Run(trials: 12, onTrain: () => more++);
        var all = Search(12).Results();
        Assert.Equal(all.Count - results.Count, more); // nothing is trained twice
        Assert.Equal(12, all.Count(result => result.Rung == 0));
        Assert.Equal(results, all.Take(results.Count));
    }

    [Fact]
    public void No_training_begins_after_the_minutes()
    {
        Run(trials: 100, minutes: 1); // a training takes ten seconds

        Assert.Equal(6, Search(100).Results().Count);
    }

    [Fact]
    public void Machines_share_the_trials()
    {
        var search = Search(9);

        Assert.Equal(["trial 2 to epoch 1", "trial 5 to epoch 1", "trial 8 to epoch 1"], search.Left(Train, share: 1, shares: 3).Select(part => part.Title));
    }

    [Fact]
    public void A_seed_draws_the_same_recipes_on_every_machine_and_another_draws_others()
    {
        var first = Search(1).PlaceOf(0)["learningRate"].GetDouble();

        using var other = new TemporaryFolder();
        Assert.Equal(0.0665, first, 1e-9); // the same wherever this runs
        Assert.NotEqual(first, Search(1).PlaceOf(1)["learningRate"].GetDouble());
        Assert.NotEqual(first, new Search(other.Path, Space, [1], 3, 1, 1, seed: 2).PlaceOf(0)["learningRate"].GetDouble());
    }

    [Fact]
    public void What_decides_is_important_and_what_does_not_is_not()
    {
        var random = new Random(1);
        List<Observation> seen = [.. Enumerable.Range(0, 80).Select(_ => (double[])[random.NextDouble(), random.NextDouble(), random.NextDouble()])
            .Select(places => new Observation(places, 0.99 - 0.3 * Math.Abs(places[0] - 0.7) - ((int)(places[1] * 3) == 1 ? 0.2 : 0)))];

        var shares = Importance.Measure(Space.Settings, seen)!;

        Assert.Equal(1, shares.Sum(), 6);
        Assert.True(Math.Min(shares[0], shares[1]) > 3 * shares[2], string.Join(", ", shares));
        Assert.Null(Importance.Measure(Space.Settings, [.. seen.Take(9)]));
    }

    public void Dispose() => _folder.Dispose();

    private static TrialResult Train(Recipe recipe, int epochs, string checkpoint) =>
        new(recipe.LearningRate + epochs / 1_000.0, Seconds: 10, DateTimeOffset.UtcNow, MultiplyAdds: 1, Microseconds: null);

    private Search Search(int trials, double minutes = double.PositiveInfinity) =>
        new(_folder.Path + "/search", Space, [1, 3, 9], 3, trials, minutes, seed: 1);

    private void Run(int trials, double minutes = double.PositiveInfinity, Action? onTrain = null)
    {
        var search = Search(trials, minutes);
        SharedWork.Do(() => search.Left((recipe, epochs, checkpoint) =>
        {
            onTrain?.Invoke();
            return Train(recipe, epochs, checkpoint);
        }), _ => { }, CancellationToken.None);
    }
}
