using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Onnx;

namespace MnistReader.Explanation;

/// <summary>
/// The insides of a model file: what its convolutions make of an image. The same network as a <see cref="DigitClassifier"/>'s, loaded once more with more
/// outputs, so that the
/// classifier loses nothing by it. Safe to use from many threads at once. Dispose it when done.
/// </summary>
internal sealed class FeatureMaps : IDisposable
{
    private static readonly string[] InputNames = [DigitClassifier.InputName];

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _names;

    private FeatureMaps(InferenceSession session, string[] names) => (_session, _names) = (session, names);

    /// <summary>Loads the content of a model file.</summary>
    /// <param name="model">The bytes of an ONNX file that a <see cref="DigitClassifier"/> has loaded.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="InvalidProtocolBufferException">They aren't the bytes of an ONNX file.</exception>
    public static FeatureMaps Load(byte[] model)
    {
        var network = ModelProto.Parser.ParseFrom(model);
        var nodes = network.Graph.Node;
        // behind the ReLU: what is below 0 goes no further
        var names = nodes.Where(node => node.OpType == "Conv")
            .Select(conv => nodes.FirstOrDefault(next => next.OpType == "Relu" && next.Input.Contains(conv.Output[0])) ?? conv)
            .Select(node => node.Output[0])
            .ToArray();
        network.Graph.Output.Add(names.Select(name => new ValueInfoProto { Name = name })); // the runtime infers types and shapes
        return new FeatureMaps(ModelFile.Open(network.ToByteArray()), names);
    }

    /// <summary>Runs the network on an image.</summary>
    /// <param name="image">A framed digit.</param>
    /// <returns>One entry a convolution, in the order of the network; empty where it has none.</returns>
    public IReadOnlyList<FeatureMap> Compute(DigitImage image)
    {
        if (_names.Length == 0)
            return [];

        var pixels = new float[DigitImage.PixelCount];
        DigitClassifier.ToInput(image, pixels);
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 1, DigitImage.Side, DigitImage.Side]);
        using var outputs = _session.Run(_runOptions, InputNames, [input], _names);
        return [.. outputs.Select(output =>
        {
            var shape = output.GetTensorTypeAndShape().Shape; // (1, C, H, W)
            return new FeatureMap((int)shape[1], (int)shape[3], (int)shape[2], output.GetTensorDataAsSpan<float>().ToArray());
        })];
    }

    /// <summary>Frees the session. No call may be running.</summary>
    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }
}

/// <summary>What one convolution found in an image.</summary>
/// <param name="Channels">Number of maps, one a feature.</param>
/// <param name="Width">Of one map.</param>
/// <param name="Height">Of one map.</param>
/// <param name="Values">Channels × height × width numbers in row order: how strongly the feature is there; at least 0 behind a ReLU.</param>
internal sealed record FeatureMap(int Channels, int Width, int Height, float[] Values);
