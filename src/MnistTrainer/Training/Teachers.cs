using MnistModel;
using TorchSharp;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>Trained model files that a network learns from besides the labels (distillation; Hinton, Vinyals and Dean, 2015). Dispose it when done.</summary>
public sealed class Teachers : IDisposable
{
    private const double Softening = 2; // the power of ½ shows the student which wrong digits a teacher finds likely

    private readonly IReadOnlyList<DigitClassifier> _models;

    private Teachers(IReadOnlyList<DigitClassifier> models) => _models = models;

    /// <summary>Loads the files.</summary>
    /// <param name="paths">Of model files, one or more.</param>
    /// <exception cref="IOException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is no model.</exception>
    public static Teachers Load(IEnumerable<string> paths) => new([.. paths.Select(DigitClassifier.Load)]);

    /// <summary>The mean of what the teachers answer, softened.</summary>
    /// <param name="x">float32 (B, 1, 28, 28) in 0 to 1.</param>
    /// <param name="classes">10, or 11 with "no digit".</param>
    /// <returns>float32 (B, classes); each row sums to 1.</returns>
    public Tensor Answer(Tensor x, int classes)
    {
        var bytes = (x * 255).round_().clamp_(0, 255).to(ScalarType.Byte).data<byte>().ToArray();
        var images = bytes.Chunk(DigitImage.PixelCount).Select(pixels => new DigitImage(pixels)).ToList();
        var answers = _models.Select(model => tensor(model.Classify(images).SelectMany(prediction => Classes(prediction, classes)).ToArray()).reshape(-1, classes));
        var softened = stack(answers).mean([0]).pow(1 / Softening);
        return softened / softened.sum(1, keepdim: true);
    }

    /// <summary>Frees the models.</summary>
    public void Dispose()
    {
        foreach (var model in _models)
            model.Dispose();
    }

    private static IEnumerable<float> Classes(Prediction prediction, int classes) => classes == DigitClassifier.Digits
        ? prediction.Probabilities
        : prediction.Probabilities.Select(probability => probability * prediction.DigitProbability).Append(1 - prediction.DigitProbability);
}
