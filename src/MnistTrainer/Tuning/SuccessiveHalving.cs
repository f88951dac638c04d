namespace MnistTrainer.Tuning;

/// <summary>
/// Asynchronous successive halving (Li et al., A system for massively parallel hyperparameter tuning, 2020): all trials are trained a little, the best of them
/// on and on. Nobody waits for a rung to fill: what is among the best of those that have come so far goes on at once.
/// </summary>
internal static class SuccessiveHalving
{
    /// <summary>The epochs after which a trial must be among the best to go on, and those at its end.</summary>
    /// <param name="least">Of the first rung.</param>
    /// <param name="most">Of the last rung.</param>
    /// <param name="factor">How many times longer each rung is than the one before; of as many trials, one goes on.</param>
    /// <returns>From the most down by the factor, in rising order.</returns>
    public static IReadOnlyList<int> Rungs(int least, int most, int factor)
    {
        var rungs = new List<int> { most };
        while (rungs[0] / factor >= least)
            rungs.Insert(0, rungs[0] / factor);
        return rungs;
    }

    /// <summary>What may be trained next, what is most urgent first: promotions from the highest rung down, then trials that haven't begun.</summary>
    /// <param name="accuracies">Of each rung from the first: of the trials that came there, by their numbers.</param>
    /// <param name="trials">How many there are to be, numbered from 0.</param>
    /// <param name="factor">One of so many goes on.</param>
    public static IEnumerable<(int Trial, int Rung)> Next(IReadOnlyList<IReadOnlyDictionary<int, double>> accuracies, int trials, int factor)
    {
        for (var rung = accuracies.Count - 2; rung >= 0; rung--)
        {
            var best = accuracies[rung].OrderByDescending(trial => trial.Value).ThenBy(trial => trial.Key).Take(accuracies[rung].Count / factor);
            foreach (var (trial, _) in best.Where(trial => !accuracies[rung + 1].ContainsKey(trial.Key)))
                yield return (trial, rung + 1);
        }

        for (var trial = 0; trial < trials; trial++)
        {
            if (!accuracies[0].ContainsKey(trial))
                yield return (trial, 0);
        }
    }
}
