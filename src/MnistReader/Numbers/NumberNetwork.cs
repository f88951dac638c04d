using Microsoft.ML.OnnxRuntime;
using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistReader.Numbers;

/// <summary>
/// A trained network loaded from its ONNX file: a line of writing → its digits and separators, and where each is. Safe to use from many threads at once; each
/// call computes on the calling thread alone. Dispose it when done.
/// </summary>
/// <example><code>
/// using var reader = new DigitReader(
///     DigitClassifier.Load("models/mnist.onnx"), InkNetwork.Load("models/ink.onnx"), NumberNetwork.Load("models/number.onnx"));
/// </code></example>
public sealed class NumberNetwork : IDisposable
{
    /// <summary>Name of the input tensor: float32 (N, 1, 40, W), normalised grey; W is a multiple of 4.</summary>
    public const string InputName = "line";

    /// <summary>
    /// Name of the output tensor: float32 (N, 16, 1, W / 4), the natural logarithms of the probabilities at each step of blank, digits 0 to 9, and
    /// <c>. , - / :</c>.
    /// </summary>
    public const string OutputName = "steps";

    private static readonly string[] InputNames = [InputName];
    private static readonly string[] OutputNames = [OutputName];

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    private NumberNetwork(InferenceSession session, NumberCard card) => (_session, Card) = (session, card);

    /// <summary>What the model file says of itself.</summary>
    public NumberCard Card { get; }

    /// <summary>Loads a model file that the trainer wrote.</summary>
    /// <param name="path">Path of the ONNX file.</param>
    /// <returns>A network that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no number network of ours, is damaged, or fails its self-test.</exception>
    public static NumberNetwork Load(string path) => Load(ModelFile.Read(path), path);

    /// <summary>Loads the content of a model file, and lets it pass its self-test.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <param name="path">Where they were read from, for messages.</param>
    /// <returns>A network that the caller disposes.</returns>
    /// <exception cref="InvalidDataException">They are no number network of ours, are damaged, or fail the self-test.</exception>
    public static NumberNetwork Load(byte[] model, string path) => ModelFile.Load(
        model, path, Explain, NetworkCardJson.Default.NumberCard, (session, card) => new NumberNetwork(session, card), network => network.Test());

    /// <summary>Frees the session. No call may be running.</summary>
    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    /// <summary>Reads a line.</summary>
    /// <param name="picture">Only read.</param>
    /// <param name="part">One line of writing on it, upright, with little paper around.</param>
    internal LineReading Read(GrayImage picture, PixelBox part)
    {
        using var line = picture.Cut(part);
        var input = NumberInput.Of(line);
        return new LineReading(ToSteps(Run(input)), part, NumberInput.StepPx / input.Zoom);
    }

    /// <summary>The logarithms of the probabilities of the classes at each step: class after class, of each all steps.</summary>
    internal float[] Run(NumberInput input)
    {
        using var tensor = OrtValue.CreateTensorValueFromMemory(input.Values, [1, 1, NumberInput.Height, input.Width]);
        using var outputs = _session.Run(_runOptions, InputNames, [tensor], OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>Logarithms as <see cref="Run"/> gives them → of each step the probability of each class.</summary>
    internal static double[][] ToSteps(float[] logarithms)
    {
        var count = logarithms.Length / NumberAlphabet.Classes;
        return [.. Enumerable.Range(0, count).Select(step =>
            Enumerable.Range(0, NumberAlphabet.Classes).Select(of => Math.Exp(logarithms[of * count + step])).ToArray())];
    }

    private string? Test()
    {
        var test = Card.SelfTest;
        using var picture = ModelFile.TestPicture(test.Width, test.Pixels);
        if (picture is null)
            return "its card's picture isn't rectangular.";

        var read = NumberAlphabet.TextOf(Ctc.Best(ToSteps(Run(NumberInput.Of(picture)))));
        return read == test.Text ? null : $"it reads the card's {test.Text} as {read}.";
    }

    private static string? Explain(InferenceSession session) =>
        session.InputMetadata.Count == 1 && ModelFile.Fits(session.InputMetadata, InputName, [-1, 1, NumberInput.Height, -1])
        && session.OutputMetadata.Count == 1 && ModelFile.Fits(session.OutputMetadata, OutputName, [-1, NumberAlphabet.Classes, 1, -1])
            ? null
            : $"one that reads numbers: it needs one input '{InputName}' float32 (N,1,{NumberInput.Height},W) " +
                $"and one output '{OutputName}' float32 (N,{NumberAlphabet.Classes},1,W/{NumberInput.StepPx}).";
}
