
namespace MnistTrainer.Tuning;

/// <summary>
/// How much each setting of a search decides: as much as a forest that learned the error rate errs more when the setting's values are shuffled among the
/// trials (Breiman, Random forests, 2001).
/// </summary>
internal static class Importance
{
    private const int Shuffles = 20, LeastTrials = 10;

    /// <summary>Measures it.</summary>
    /// <param name="settings">In the order of the places.</param>
    /// <param name="seen">All after the same number of epochs.</param>
    /// <returns>Shares of 1, in the order of the settings; null for fewer than 10 trials, which say too little.</returns>
    public static IReadOnlyList<double>? Measure(IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen)
    {
        if (seen.Count < LeastTrials)
            return null;

        var random = new Random(1);
        using var forest = new ErrorForest(settings, seen);
        var error = Error(seen.Select(observation => observation.Places));
        double[] more = [.. settings.Select((_, at) => Math.Max(0, Enumerable.Range(0, Shuffles).Average(_ =>
        {
            double[] values = [.. seen.Select(observation => observation.Places[at])];
            random.Shuffle(values);
            return Error(seen.Zip(values, (observation, value) => (double[])[.. observation.Places[..at], value, .. observation.Places[(at + 1)..]]));
        }) - error))];
        return more.Sum() is > 0 and var all ? [.. more.Select(share => share / all)] : more;

        double Error(IEnumerable<double[]> places) =>
            places.Zip(seen, (place, observation) => Math.Pow(forest.LogErrorAt(place) - ErrorForest.LogError(observation.Accuracy), 2)).Average();
    }
}
