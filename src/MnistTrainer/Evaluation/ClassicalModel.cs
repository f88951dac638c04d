using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.LightGbm;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;

namespace MnistTrainer.Evaluation;

/// <summary>A baseline of Microsoft.ML on the 784 pixels, from 0 to 1. Stands beside recipes in comparisons.</summary>
/// <param name="Name">As <c>compare</c> spells it.</param>
/// <param name="Description">The method, with all its settings.</param>
/// <param name="Parameters">Number of trained weights; null where the method has none to count.</param>
/// <param name="MultiplyAdds">Multiplications with addition for one image; null where the method has none.</param>
/// <param name="Trainer">Makes the method from a context, a seed and a number of threads.</param>
internal sealed record ClassicalModel(
    string Name, string Description, long? Parameters, long? MultiplyAdds, Func<MLContext, int, int, IEstimator<ITransformer>> Trainer)
{
    private const int Passes = 50, Trees = 200, Leaves = 31, Bins = 63;
    private const float L2 = 3e-4f;
    private const double LearningRate = 0.1, FeatureShare = 0.1;

    /// <summary>All there are.</summary>
    public static readonly IReadOnlyList<ClassicalModel> All =
    [
        new("ml-linear", string.Create(CultureInfo.InvariantCulture, $"softmax regression, SdcaMaximumEntropy: {Passes} passes, L2 {L2}"),
            (DigitImage.PixelCount + 1) * DigitClassifier.Digits, DigitImage.PixelCount * DigitClassifier.Digits,
            (context, _, _) => context.MulticlassClassification.Trainers.SdcaMaximumEntropy(new SdcaMaximumEntropyMulticlassTrainer.Options
            {
                MaximumNumberOfIterations = Passes,
                L1Regularization = 0,
                L2Regularization = L2,
                NumberOfThreads = 1, // several write to the same weights without locks: no two runs would be the same
            })),
        new("ml-lightgbm", string.Create(CultureInfo.InvariantCulture, $"gradient-boosted trees, LightGBM: {Trees} trees a digit, {Leaves} leaves, " +
            $"learning rate {LearningRate}, {Bins} bins a pixel, {100 * FeatureShare} % of the pixels a tree"),
            null, null,
            (context, seed, threads) => context.MulticlassClassification.Trainers.LightGbm(new LightGbmMulticlassTrainer.Options
            {
                NumberOfIterations = Trees,
                NumberOfLeaves = Leaves,
                LearningRate = LearningRate,
                MaximumBinCountPerFeature = Bins,
                Booster = new GradientBooster.Options { FeatureFraction = FeatureShare },
                Seed = seed,
                NumberOfThreads = threads,
            })),
    ];

    /// <summary>Trains the model, in a minute or two for 50,000 images; Microsoft.ML offers no way to stop it before.</summary>
    /// <param name="training">The images to learn from.</param>
    /// <param name="seed">Draws everything that is random.</param>
    /// <param name="threads">That LightGBM computes with; the linear model takes one always.</param>
    /// <returns>What reads an image; for one thread at a time.</returns>
    /// <exception cref="DllNotFoundException">
    /// LightGBM lacks OpenMP (libgomp.so.1), which libtorch brings: call <see cref="Networks.LibTorch.Load()"/> before.
    /// </exception>
    public Func<DigitImage, Prediction> Train(DigitSet training, int seed, int threads)
    {
        var context = new MLContext(seed);
        // all at once: each pass reads them
        Row[] rows = [.. Enumerable.Range(0, training.Count).Select(index => Row.From(training[index], training.Labels.Span[index]))];
        var model = Trainer(context, seed, threads).Fit(context.Data.LoadFromEnumerable(rows));
        var engine = context.Model.CreatePredictionEngine<Row, Answer>(model);
        return image => Prediction.From(engine.Predict(Row.From(image, 0)).Score);
    }

    private sealed class Row
    {
        [KeyType(DigitClassifier.Digits)]
        public uint Label { get; set; }

        [VectorType(DigitImage.PixelCount)]
        public float[] Features { get; set; } = [];

        public static Row From(DigitImage image, byte label)
        {
            var features = new float[DigitImage.PixelCount];
            for (var i = 0; i < features.Length; i++)
                features[i] = image.Pixels[i] / 255f;
            return new Row { Label = label, Features = features };
        }
    }

    private sealed class Answer
    {
        public float[] Score { get; set; } = [];
    }
}
