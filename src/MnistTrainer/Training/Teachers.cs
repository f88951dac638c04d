using MnistModel;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>
/// Trained model files whose mean answer a network learns from besides the labels (distillation: G. Hinton, O. Vinyals and J. Dean, 2015). Dispose it when done.
/// </summary>
public sealed class Teachers : IDisposable
{
    private readonly IReadOnlyList<DigitClassifier> _models;
    private readonly int _classes;

    private Teachers(IReadOnlyList<DigitClassifier> models, int classes) => (_models, _classes) = (models, classes);

    /// <summary>Loads the files.</summary>
    /// <param name="paths">Of model files, one or more.</param>
    /// <param name="classes">Of the network that is to learn: 10, or 11 with "no digit".</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no model, or knows other classes.</exception>
    public static Teachers Load(IReadOnlyList<string> paths, int classes)
    {
        var models = new List<DigitClassifier>(paths.Count);
        try
        {
            foreach (var path in paths)
            {
                models.Add(DigitClassifier.Load(path));
                var known = DigitClassifier.Digits + models[^1].OutputNames.Count - 1;
                if (known != classes)
                    throw new InvalidDataException($"'{path}' tells {known} classes apart; what is to learn from it has {classes}. Set nonDigitShare to 0 for ten classes, and above 0 for eleven.");
            }

            return new Teachers(models, classes);
        }
        catch
        {
            models.ForEach(model => model.Dispose());
            throw;
        }
    }

    /// <summary>The mean of what the teachers answer, as sure or unsure as they were trained to be: their temperatures are taken out again.</summary>
    /// <param name="x">float32 (B, 1, 28, 28) in 0 to 1.</param>
    /// <returns>float32 (B, classes); each row sums to 1.</returns>
    public Tensor Answer(Tensor x)
    {
        var pixels = x.data<float>().ToArray();
        var sum = new float[x.shape[0] * _classes];
        foreach (var model in _models)
        {
            foreach (var (image, prediction) in model.Classify(pixels).Index())
                Add(prediction, model.Card.Temperature, sum.AsSpan(image * _classes, _classes));
        }

        return tensor(sum, x.shape[0], _classes).div_(_models.Count);
    }

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        foreach (var model in _models)
            model.Dispose();
    }

    // softmax(z / T) to the power of T is in proportion to softmax(z); "no digit" stands to the best digit as its own output says, which has no temperature
    private static void Add(Prediction prediction, double temperature, Span<float> sum)
    {
        Span<double> share = stackalloc double[sum.Length];
        var whole = 0.0;
        for (var digit = 0; digit < DigitClassifier.Digits; digit++)
            whole += share[digit] = Math.Pow(prediction.Probabilities[digit], temperature);
        if (share.Length > DigitClassifier.Digits)
            whole += share[^1] = share[prediction.Digit] * (1 / Math.Max(prediction.DigitProbability, 1e-6) - 1);
        for (var i = 0; i < sum.Length; i++)
            sum[i] += (float)(share[i] / whole);
    }
}
