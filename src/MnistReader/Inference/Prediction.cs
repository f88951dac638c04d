using System.Numerics.Tensors;

namespace MnistReader.Inference;

/// <summary>What the network thinks of one image.</summary>
/// <param name="Digit">The most probable digit, 0 to 9, whether or not the image is taken for one.</param>
/// <param name="Confidence">The probability of that digit, 0 to 1, if it is a digit at all.</param>
/// <param name="Probabilities">Ten probabilities, of the digits 0 to 9 in order; they sum to 1.</param>
/// <param name="DigitProbability">
/// The probability that the image is that digit rather than no digit, 0 to 1; 1 where the network has not learned to reject.
/// </param>
/// <param name="IsDigit">Whether that reaches the model's rejection threshold.</param>
public sealed record Prediction(int Digit, float Confidence, IReadOnlyList<float> Probabilities, float DigitProbability, bool IsDigit)
{
    /// <summary>Reads the answer off the network's outputs.</summary>
    /// <param name="probabilities">Ten numbers, of the digits 0 to 9 in order.</param>
    /// <param name="digitProbability">0 to 1.</param>
    /// <param name="rejectionThreshold">Least <paramref name="digitProbability"/> of what is taken for a digit.</param>
    public static Prediction From(ReadOnlySpan<float> probabilities, float digitProbability = 1, double rejectionThreshold = 0)
    {
        var digit = TensorPrimitives.IndexOfMax(probabilities);
        return new Prediction(digit, probabilities[digit], probabilities.ToArray(), digitProbability, digitProbability >= rejectionThreshold);
    }
}
