using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers.FastTree;

namespace MnistTrainer.Tuning;

/// <summary>
/// A random forest that tells the error rate at a place of a search from those that are known, on a scale where half the errors is everywhere the same step:
/// what separates 98 from 99 % matters as what separates 80 from 90.
/// </summary>
internal sealed class ErrorForest : IDisposable
{
    private const int Trees = 200;

    private readonly IReadOnlyList<SearchSetting> _settings;
    private readonly PredictionEngine<Row, Answer> _engine;

    /// <summary>Grows it.</summary>
    /// <param name="settings">In the order of the places.</param>
    /// <param name="seen">Two or more, all after the same number of epochs.</param>
    public ErrorForest(IReadOnlyList<SearchSetting> settings, IReadOnlyList<Observation> seen)
    {
        _settings = settings;
        List<Row> rows = [.. seen.Select(observation => new Row { Features = Encode(observation.Places), Label = (float)LogError(observation.Accuracy) })];
        var context = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, rows[0].Features.Length);
        var forest = context.Regression.Trainers.FastForest(new FastForestRegressionTrainer.Options
        {
            NumberOfTrees = Trees, NumberOfThreads = 1, MinimumExampleCountPerLeaf = 2, Seed = 1, FeatureFirstUsePenalty = 0,
        }).Fit(context.Data.LoadFromEnumerable(rows, schema));
        _engine = context.Model.CreatePredictionEngine<Row, Answer>(forest, inputSchemaDefinition: schema);
    }

    /// <summary>The common logarithm of the error rate.</summary>
    /// <param name="accuracy">0 to 1; above 0.9999 it is taken for that.</param>
    public static double LogError(double accuracy) => Math.Log10(Math.Max(1 - accuracy, 1e-4));

    /// <summary>What it expects.</summary>
    /// <param name="places">Of each setting, from 0 to 1.</param>
    /// <returns>As <see cref="LogError"/> counts.</returns>
    public double LogErrorAt(double[] places) => _engine.Predict(new Row { Features = Encode(places) }).Score;

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    // numbers as they are; of a list, a feature a value
    private float[] Encode(double[] places) =>
    [
        .. _settings.Zip(places).SelectMany(pair => pair.First.Choices.Count == 0
            ? [(float)pair.Second]
            : Enumerable.Range(0, pair.First.Choices.Count).Select(choice => (int)(pair.Second * pair.First.Choices.Count) == choice ? 1f : 0)),
    ];

    private sealed class Row
    {
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed class Answer
    {
        public float Score { get; set; }
    }
}
