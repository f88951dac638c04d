using static TorchSharp.torch;

namespace MnistTrainer.Networks;

/// <summary>A layer of a network, as recipes write it.</summary>
/// <param name="Text">As <see cref="LayerParser"/> reads it, words in small letters.</param>
/// <param name="Output">What it gives for an example of the size that the network was written for.</param>
internal sealed record Layer(string Text, Shape Output)
{
    /// <summary>Makes what computes it, with untrained weights; null where the layer only keeps what it is given, or joins that with what was kept.</summary>
    public Func<nn.Module<Tensor, Tensor>>? Module { get; init; }

    /// <summary>Number of trained weights.</summary>
    public long Weights { get; init; }

    /// <summary>Multiplications with addition that a convolution or linear layer takes for that example.</summary>
    public long MultiplyAdds { get; init; }

    /// <summary>The first word: what it does.</summary>
    public string Kind => Text.Split(' ')[0];

    /// <summary>The last word: the name of what is kept, where something is.</summary>
    public string Name => Text.Split(' ')[^1];
}

/// <summary>The size of one example between two layers: maps, or numbers in a row.</summary>
/// <param name="Channels">Maps, or where it is flat, numbers.</param>
/// <param name="Height">Of a map.</param>
/// <param name="Width">Of a map.</param>
/// <param name="IsFlat">Whether they are numbers in a row.</param>
internal readonly record struct Shape(int Channels, int Height = 1, int Width = 1, bool IsFlat = false)
{
    /// <summary>Of numbers in a row.</summary>
    /// <param name="count">How many.</param>
    public static Shape Flat(int count) => new(count, IsFlat: true);

    /// <summary>Numbers in all.</summary>
    public int Count => Channels * Height * Width;

    /// <inheritdoc/>
    public override string ToString() => IsFlat ? $"{Channels}" : $"{Channels}×{Height}×{Width}";
}
