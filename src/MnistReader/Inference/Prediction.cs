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
/// <example><code>
/// var prediction = Prediction.From([0, 0.6f, 0, 0, 0, 0, 0, 0.4f, 0, 0], candidateThreshold: 0.1);
/// Console.WriteLine($"{prediction.Digit}, {prediction.Confidence:P0}, or one of {string.Join(", ", prediction.Candidates)}");
/// </code></example>
public sealed record Prediction(int Digit, float Confidence, IReadOnlyList<float> Probabilities, float DigitProbability, bool IsDigit)
{
    // nearly all answers have one candidate: these are shared by all of them
    private static readonly IReadOnlyList<int>[] Alone = [.. Enumerable.Range(0, DigitClassifier.Digits).Select(digit => Array.AsReadOnly([digit]))];

    /// <summary>
    /// What it may be if it is a digit, most probable first: the digits whose probability reaches the model's candidate threshold, and always
    /// <see cref="Digit"/>, which is the first; alone where there is no threshold. A shape that some write as a 1 and others as a 7 has both.
    /// </summary>
    public IReadOnlyList<int> Candidates { get; init; } = Alone[Digit];

    /// <summary>Reads the answer off the network's outputs.</summary>
    /// <param name="probabilities">Ten numbers, of the digits 0 to 9 in order.</param>
    /// <param name="digitProbability">0 to 1.</param>
    /// <param name="rejectionThreshold">Least <paramref name="digitProbability"/> of what is taken for a digit.</param>
    /// <param name="candidateThreshold">Least probability of a candidate beside the most probable digit, 0 to 1; 1 for none.</param>
    public static Prediction From(
        ReadOnlySpan<float> probabilities, float digitProbability = 1, double rejectionThreshold = 0, double candidateThreshold = 1)
    {
        var digit = TensorPrimitives.IndexOfMax(probabilities);
        var answer = new Prediction(digit, probabilities[digit], probabilities.ToArray(), digitProbability, digitProbability >= rejectionThreshold);
        var reached = 0;
        foreach (var probability in probabilities)
            reached += probability >= candidateThreshold ? 1 : 0;
        return reached > 1 ? answer with { Candidates = Reaching(candidateThreshold, answer.Probabilities) } : answer;
    }

    // equal ones in the order of the digits, as Digit is the first of them
    private static int[] Reaching(double threshold, IReadOnlyList<float> probabilities) =>
    [
        .. Enumerable.Range(0, probabilities.Count)
            .Where(digit => probabilities[digit] >= threshold)
            .OrderByDescending(digit => probabilities[digit]),
    ];
}
