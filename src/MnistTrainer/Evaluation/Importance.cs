using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;
using MnistTrainer.Recipes;

namespace MnistTrainer.Evaluation;

/// <summary>
/// How much each setting of a search decides: a random forest learns the error rate from the places, and a setting matters as much as the forest errs more
/// when its values are shuffled among the trials (Breiman, Random forests, 2001).
/// </summary>
internal static class Importance
{
    private const int Trees = 200, Shuffles = 20, LeastTrials = 10;

    /// <summary>Measures it.</summary>
    /// <param name="settings">In the order of the places.</param>
    /// <param name="seen">All after the same number of epochs.</param>
    /// <returns>Shares of 1, in the order of the settings; null for fewer than 10 trials, which say too little.</returns>
    public static IReadOnlyList<double>? Measure(IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen)
    {
        if (seen.Count < LeastTrials)
            return null;

        var random = new Random(1);
        var rows = seen.Select(observation => new Row { Features = Encode(settings, observation.Places), Label = ErrorRate(observation) }).ToList();
        var context = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        var forest = context.Regression.Trainers.FastForest(new FastForestRegressionTrainer.Options
        {
            NumberOfTrees = Trees, NumberOfThreads = 1, MinimumExampleCountPerLeaf = 2, Seed = 1, FeatureFirstUsePenalty = 0,
        }).Fit(context.Data.LoadFromEnumerable(rows, schema));
        var error = Error([.. seen.Select(observation => observation.Places)]);
        double[] more = [.. settings.Select((_, at) => Math.Max(0, Enumerable.Range(0, Shuffles).Average(_ =>
        {
            double[] values = [.. seen.Select(observation => observation.Places[at])];
            random.Shuffle(values);
            return Error([.. seen.Zip(values, (observation, value) => (double[])[.. observation.Places[..at], value, .. observation.Places[(at + 1)..]])]);
        }) - error))];
        return more.Sum() is > 0 and var all ? [.. more.Select(share => share / all)] : more;

        double Error(IReadOnlyList<double[]> places)
        {
            var data = context.Data.LoadFromEnumerable(
                places.Zip(rows, (place, row) => new Row { Features = Encode(settings, place), Label = row.Label }), schema);
            var scores = forest.Transform(data).GetColumn<float>("Score");
            return scores.Zip(rows, (score, row) => Math.Pow(score - row.Label, 2)).Average();
        }
    }

    /// <summary>On a scale where half the errors is everywhere the same step: what separates 98 from 99 % matters as what separates 80 from 90.</summary>
    private static float ErrorRate(Observation observation) => (float)Math.Log10(Math.Max(1 - observation.Accuracy, 1e-4));

    // numbers as they are; of a list, a feature a value
    private static float[] Encode(IReadOnlyList<SearchSetting> settings, double[] places) =>
    [
        .. settings.Zip(places).SelectMany(pair => pair.First.Choices.Count == 0
            ? [(float)pair.Second]
            : Enumerable.Range(0, pair.First.Choices.Count).Select(choice => (int)(pair.Second * pair.First.Choices.Count) == choice ? 1f : 0)),
    ];

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
