namespace MnistTrainer.Tuning;

/// <summary>Chooses where to look next.</summary>
internal interface ISampler
{
    /// <summary>Chooses a place.</summary>
    /// <param name="trial">The number of the trial: the same seed and number draw the same.</param>
    /// <param name="settings">What may change.</param>
    /// <param name="seen">What is known, all after the same number of epochs.</param>
    /// <returns>Of each setting, from 0 to 1.</returns>
    double[] Sample(int trial, IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen);
}

/// <summary>Every place is as likely, whatever is known.</summary>
/// <param name="seed">Draws.</param>
internal sealed class RandomSampler(int seed) : ISampler
{
    /// <inheritdoc/>
    public double[] Sample(int trial, IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen) => Sample(Generator(seed, trial), settings.Count);

    /// <summary>The generator of a trial.</summary>
    public static Random Generator(int seed, int trial) => new(unchecked(seed * 1_000_003 + trial));

    /// <summary>A place.</summary>
    public static double[] Sample(Random random, int settings) => [.. Enumerable.Range(0, settings).Select(_ => random.NextDouble())];
}

/// <summary>
/// A tree-structured Parzen estimator (Bergstra et al., Algorithms for hyper-parameter optimization, 2011): looks where places are likely among the best
/// quarter of those that are known, and unlikely among the others. Settings are taken one by one.
/// </summary>
/// <param name="seed">Draws.</param>
internal sealed class ParzenSampler(int seed) : ISampler
{
    private const double GoodShare = 0.25, RandomShare = 1 / 6.0;
    private const int Candidates = 24;

    /// <inheritdoc/>
    public double[] Sample(int trial, IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen)
    {
        var random = RandomSampler.Generator(seed, trial);
        if (seen.Count < 2 * settings.Count || random.NextDouble() < RandomShare)
            return RandomSampler.Sample(random, settings.Count);

        List<Observation> ranked = [.. seen.OrderByDescending(observation => observation.Accuracy)];
        var good = ranked.Take((int)Math.Ceiling(GoodShare * ranked.Count)).ToList();
        var bad = ranked.Skip(good.Count).ToList();
        return [.. settings.Select((setting, at) =>
        {
            double[] likely = [.. good.Select(observation => observation.Places[at])], unlikely = [.. bad.Select(observation => observation.Places[at])];
            return Enumerable.Range(0, Candidates).Select(_ => Draw(random, setting, likely))
                .MaxBy(place => Density(setting, likely, place) / Density(setting, unlikely, place));
        })];
    }

    private static double Draw(Random random, SearchSetting setting, double[] centres)
    {
        var from = random.Next(centres.Length + 1); // one more, for what nobody has seen
        if (from == centres.Length)
            return random.NextDouble();
        if (setting.Choices.Count > 0)
            return centres[from];
        var place = centres[from] + Width(centres) * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return Math.Clamp(place, 0, 1);
    }

    private static double Density(SearchSetting setting, double[] centres, double place)
    {
        var count = setting.Choices.Count;
        if (count > 0)
            return (1.0 / count + centres.Count(centre => Math.Abs(centre - place) < 0.5 / count)) / (1 + centres.Length);
        var width = Width(centres);
        return (1 + centres.Sum(centre => Math.Exp(-Math.Pow((place - centre) / width, 2) / 2) / (width * Math.Sqrt(2 * Math.PI)))) / (1 + centres.Length);
    }

    /// <summary>The kernels' standard deviation: Scott's rule for the unit interval's spread.</summary>
    private static double Width(double[] centres) => Math.Max(0.03, 0.29 * Math.Pow(centres.Length, -0.2));
}
