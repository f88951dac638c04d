using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader.Inference;

/// <summary>
/// A trained network loaded from its ONNX file: a grey picture → where its ink is. Safe to use from many threads at once; each call computes on the calling
/// thread alone. Dispose it when done.
/// </summary>
/// <example><code>
/// using var reader = new DigitReader(DigitClassifier.Load("models/mnist.onnx"), InkNetwork.Load("models/ink.onnx"));
/// </code></example>
public sealed class InkNetwork : IDisposable
{
    /// <summary>Name of the input tensor: float32 (N, 1, H, W), normalised grey; H and W are multiples of 8.</summary>
    public const string InputName = "grey";

    /// <summary>Name of the output tensor: float32 (N, 1, H, W), the probability of ink.</summary>
    public const string OutputName = "ink";

    /// <summary>A pixel whose probability of ink is below this has none.</summary>
    internal const float Least = 0.3f;

    /// <summary>Paper around the ink when it is looked at from nearer, as a share of its longer side.</summary>
    private const double Margin = 0.25;

    /// <summary>Longer side of what is taken for a photo, at least, in pixels.</summary>
    private const int PhotoSide = 512;

    /// <summary>How much nearer that must be, unless it is a photo.</summary>
    private const double LeastGain = 1.25;

    /// <summary>The longest side of a whole picture at the scale of a part, in pixels.</summary>
    private const int MostSide = 1_536;

    private static readonly string[] InputNames = [InputName];
    private static readonly string[] OutputNames = [OutputName];

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();

    private InkNetwork(InferenceSession session, InkCard card) => (_session, Card) = (session, card);

    /// <summary>What the model file says of itself.</summary>
    public InkCard Card { get; }

    /// <summary>Loads a model file that the trainer wrote.</summary>
    /// <param name="path">Path of the ONNX file.</param>
    /// <returns>A network that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no ink network of ours, is damaged, or fails its self-test.</exception>
    public static InkNetwork Load(string path) => Load(ModelFile.Read(path), path);

    /// <summary>Loads the content of a model file, and lets it pass its self-test.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <param name="path">Where they were read from, for messages.</param>
    /// <returns>A network that the caller disposes.</returns>
    /// <exception cref="InvalidDataException">They are no ink network of ours, are damaged, or fail the self-test.</exception>
    public static InkNetwork Load(byte[] model, string path) => ModelFile.Load(
        model, path, Explain, NetworkCardJson.Default.InkCard, (session, card) => new InkNetwork(session, card), network => network.Test());

    /// <summary>Frees the session. No call may be running.</summary>
    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    /// <summary>
    /// Finds the ink of a picture: on all of it first, and where that covers only a part, once more on this part, from nearer.
    /// </summary>
    /// <param name="image">Only read.</param>
    /// <returns>An image of its own, to be disposed; blank where there is no ink. It is mostly smaller.</returns>
    internal InkImage Find(GrayImage image)
    {
        // on a photo, writing may be small: it is looked for at twice the size
        var isPhoto = Math.Max(image.Width, image.Height) >= PhotoSide && InkInput.IsAboutSquare(image.Width, image.Height);
        var whole = InkInput.Of(image, isPhoto ? 2 : 1);
        var far = ToInk(Run(whole), whole.Width, whole.Height, image);
        if (far.BoundingBox() is not { } ink)
            return far;

        // of the picture, with some paper around it
        var (scaleX, scaleY, longer) = ((double)image.Width / far.Width, (double)image.Height / far.Height, Math.Max(image.Width, image.Height));
        var margin = Math.Max(
            Margin * Math.Max(ink.Width * scaleX, ink.Height * scaleY),
            (longer * InkInput.SquareSide / (double)MostSide - Math.Max(ink.Width * scaleX, ink.Height * scaleY)) / 2);
        var (left, top) = ((int)Math.Max(0, ink.X * scaleX - margin), (int)Math.Max(0, ink.Y * scaleY - margin));
        var (right, bottom) = (
            (int)Math.Min(image.Width, (ink.X + ink.Width) * scaleX + margin), (int)Math.Min(image.Height, (ink.Y + ink.Height) * scaleY + margin));
        var zoom = InkInput.Size(right - left, bottom - top).Width / (double)(right - left);
        if (!isPhoto && zoom * scaleX < LeastGain)
            return far;

        far.Dispose();
        using var part = image.Cut(new PixelBox(left, top, right - left, bottom - top));
        var input = InkInput.Of(part);
        using var near = ToInk(Run(input), input.Width, input.Height, image);
        return near.Place(AtZoom(left), AtZoom(top), Math.Max(1, AtZoom(image.Width)), Math.Max(1, AtZoom(image.Height)));

        int AtZoom(int length) => (int)Math.Round(length * zoom); // not more: who knows both sizes knows the zoom
    }

    /// <summary>Nothing where not one pixel is more probably ink than not.</summary>
    private static InkImage ToInk(float[] probabilities, int width, int height, GrayImage image)
    {
        var ink = new InkImage(width, height) { PictureWidth = image.PictureWidth, PictureHeight = image.PictureHeight };
        var isBlank = TensorPrimitives.Max<float>(probabilities) < 0.5f;
        for (var i = 0; i < probabilities.Length; i++)
            ink.Writable[i] = isBlank || probabilities[i] < Least ? (byte)0 : (byte)(255 * Math.Min(1, probabilities[i]));
        return ink;
    }

    /// <summary>The probability that each pixel of the input is ink, in row order.</summary>
    internal float[] Run(InkInput input)
    {
        var (values, width, height) = input.Padded();
        using var tensor = OrtValue.CreateTensorValueFromMemory(values, [1, 1, height, width]);
        using var outputs = _session.Run(_runOptions, InputNames, [tensor], OutputNames);
        var ink = outputs[0].GetTensorDataAsSpan<float>();
        var cut = new float[input.Width * input.Height];
        for (var y = 0; y < input.Height; y++)
            ink.Slice(y * width, input.Width).CopyTo(cut.AsSpan(y * input.Width));
        return cut;
    }

    private string? Test()
    {
        var test = Card.SelfTest;
        using var picture = ModelFile.TestPicture(test.Width, test.Pixels);
        if (picture is null)
            return "its card's picture isn't rectangular.";

        var found = Run(InkInput.Of(picture)).Count(probability => probability >= 0.5f);
        return Math.Abs(found - test.InkPixels) > Math.Max(2, test.InkPixels / 50) // other processors round otherwise
            ? $"it finds {found} pixels of ink where its card says {test.InkPixels}."
            : null;
    }

    private static string? Explain(InferenceSession session) =>
        session.InputMetadata.Count == 1 && ModelFile.Fits(session.InputMetadata, InputName, [-1, 1, -1, -1])
        && session.OutputMetadata.Count == 1 && ModelFile.Fits(session.OutputMetadata, OutputName, [-1, 1, -1, -1])
            ? null
            : $"one that finds ink: it needs one input '{InputName}' and one output '{OutputName}', both float32 (N,1,H,W).";
}
