#:project ../src/MnistTrainer/MnistTrainer.csproj
#:property PublishAot=false

// Whether 'search --sampler parzen' finds better recipes than 'random' at equal cost: both search a random forest that has learned the trials of a real
// search (a surrogate benchmark: Eggensperger et al., Efficient benchmarking of hyperparameter optimizers via surrogates, 2015).
// Usage: trainer search tutorial --output runs/search
//        dotnet run -c Release bench/samplers.cs runs/search tutorial
using MathNet.Numerics.Statistics;
using MnistTrainer.Tuning;

const int seeds = 50;
int[] after = [20, 40, 81];
var space = SearchSpace.Load(args.ElementAtOrDefault(1) ?? "tutorial");
var search = new Search(args[0], space, [1], 3, 0, 0, new RandomSampler(1));
List<Observation> known = [.. search.Results().Where(result => result.Rung == 0).Select(result => new Observation(search.PlacesOf(result.Trial), result.Result.Accuracy))];
using var forest = new ErrorForest(space.Settings, known);
Console.WriteLine($"A forest of {known.Count} trials after their first epoch; the best accuracy that it expects among the places tried, mean ± standard deviation, {seeds} seeds\n");
Console.WriteLine($"| sampler |{string.Concat(after.Select(count => $" {count} trials, % |"))}\n|---|{string.Concat(after.Select(_ => "---:|"))}");
foreach (var (name, sampler) in ((string, Func<int, ISampler>)[])[("random", seed => new RandomSampler(seed)), ("parzen", seed => new ParzenSampler(seed))])
{
    var runs = Enumerable.Range(1, seeds).Select(seed => BestSoFar(sampler(seed))).ToList();
    Console.WriteLine($"| {name} |{string.Concat(after.Select(count => Cell(runs.Select(run => run[count - 1]))))}");
}

List<double> BestSoFar(ISampler sampler)
{
    List<Observation> seen = [];
    List<double> best = [];
    for (var trial = 0; trial < after[^1]; trial++)
    {
        var places = sampler.Sample(trial, space.Settings, seen);
        seen.Add(new Observation(places, 1 - Math.Pow(10, forest.LogErrorAt(places))));
        best.Add(seen.Max(observation => observation.Accuracy));
    }

    return best;
}

static string Cell(IEnumerable<double> accuracies)
{
    var (mean, deviation) = accuracies.Select(accuracy => 100 * accuracy).MeanStandardDeviation();
    return FormattableString.Invariant($" {mean:F2} ± {deviation:F2} |");
}
