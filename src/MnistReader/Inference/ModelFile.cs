using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MnistReader.Imaging;

namespace MnistReader.Inference;

/// <summary>What all model files of the trainer have in common: ONNX, with a card in the metadata.</summary>
/// <example><code>
/// var content = ModelFile.Read("models/mnist.onnx"); // no lock: another process may replace the file
/// using var classifier = DigitClassifier.Load(content, "models/mnist.onnx");
/// </code></example>
public static class ModelFile
{
    /// <summary>The most bytes of a model file: 100 MB (100,000,000), hundreds of times what these networks have.</summary>
    public const int MaxBytes = 100_000_000;

    static ModelFile() => OnnxTelemetry.Disable();

    /// <summary>Reads a model file as it stands, without a lock that would keep another process from replacing it.</summary>
    /// <param name="path">Path of the ONNX file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It has more bytes than <see cref="MaxBytes"/>; nothing was read.</exception>
    public static byte[] Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no model file at '{path}'. Train one with MnistTrainer, or give the right path.", path);

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length > MaxBytes)
            throw new InvalidDataException($"'{path}' has {file.Length:N0} bytes; a model file has at most {MaxBytes:N0}. Give the right path.");

        using var content = new MemoryStream((int)file.Length);
        file.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Opens the content of a model file and checks it.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <param name="path">Where they were read from, for messages.</param>
    /// <param name="explain">Why inputs and outputs aren't those of such a network; null where they are.</param>
    /// <param name="cardType">Reads the card.</param>
    /// <returns>A session that the caller disposes, and the card.</returns>
    /// <exception cref="InvalidDataException">
    /// They are no such model: not ONNX, another input or output, no model card, or not the network that its card's SHA-256 is of.
    /// </exception>
    internal static (InferenceSession Session, T Card) Open<T>(byte[] model, string path, Func<InferenceSession, string?> explain, JsonTypeInfo<T> cardType)
        where T : NetworkCard
    {
        InferenceSession session;
        try
        {
            session = Open(model);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"'{path}' is not an ONNX model that can be loaded. Write one with MnistTrainer train.", e);
        }

        try
        {
            if (explain(session) is { } fault)
                throw new InvalidDataException($"'{path}' is an ONNX model, but not {fault}");

            if (!session.ModelMetadata.CustomMetadataMap.TryGetValue(NetworkCard.MetadataKey, out var json))
                throw new InvalidDataException($"'{path}' has no model card ('{NetworkCard.MetadataKey}' in its metadata). Write the file with MnistTrainer.");

            var card = NetworkCard.Read(json, cardType);
            if (card.NetworkSha256 != NetworkHash.Of(model))
                throw new InvalidDataException($"The network in '{path}' isn't the one of its model card: the file is damaged. Copy it again.");
            return (session, card);
        }
        catch (Exception e)
        {
            session.Dispose();
            if (e is JsonException)
                throw new InvalidDataException($"The model card in '{path}' can't be read: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Loads the content of a model file, and lets its network pass a self-test.</summary>
    /// <param name="model">The bytes of the ONNX file.</param>
    /// <param name="path">Where they were read from, for messages.</param>
    /// <param name="explain">Why inputs and outputs aren't those of such a network; null where they are.</param>
    /// <param name="cardType">Reads the card.</param>
    /// <param name="create">Makes the network, which then has the session.</param>
    /// <param name="test">Lets it answer for what its card holds; says what is wrong with the answer, null where nothing is.</param>
    /// <returns>A network that the caller disposes.</returns>
    /// <exception cref="InvalidDataException">They are no such model, are damaged, or fail the self-test.</exception>
    internal static TNetwork Load<TNetwork, TCard>(
        byte[] model, string path, Func<InferenceSession, string?> explain, JsonTypeInfo<TCard> cardType, Func<InferenceSession, TCard, TNetwork> create,
        Func<TNetwork, string?> test)
        where TNetwork : IDisposable
        where TCard : NetworkCard
    {
        var (session, card) = Open(model, path, explain, cardType);
        var network = create(session, card);
        string? fault;
        try
        {
            fault = test(network);
        }
        catch (OnnxRuntimeException e)
        {
            fault = e.Message;
        }
        catch
        {
            network.Dispose();
            throw;
        }

        if (fault is null)
            return network;

        network.Dispose();
        throw new InvalidDataException($"The model in '{path}' fails its self-test: {fault}");
    }

    /// <summary>A picture of a self-test; null where it isn't rectangular.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="pixels">Width × height grey levels in row order.</param>
    internal static GrayImage? TestPicture(int width, byte[] pixels)
    {
        if (width < 1 || pixels.Length < width || pixels.Length % width != 0)
            return null;

        var picture = new GrayImage(width, pixels.Length / width);
        pixels.CopyTo(picture.Writable);
        return picture;
    }

    /// <summary>One thread per image: the networks are too small to share, and requests run side by side.</summary>
    internal static InferenceSession Open(byte[] model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(model, options);
    }

    /// <summary>Whether a tensor is float32 of a shape, in which −1 is any number.</summary>
    internal static bool Fits(IReadOnlyDictionary<string, NodeMetadata> tensors, string name, int[] shape) =>
        tensors.TryGetValue(name, out var tensor) && tensor.ElementDataType == TensorElementType.Float && tensor.Dimensions.SequenceEqual(shape);
}
