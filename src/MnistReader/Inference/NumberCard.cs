namespace MnistReader.Inference;

/// <summary>What the model file of a number network says of itself. Multiplications are those of a line of 160×40 pixels, some five digits.</summary>
/// <example><code>
/// using var network = NumberNetwork.Load("models/number.onnx");
/// Console.WriteLine($"{network.Card.LinesRight:P1} of {network.Card.HeldBackLines} lines");
/// </code></example>
public sealed record NumberCard : NetworkCard
{
    /// <summary>Generated lines with the ink of people from whom it has not learned, on which it was measured; 0 for none.</summary>
    public required int HeldBackLines { get; init; }

    /// <summary>Share of them that is read entirely right, separators included, 0 to 1. Null where none were held back.</summary>
    public double? LinesRight { get; init; }

    /// <summary>
    /// Characters to change, add or leave out in what is read, over those that are written. Null where none were held back.
    /// </summary>
    public double? CharacterErrorRate { get; init; }

    /// <summary>Divided the logits before softmax, fitted on the held-back lines; 1 where none were held back.</summary>
    public required double Temperature { get; init; }

    /// <summary>A line that shows whether a loaded file works.</summary>
    public required NumberSelfTest SelfTest { get; init; }
}

/// <summary>A line that the trained network read rightly. It travels in the card, so that whoever loads the file can see that it still does.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Pixels">Width × height grey levels in row order.</param>
/// <param name="Text">Its digits and separators.</param>
/// <example><code>
/// using var network = NumberNetwork.Load("models/number.onnx"); // which has passed it
/// Console.WriteLine(network.Card.SelfTest.Text);
/// </code></example>
public sealed record NumberSelfTest(int Width, byte[] Pixels, string Text);
