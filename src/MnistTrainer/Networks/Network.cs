using MnistReader.Framing;
using MnistReader.Inference;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Networks;

/// <summary>A network by name.</summary>
/// <param name="Name">As <c>--network</c> and recipes spell it.</param>
/// <param name="Layers">Makes the layers with untrained weights, for a number of classes.</param>
/// <param name="Learns">What it is for.</param>
internal sealed record Network(string Name, Func<int, Sequential> Layers, Learns Learns = Learns.Digits)
{
    /// <summary>All networks there are.</summary>
    public static readonly IReadOnlyList<Network> All =
    [
        new("baseline", Baseline.Layers),
        new("baseline-batch-norm", BaselineBatchNorm.Layers),
        new("deeper", Deeper.Layers),
        new("compact", Compact.Layers),
        new("compact-deep", CompactDeep.Layers),
        new("quick", Quick.Layers),
        new("ink", _ => Ink.Layers(), Learns.Ink),
        new("number", Number.Layers, Learns.Numbers),
    ];

    /// <summary>The network of a name.</summary>
    /// <param name="name">The name of one of <see cref="All"/>.</param>
    /// <exception cref="ArgumentException">There is no such network; the message lists those there are.</exception>
    public static Network Find(string name) => All.FirstOrDefault(network => network.Name == name)
        ?? throw new ArgumentException($"There is no network '{name}'. There are: {string.Join(", ", All.Select(network => network.Name))}.");

    /// <summary>Makes a network with initial weights drawn by a seed, as the tutorial draws them.</summary>
    /// <param name="name">The name of one of <see cref="All"/>.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="classes">Of a network that learns digits: the ten digits, or eleven with "no digit".</param>
    /// <returns>Pictures → logits; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There is no such network; the message lists those there are.</exception>
    public static Sequential Create(string name, int seed, int classes = DigitClassifier.Digits)
    {
        var network = Find(name);
        manual_seed(seed);
        var layers = network.Layers(classes);
        var last = layers.children().OfType<Linear>().LastOrDefault();
        using var _ = no_grad();
        foreach (var layer in layers.modules())
        {
            // He-uniform before a ReLU, Glorot-uniform before the softmax, biases zero: Keras' settings in the tutorial
            switch (layer)
            {
                case Conv2d conv:
                    nn.init.kaiming_uniform_(conv.weight, mode: nn.init.FanInOut.FanIn, nonlinearity: nn.init.NonlinearityType.ReLU);
                    conv.bias?.zero_();
                    break;
                case Linear linear when linear != last:
                    nn.init.kaiming_uniform_(linear.weight, mode: nn.init.FanInOut.FanIn, nonlinearity: nn.init.NonlinearityType.ReLU);
                    linear.bias?.zero_();
                    break;
                case Linear linear:
                    nn.init.xavier_uniform_(linear.weight);
                    linear.bias?.zero_();
                    break;
            }
        }

        return layers;
    }

    /// <summary>Number of trained weights.</summary>
    /// <param name="layers">A network.</param>
    public static long Parameters(Sequential layers) => layers.parameters().Sum(parameter => parameter.numel());

    /// <summary>Multiplications with addition that the convolutions and linear layers take for one image.</summary>
    /// <param name="layers">A network; it is left in evaluation mode.</param>
    /// <param name="height">Of the image, in pixels.</param>
    /// <param name="width">Of the same; as its height where null.</param>
    public static long MultiplyAdds(Sequential layers, int height = DigitImage.Side, int? width = null)
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        layers.eval();
        return Count(layers, zeros(1, 1, height, width ?? height)).MultiplyAdds;

        static (Tensor Output, long MultiplyAdds) Count(Sequential layers, Tensor x)
        {
            long sum = 0;
            foreach (var layer in layers.children())
            {
                sum += layer is SkipConnection level ? Count(level.Inner, x).MultiplyAdds : 0;
                x = ((nn.Module<Tensor, Tensor>)layer).call(x);
                sum += layer switch
                {
                    Conv2d conv => x.numel() * conv.weight.numel() / conv.out_channels,
                    Linear linear => linear.weight.numel(),
                    _ => 0,
                };
            }

            return (x, sum);
        }
    }
}

/// <summary>What a network is for.</summary>
internal enum Learns
{
    /// <summary>A framed digit → which it is.</summary>
    Digits,

    /// <summary>A picture → where its ink is.</summary>
    Ink,

    /// <summary>A line of writing → its digits and separators.</summary>
    Numbers,
}
