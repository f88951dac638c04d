using MnistReader.Inference;

namespace MnistReader.Numbers;

/// <summary>One or several ways to read a line → the texts that it may say, each with its probability: the mean over the ways.</summary>
internal static class NumberDecoder
{
    private const int BeamWidth = 12, BeamWidthOfPattern = 96;

    /// <summary>Finds the most probable texts.</summary>
    /// <param name="ways">At least one; their weights sum to 1.</param>
    /// <param name="pattern">What a text must be; null for any.</param>
    /// <returns>The most probable one first; none where none fits the pattern.</returns>
    public static List<LineText> Decode(IReadOnlyList<(LineReading Reading, double Weight)> ways, NumberPattern? pattern = null) =>
    [
        .. ways.SelectMany(way => Ctc.Search(way.Reading.Steps, pattern is null ? BeamWidth : BeamWidthOfPattern, pattern))
            .DistinctBy(NumberAlphabet.TextOf)
            .GroupBy(text => NumberAlphabet.TextOf(text.Where(NumberAlphabet.IsDigit)))
            .Select(texts => new LineText(
                texts.Key,
                NumberAlphabet.TextOf(texts.MaxBy(text => ways.Sum(way => way.Weight * Ctc.Probability(way.Reading.Steps, text)))!),
                ways.Sum(way => way.Weight * Ctc.Probability(way.Reading.DigitSteps, NumberAlphabet.ClassesOf(texts.Key)))))
            .OrderByDescending(text => text.Probability),
    ];

    /// <summary>What the digits at each place of a text are, in all texts together.</summary>
    /// <param name="digits">The digits of the text.</param>
    /// <param name="texts">That and others; what their probabilities lack of 1 counts for all digits alike.</param>
    /// <returns>
    /// Of each place the probabilities of the digits 0 to 9 there; and the same if the text is as long as it should be, so that no other digit moves there.
    /// Each sum to 1.
    /// </returns>
    public static IReadOnlyList<(float[] Probabilities, float[] IfAsLong)> Marginals(string digits, IReadOnlyList<LineText> texts)
    {
        var asLong = texts.Where(text => text.Digits.Length == digits.Length).ToList();
        return [.. digits.Select((_, place) => (
            Share(place, [.. texts.Where(text => text.Digits.Length > place)], 1),
            Share(place, asLong, asLong.Sum(text => text.Probability))))];

        static float[] Share(int place, List<LineText> texts, double all)
        {
            var probabilities = new double[DigitClassifier.Digits];
            Array.Fill(probabilities, Math.Max(1e-9, all - texts.Sum(text => text.Probability)) / DigitClassifier.Digits);
            texts.ForEach(text => probabilities[text.Digits[place] - '0'] += text.Probability);
            var sum = probabilities.Sum();
            return Array.ConvertAll(probabilities, probability => (float)(probability / sum));
        }
    }
}

/// <summary>What a line may say.</summary>
/// <param name="Digits">The digits alone.</param>
/// <param name="Written">With the separators that are most probable among these digits.</param>
/// <param name="Probability">That these are the digits, whatever separators stand among them, 0 to 1.</param>
internal sealed record LineText(string Digits, string Written, double Probability);
