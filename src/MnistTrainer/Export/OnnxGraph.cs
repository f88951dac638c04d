using System.Globalization;
using Google.Protobuf;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Numbers;
using MnistReader.Onnx;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Export;

/// <summary>
/// Trained network → ONNX graph: one node a layer, batch normalisation folded into the convolution or linear layer before it. Of a digit classifier, the
/// temperature goes into the last layer, with softmax behind it, and beside it the probability of being that digit rather than none where the network learned
/// that; of an ink network, a sigmoid ends it; of a number network, the logarithm of softmax.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>What the file names as its maker.</summary>
    public const string Producer = "MnistTrainer";

    private readonly GraphProto _graph = new() { Name = Producer };

    private OnnxGraph()
    {
    }

    /// <summary>The graph of a digit classifier.</summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits, trained.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <exception cref="NotSupportedException">The network has a layer that has no counterpart here.</exception>
    public static GraphProto OfDigits(Network network, double temperature) => new OnnxGraph().Digits(network, temperature);

    /// <summary>The graph of an ink network.</summary>
    /// <param name="network">(N, 1, H, W) → (N, 1, H, W) logits, trained.</param>
    /// <exception cref="NotSupportedException">The network has a layer that has no counterpart here.</exception>
    public static GraphProto OfInk(Network network) => new OnnxGraph().Ink(network);

    /// <summary>The graph of a number network.</summary>
    /// <param name="network">(N, 1, 40, W) → (N, 16, 1, W/4) logits, trained.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <exception cref="NotSupportedException">The network has a layer that has no counterpart here.</exception>
    public static GraphProto OfNumber(Network network, double temperature) => new OnnxGraph().Number(network, temperature);

    private GraphProto Number(Network network, double temperature)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _graph.Input.Add(Describe(NumberNetwork.InputName, 1, NumberInput.Height, "W"));
        _graph.Output.Add(Describe(NumberNetwork.OutputName, NumberAlphabet.Classes, 1, "steps"));
        var logits = Append(network, NumberNetwork.InputName);
        Add("LogSoftmax", NumberNetwork.OutputName, [Add("Div", "tempered", [logits, Constant("temperature", tensor((float)temperature))])], Int("axis", 1));
        return _graph;
    }

    private GraphProto Ink(Network network)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _graph.Input.Add(Describe(InkNetwork.InputName, 1, "H", "W"));
        _graph.Output.Add(Describe(InkNetwork.OutputName, 1, "H", "W"));
        Add("Sigmoid", InkNetwork.OutputName, [Append(network, InkNetwork.InputName)]);
        return _graph;
    }

    private GraphProto Digits(Network network, double temperature)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _graph.Input.Add(Describe(DigitClassifier.InputName, 1, DigitImage.Side, DigitImage.Side));
        _graph.Output.Add(Describe(DigitClassifier.OutputName, DigitClassifier.Digits));

        var value = Append(network, DigitClassifier.InputName, temperature);
        if (network.Layers[^1].Output.Channels > DigitClassifier.Digits)
        {
            Add("Sigmoid", DigitClassifier.DigitOutputName, [Add("ReduceMax", "best", [value], Ints("axes", [1]))]);
            _graph.Output.Add(Describe(DigitClassifier.DigitOutputName, 1));
        }

        Add("Softmax", DigitClassifier.OutputName, [value], Int("axis", 1));
        return _graph;
    }

    /// <summary>Adds the nodes of layers.</summary>
    /// <param name="network">The layers.</param>
    /// <param name="value">Name of what they take.</param>
    /// <param name="temperature">Of a digit classifier, whose last layer is linear: what divides its logits. Null for any other.</param>
    /// <returns>Name of what they give.</returns>
    private string Append(Network network, string value, double? temperature = null)
    {
        var modules = network.Modules;
        var kept = new Dictionary<string, string>();
        foreach (var (index, layer) in network.Layers.Index())
        {
            var name = $"{index}";
            var normalisation = modules.ElementAtOrDefault(index + 1) as NormBase;
            value = modules[index] switch
            {
                Conv2d { padding: { } padding } conv => Add("Conv", name, [value, .. Weights(name, Fold(conv.weight, conv.bias, normalisation))],
                    Ints("kernel_shape", conv.kernel_size), Ints("strides", conv.stride), Ints("pads", [.. padding, .. padding]),
                    Ints("dilations", conv.dilation)),
                Linear linear => Add("Gemm", name,
                    [
                        value,
                        .. Weights(name, temperature is { } divisor && index == modules.Count - 1
                            ? Answer(linear, divisor)
                            : Fold(linear.weight, linear.bias, normalisation)),
                    ],
                    Int("transB", 1)),
                NormBase when index > 0 && modules[index - 1] is Conv2d or Linear => value, // folded above
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
                AvgPool2d pool => Add("AveragePool", name, [value], Ints("kernel_shape", pool.kernel_size), Ints("strides", pool.stride)),
                AdaptiveAvgPool2d { output_size: [1, 1] } => Add("GlobalAveragePool", name, [value]),
                Upsample { scale_factor: { } factors } => Add("Resize", name,
                    [value, "", Constant($"{name}.scales", tensor([1, 1, .. factors.ToArray().Select(factor => (float)factor)]))],
                    Word("mode", "nearest"), Word("coordinate_transformation_mode", "asymmetric"), Word("nearest_mode", "floor")),
                Dropout => value,
                null when layer.Kind == "as" => kept[layer.Name] = value,
                null when layer.Kind == "add" => Add("Add", name, [value, kept[layer.Name]]),
                null => Add("Concat", name, [kept[layer.Name], value], Int("axis", 1)),
                _ => throw new NotSupportedException($"The layer '{layer.Text}' can't be exported to ONNX."),
            };
        }

        return value;
    }

    /// <summary>
    /// Weight and bias of a layer with the normalisation behind it worked in: w·s and (b − mean)·s + shift, where s = gain / √(variance + ε).
    /// </summary>
    private static (Tensor Weight, Tensor Bias) Fold(Tensor weight, Tensor? bias, NormBase? normalisation)
    {
        bias ??= zeros(weight.shape[0]);
        if (normalisation is not { weight: { } gain, bias: { } shift, running_mean: { } mean, running_var: { } variance })
            return (weight, bias);

        var scale = gain / variance.Plus(normalisation.eps).sqrt(); // (out)
        return (weight * scale.reshape([-1, .. Enumerable.Repeat(1L, weight.shape.Length - 1)]), ((bias - mean) * scale).Plus(shift));
    }

    /// <summary>
    /// The last layer, of the digits alone, over the temperature. The logit of "no digit" is taken from each of theirs: softmax doesn't notice, and what is
    /// left is each digit's
    /// log-odds against none. What is linear costs no step of its own in the file.
    /// </summary>
    private static (Tensor Weight, Tensor Bias) Answer(Linear last, double temperature)
    {
        return (Against(last.weight).DividedBy(temperature), Against(last.bias ?? zeros(last.out_features)).DividedBy(temperature));

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

    private static AttributeProto Word(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.Type.String };

    /// <summary>A float32 tensor of N examples.</summary>
    /// <param name="name">The tensor's.</param>
    /// <param name="shape">The other dimensions, each a number, or a name where it is any.</param>
    private static ValueInfoProto Describe(string name, params IEnumerable<object> shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.Add(shape.Prepend("N").Select(size => size is string any
            ? new TensorShapeProto.Types.Dimension { DimParam = any }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size, CultureInfo.InvariantCulture) }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = dimensions } },
        };
    }
}
