using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Networks;

/// <summary>Layers, and beside their output their input: (N, C, H, W) → (N, C + C', H, W). The layers keep height and width.</summary>
internal sealed class SkipConnection : nn.Module<Tensor, Tensor>
{
    /// <summary>Takes over the layers, which are disposed with it.</summary>
    /// <param name="inner">The layers.</param>
    public SkipConnection(Sequential inner)
        : base(nameof(SkipConnection))
    {
        Inner = inner;
        register_module(nameof(inner), inner);
    }

    /// <summary>The layers.</summary>
    public Sequential Inner { get; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input) => cat([input, Inner.call(input)], 1);
}
