using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Networks;

/// <summary>A network of layers in a row: pictures → logits. Dispose it when done.</summary>
internal sealed class Network : nn.Module<Tensor, Tensor>
{
    private readonly List<nn.Module<Tensor, Tensor>?> _modules;

    private Network(IReadOnlyList<Layer> layers)
        : base(nameof(Network))
    {
        Layers = layers;
        _modules = [.. layers.Select(layer => layer.Module?.Invoke())];
        foreach (var (index, module) in _modules.Index())
        {
            if (module is not null)
                register_module($"{index}", module);
        }
    }

    /// <summary>What it consists of.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>What computes each layer, in their order; null where it keeps or joins.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor>?> Modules => _modules;

    /// <summary>Number of trained weights.</summary>
    public long Weights => Layers.Sum(layer => layer.Weights);

    /// <summary>Multiplications with addition of the convolutions and linear layers, for an example of the size that the layers were written for.</summary>
    public long MultiplyAdds => Layers.Sum(layer => layer.MultiplyAdds);

    /// <summary>Makes a network with initial weights drawn by a seed, as the tutorial draws them.</summary>
    /// <param name="layers">What it consists of.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <returns>Pictures → logits; the caller disposes it.</returns>
    public static Network Create(IReadOnlyList<Layer> layers, int seed)
    {
        manual_seed(seed);
        var network = new Network(layers);
        var last = network._modules[^1];
        using var _ = no_grad();
        foreach (var module in network._modules)
        {
            // He-uniform before a ReLU, Glorot-uniform before the softmax, biases zero: Keras' settings in the tutorial
            switch (module)
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

        return network;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input)
    {
        var kept = new Dictionary<string, Tensor>();
        var x = input;
        foreach (var (layer, module) in Layers.Zip(_modules))
        {
            if (layer.Kind == "as")
            {
                kept[layer.Name] = x;
                continue;
            }

            var next = module?.call(x) ?? (layer.Kind == "add" ? x.Plus(kept[layer.Name]) : cat([kept[layer.Name], x], 1));
            if (!ReferenceEquals(x, input) && !kept.Values.Any(other => ReferenceEquals(other, x)))
                x.Dispose(); // gradients hold what they need
            x = next;
        }

        return x;
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
