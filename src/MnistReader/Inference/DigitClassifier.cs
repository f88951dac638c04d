using System.Buffers;
using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using MnistReader.Framing;

namespace MnistReader.Inference;

/// <summary>
/// A trained network loaded from its ONNX file: <see cref="DigitImage"/>s → probabilities.
/// Safe to use from many threads at once; each call computes on the calling thread alone. Dispose it when done.
/// </summary>
/// <example><code>
/// using var classifier = DigitClassifier.Load("models/mnist.onnx");
/// var predictions = classifier.Classify([new DigitImage(new byte[DigitImage.PixelCount])]);
/// Console.WriteLine(predictions[0].IsDigit); // False: it is blank
/// </code></example>
public sealed class DigitClassifier : IDisposable
{
    /// <summary>Number of classes: 10.</summary>
    public const int Digits = 10;

    /// <summary>Name of the input tensor: float32 (N, 1, 28, 28), 0 = paper, 1 = full ink.</summary>
    public const string InputName = "pixels";

    /// <summary>Name of the output tensor: float32 (N, 10), each row sums to 1.</summary>
    public const string OutputName = "probabilities";

    /// <summary>
    /// Name of the second output, of networks that learned to reject: float32 (N, 1), the probability that it is the most probable digit rather than no
    /// digit.
    /// </summary>
    public const string DigitOutputName = "digit";

    private static readonly string[] InputNames = [InputName];

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _outputNames;

    private DigitClassifier(InferenceSession session, ModelCard card) =>
        (_session, Card, _outputNames) = (session, card, session.OutputMetadata.ContainsKey(DigitOutputName) ? [OutputName, DigitOutputName] : [OutputName]);

    /// <summary>What the model file says of itself.</summary>
    public ModelCard Card { get; }

    /// <summary>Names of the outputs of this network: <see cref="OutputName"/>, and <see cref="DigitOutputName"/> where it learned to reject.</summary>
    public IReadOnlyList<string> OutputNames => _outputNames;

    /// <summary>Loads a model file that the trainer wrote.</summary>
    /// <param name="path">Path of the ONNX file.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is no model of ours: not ONNX, another input or output, no model card, or not the network that its card's SHA-256 is of; or it fails its
    /// self-test.
    /// </exception>
    public static DigitClassifier Load(string path) => Load(ModelFile.Read(path), path);

    /// <summary>Loads the content of a model file, and lets it pass its self-test.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <param name="path">Where they were read from, for messages.</param>
    /// <returns>A classifier that the caller disposes.</returns>
    /// <exception cref="InvalidDataException">
    /// They are no model of ours: not ONNX, another input or output, no model card, or not the network that its card's SHA-256 is of; or they fail the
    /// self-test.
    /// </exception>
    public static DigitClassifier Load(byte[] model, string path) => ModelFile.Load(
        model, path, Explain, NetworkCardJson.Default.ModelCard, (session, card) => new DigitClassifier(session, card), classifier => classifier.Test());

    /// <summary>Classifies one image.</summary>
    /// <param name="image">A framed digit.</param>
    public Prediction Classify(DigitImage image) => Classify([image])[0];

    /// <summary>Classifies several images in one run of the network.</summary>
    /// <param name="images">Framed digits.</param>
    /// <returns>One prediction per image, in order; empty for no images.</returns>
    public IReadOnlyList<Prediction> Classify(IReadOnlyList<DigitImage> images)
    {
        if (images.Count == 0)
            return [];

        var rented = ArrayPool<float>.Shared.Rent(images.Count * DigitImage.PixelCount);
        try
        {
            var pixels = rented.AsMemory(0, images.Count * DigitImage.PixelCount);
            for (var i = 0; i < images.Count; i++)
                ToInput(images[i], pixels.Span.Slice(i * DigitImage.PixelCount, DigitImage.PixelCount));
            return Classify(pixels);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>Classifies tensors as they are, in one run of the network.</summary>
    /// <param name="pixels">N × 784 numbers in row order, N at least 1, 0 = paper, 1 = full ink; only read.</param>
    /// <returns>N predictions, in order.</returns>
    /// <exception cref="ArgumentException">The length isn't a multiple of 784, or is 0.</exception>
    public IReadOnlyList<Prediction> Classify(Memory<float> pixels)
    {
        var (count, rest) = Math.DivRem(pixels.Length, DigitImage.PixelCount);
        if (count == 0 || rest != 0)
            throw new ArgumentException($"{pixels.Length} numbers aren't images of {DigitImage.PixelCount}.", nameof(pixels));

        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, [count, 1, DigitImage.Side, DigitImage.Side]);
        using var outputs = _session.Run(_runOptions, InputNames, [input], _outputNames);
        var probabilities = outputs[0].GetTensorDataAsSpan<float>(); // (N, 10)
        var isDigit = outputs.Count == 2 ? outputs[1].GetTensorDataAsSpan<float>() : default; // (N, 1)

        var predictions = new Prediction[count];
        for (var i = 0; i < count; i++)
        {
            predictions[i] = Prediction.From(
                probabilities.Slice(i * Digits, Digits), isDigit.IsEmpty ? 1 : isDigit[i], Card.RejectionThreshold ?? 0, Card.CandidateThreshold ?? 1);
        }

        return predictions;
    }

    /// <summary>Frees the session. No call may be running.</summary>
    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    /// <summary>Bytes of ink → 784 numbers from 0 to 1.</summary>
    internal static void ToInput(DigitImage image, Span<float> pixels)
    {
        TensorPrimitives.ConvertTruncating(image.Pixels, pixels);
        TensorPrimitives.Divide(pixels, 255f, pixels);
    }

    private string? Test()
    {
        var test = Card.SelfTest;
        if (test.Pixels.Length != DigitImage.PixelCount)
            return $"the digit in its card has {test.Pixels.Length} pixels, not {DigitImage.PixelCount}.";

        var answer = Classify(new DigitImage(test.Pixels));
        if (!answer.Probabilities.All(float.IsFinite) || Math.Abs(answer.Probabilities.Sum() - 1) > 1e-3)
            return "its answers are no probabilities.";

        return answer.Digit == test.Digit ? null : $"it reads the card's {test.Digit} as {answer.Digit}.";
    }

    private static string? Explain(InferenceSession session)
    {
        var rejects = session.OutputMetadata.Count == 2 && ModelFile.Fits(session.OutputMetadata, DigitOutputName, [-1, 1]);
        return session.InputMetadata.Count == 1 && ModelFile.Fits(session.InputMetadata, InputName, [-1, 1, DigitImage.Side, DigitImage.Side])
            && (session.OutputMetadata.Count == 1 || rejects) && ModelFile.Fits(session.OutputMetadata, OutputName, [-1, Digits])
            ? null
            : $"of digits: it needs one input '{InputName}' float32 (N,1,28,28), " +
                $"one output '{OutputName}' float32 (N,10), and at most a second one '{DigitOutputName}' float32 (N,1).";
    }
}
