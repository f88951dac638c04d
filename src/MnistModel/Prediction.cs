namespace MnistModel;

/// <summary>What the network thinks of one image.</summary>
/// <param name="Digit">The most probable digit, 0 to 9.</param>
/// <param name="Confidence">The probability of that digit, 0 to 1.</param>
/// <param name="Probabilities">Ten probabilities, of the digits 0 to 9 in order; they sum to 1.</param>
public sealed record Prediction(int Digit, float Confidence, IReadOnlyList<float> Probabilities)
{
    /// <summary>Reads the answer off ten probabilities.</summary>
    /// <param name="probabilities">Ten numbers, of the digits 0 to 9 in order.</param>
    public static Prediction From(ReadOnlySpan<float> probabilities)
    {
        var digit = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(probabilities);
        return new Prediction(digit, probabilities[digit], probabilities.ToArray());
    }
}
