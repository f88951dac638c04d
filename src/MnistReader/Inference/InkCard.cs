namespace MnistReader.Inference;

/// <summary>What the model file of an ink network says of itself. Multiplications are those of a picture of 96×96 pixels.</summary>
/// <example><code>
/// using var network = InkNetwork.Load("models/ink.onnx");
/// Console.WriteLine($"{network.Card.Version}: {network.Card.Dice:P1} on {network.Card.HeldBackPictures} pictures");
/// </code></example>
public sealed record InkCard : NetworkCard
{
    /// <summary>Generated pictures with the ink of people from whom it has not learned, on which it was measured; 0 for none.</summary>
    public required int HeldBackPictures { get; init; }

    /// <summary>
    /// Dice's coefficient on them, 0 to 1: twice the ink that is both true and found, over the true and the found; the mean of the pictures. Null where none
    /// were held back.
    /// </summary>
    public double? Dice { get; init; }

    /// <summary>A picture that shows whether a loaded file works.</summary>
    public required InkSelfTest SelfTest { get; init; }
}

/// <summary>A picture whose ink the trained network found. It travels in the card, so that whoever loads the file can see that it still does.</summary>
/// <param name="Width">In pixels.</param>
/// <param name="Pixels">Width × height grey levels in row order.</param>
/// <param name="InkPixels">How many of the pixels that the network answers for are ink.</param>
/// <example><code>
/// using var network = InkNetwork.Load("models/ink.onnx"); // which has passed it
/// Console.WriteLine(network.Card.SelfTest.InkPixels);
/// </code></example>
public sealed record InkSelfTest(int Width, byte[] Pixels, int InkPixels);
