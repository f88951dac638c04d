using System.Security.Cryptography;
using Google.Protobuf;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Onnx;
using MnistTrainer.Datasets;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Export;

/// <summary>
/// Trained network → ONNX: one node a layer, batch normalisation folded into the convolution or linear layer before it, the temperature into the last layer,
/// softmax at the end, beside it the probability of being that digit rather than none where the network learned that, the model card in the metadata.
/// </summary>
internal sealed class OnnxExporter
{
    /// <summary>How far the file's probabilities may be from the network's: other libraries add in another order.</summary>
    public const float MaxDifference = 1e-4f;

    private const string Producer = "MnistTrainer";

    private readonly GraphProto _graph = new() { Name = Producer };

    private OnnxExporter()
    {
    }

    /// <summary>The SHA-256 of a network's weights, batch normalisation's statistics included, in hexadecimal: the same weights, the same hash.</summary>
    /// <param name="network">A network.</param>
    public static string HashWeights(Sequential network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in network.state_dict().Values)
            hash.AppendData(tensor.bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Writes the model file, reads it back with the classifier of the service, and keeps it only where both agree: no probability further apart than
    /// <see cref="MaxDifference"/>, and no other answer unless the network's two best are no further apart than that.
    /// </summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits, trained.</param>
    /// <param name="card">Goes into the file, with the SHA-256 of the network there; its temperature divides the logits.</param>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="images">Images to compare the file with the network on.</param>
    /// <param name="expected">What the network answers for them.</param>
    /// <exception cref="NotSupportedException">The network has a layer that has no counterpart here, or doesn't end in a linear layer.</exception>
    /// <exception cref="InvalidDataException">The file answers otherwise than the network; nothing was written.</exception>
    public static void Write(Sequential network, ModelCard card, string path, DigitSet images, IReadOnlyList<Prediction> expected)
    {
        var graph = new OnnxExporter().Translate(network, card.Temperature);
        var model = new ModelProto { IrVersion = 8, ProducerName = Producer, ProducerVersion = card.Version, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        card = card with { NetworkSha256 = NetworkHash.Of(model.ToByteArray()) };
        model.MetadataProps.Add(new StringStringEntryProto { Key = ModelCard.MetadataKey, Value = card.ToJson() });
        AtomicFile.Write(path, temporary =>
        {
            File.WriteAllBytes(temporary, model.ToByteArray());
            using var classifier = DigitClassifier.Load(temporary);
            CheckParity(Evaluator.Predict(classifier, images), expected);
        });
    }

    private static void CheckParity(IReadOnlyList<Prediction> actual, IReadOnlyList<Prediction> expected)
    {
        // where the two best are as good as equal, the last bit decides, and another library may well decide otherwise
        var changed = actual.Zip(expected).Count(pair => pair.First.Digit != pair.Second.Digit
            && pair.Second.Probabilities[pair.Second.Digit] - pair.Second.Probabilities[pair.First.Digit] > MaxDifference);
        var largest = actual.Zip(expected).Max(pair => pair.First.Probabilities.Append(pair.First.DigitProbability)
            .Zip(pair.Second.Probabilities.Append(pair.Second.DigitProbability)).Max(both => Math.Abs(both.First - both.Second)));
        if (changed > 0 || !(largest <= MaxDifference))
        {
            throw new InvalidDataException($"The exported file differs from the network: {changed} other answers, probabilities up to {largest:G2} apart. " +
                "It was not written; the run's checkpoint has the weights.");
        }
    }

    private GraphProto Translate(Sequential network, double temperature)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _graph.Input.Add(Describe(DigitClassifier.InputName, 1, DigitImage.Side, DigitImage.Side));
        _graph.Output.Add(Describe(DigitClassifier.OutputName, DigitClassifier.Digits));

        var value = DigitClassifier.InputName;
        var layers = network.children().ToList();
        foreach (var (index, layer) in layers.Index())
        {
            var name = $"{index}";
            var normalisation = layers.ElementAtOrDefault(index + 1) as NormBase;
            value = layer switch
            {
                Conv2d { padding: { } padding } conv => Add("Conv", name, [value, .. Weights(name, Fold(conv.weight, conv.bias, normalisation))],
                    Ints("kernel_shape", conv.kernel_size), Ints("strides", conv.stride), Ints("pads", [.. padding, .. padding])),
                Linear linear => Add("Gemm", name,
                    [value, .. Weights(name, index == layers.Count - 1 ? Answer(linear, temperature) : Fold(linear.weight, linear.bias, normalisation))],
                    Int("transB", 1)),
                NormBase when index > 0 && layers[index - 1] is Conv2d or Linear => value, // folded above
                NormBase { weight: { } scale, bias: { } shift, running_mean: { } mean, running_var: { } variance } norm => Add("BatchNormalization", name,
                    [
                        value, Constant($"{name}.scale", scale), Constant($"{name}.shift", shift),
                        Constant($"{name}.mean", mean), Constant($"{name}.variance", variance),
                    ],
                    new AttributeProto { Name = "epsilon", F = (float)norm.eps, Type = AttributeProto.Types.Type.Float }),
                ReLU => Add("Relu", name, [value]),
                MaxPool2d pool => Add("MaxPool", name, [value], Ints("kernel_shape", pool.kernel_size), Ints("strides", pool.stride)),
                AdaptiveMaxPool2d { output_size: [1, 1] } => Add("GlobalMaxPool", name, [value]),
                Flatten => Add("Flatten", name, [value], Int("axis", 1)),
                Dropout => value,
                _ => throw new NotSupportedException($"Layer {index} ({layer.GetName()}) can't be exported to ONNX."),
            };
        }

        if (layers[^1] is not Linear last)
            throw new NotSupportedException($"The network ends in {layers[^1].GetName()}, not in a linear layer.");
        if (last.out_features > DigitClassifier.Digits)
        {
            Add("Sigmoid", DigitClassifier.DigitOutputName, [Add("ReduceMax", "best", [value], Ints("axes", [1]))]);
            _graph.Output.Add(Describe(DigitClassifier.DigitOutputName, 1));
        }

        Add("Softmax", DigitClassifier.OutputName, [value], Int("axis", 1));
        return _graph;
    }

    /// <summary>
    /// Weight and bias of a layer with the normalisation behind it worked in: w·s and (b − mean)·s + shift, where s = gain / √(variance + ε).
    /// </summary>
    private static (Tensor Weight, Tensor Bias) Fold(Tensor weight, Tensor? bias, NormBase? normalisation)
    {
        bias ??= zeros(weight.shape[0]);
        if (normalisation is not { weight: { } gain, bias: { } shift, running_mean: { } mean, running_var: { } variance })
            return (weight, bias);

        var scale = gain / (variance + normalisation.eps).sqrt(); // (out)
        return (weight * scale.reshape([-1, .. Enumerable.Repeat(1L, weight.shape.Length - 1)]), (bias - mean) * scale + shift);
    }

    /// <summary>
    /// The last layer, of the digits alone, over the temperature. The logit of "no digit" is taken from each of theirs: softmax doesn't notice, and what is
    /// left is each digit's
    /// log-odds against none. What is linear costs no step of its own in the file.
    /// </summary>
    private static (Tensor Weight, Tensor Bias) Answer(Linear last, double temperature)
    {
        return (Against(last.weight) / temperature, Against(last.bias ?? zeros(last.out_features)) / temperature);

        static Tensor Against(Tensor classes) // (10 or 11, …) → (10, …)
        {
            var digits = classes.narrow(0, 0, DigitClassifier.Digits);
            return classes.shape[0] == DigitClassifier.Digits ? digits : digits - classes[DigitSet.NonDigit];
        }
    }

    private string[] Weights(string name, (Tensor Weight, Tensor Bias) of) => [Constant($"{name}.weight", of.Weight), Constant($"{name}.bias", of.Bias)];

    /// <summary>Adds a node and returns the name of its output, which is the node's.</summary>
    private string Add(string type, string name, IEnumerable<string> inputs, params IEnumerable<AttributeProto> attributes)
    {
        _graph.Node.Add(new NodeProto { OpType = type, Name = name, Input = { inputs }, Output = { name }, Attribute = { attributes } });
        return name;
    }

    private string Constant(string name, Tensor value)
    {
        var contiguous = value.contiguous();
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = contiguous.dtype == ScalarType.Int64 ? TensorProto.Types.DataType.Int64 : TensorProto.Types.DataType.Float,
            Dims = { contiguous.shape },
            RawData = ByteString.CopyFrom(contiguous.bytes),
        });
        return name;
    }

    private static AttributeProto Int(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.Type.Int };

    private static AttributeProto Ints(string name, IEnumerable<long> values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.Type.Ints };

    private static ValueInfoProto Describe(string name, params IEnumerable<long> shape)
    {
        var dimensions = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "N" } } };
        dimensions.Dim.Add(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = dimensions } },
        };
    }
}
