using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>What two models answered for the same images. Not safe to use from several threads at once.</summary>
/// <param name="generation">Of the one that serves, which tells it from those before it.</param>
internal sealed class ShadowComparison(int generation)
{
    /// <summary>The answer of a model that takes the image for no digit.</summary>
    public const int None = DigitClassifier.Digits;

    private readonly long[,] _answers = new long[None + 1, None + 1]; // of the served model, of the shadow
    private readonly long[,] _right = new long[2, 2]; // whether the served model was, whether the shadow was

    /// <summary><see cref="LoadedModel.Generation"/> of the model that is compared with.</summary>
    public int Generation => generation;

    /// <summary>0 to 9, or <see cref="None"/>.</summary>
    public static int AnswerOf(Prediction prediction) => prediction.IsDigit ? prediction.Digit : None;

    /// <summary>Counts an image.</summary>
    public void Add(int served, int shadow) => _answers[served, shadow]++;

    /// <summary>Counts an image of which somebody said what it shows.</summary>
    public void AddCorrected(bool servedIsRight, bool shadowIsRight) => _right[servedIsRight ? 1 : 0, shadowIsRight ? 1 : 0]++;

    /// <summary>The counts as they stand.</summary>
    public (IReadOnlyList<IReadOnlyList<long>> Answers, ShadowCorrections Corrections) Read() =>
    (
        [.. Enumerable.Range(0, None + 1).Select(served => Enumerable.Range(0, None + 1).Select(shadow => _answers[served, shadow]).ToArray())],
        new ShadowCorrections(_right[1, 1], _right[1, 0], _right[0, 1], _right[0, 0], McNemar(_right[1, 0], _right[0, 1]))
    );

    /// <summary>
    /// McNemar's exact test (1947), two-sided: were both equally good, each image that only one reads right would be either's by a coin toss.
    /// </summary>
    /// <param name="one">Images that only the one reads right.</param>
    /// <param name="other">Images that only the other does.</param>
    /// <returns>The probability of counts at least as far apart; 1 for equal ones.</returns>
    private static double McNemar(long one, long other)
    {
        var (tosses, fewer) = (one + other, Math.Min(one, other));
        var logarithm = -tosses * Math.Log(2); // of the probability of k heads: itself it would vanish from 1,075 tosses on
        var tail = 0.0;
        for (var k = 0L; k <= fewer; k++)
        {
            tail += Math.Exp(logarithm);
            logarithm += Math.Log((double)(tosses - k) / (k + 1));
        }

        return Math.Min(1, 2 * tail);
    }
}
