using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistReader.Numbers;

/// <summary>What may stand in a line of writing, as one of several ways to read it sees it: a probability of each text.</summary>
/// <param name="Steps">From left to right, of each step the probability of each class, the blank first.</param>
/// <param name="Part">The part of the picture that the steps are of, in its pixels.</param>
/// <param name="StepWidth">Of a step, in pixels of the picture; 0 where the steps are digits that were told apart before.</param>
internal sealed record LineReading(double[][] Steps, PixelBox Part, double StepWidth)
{
    private double[][]? _digits;

    /// <summary>The steps where separators count as blanks: the probability of digits is then the sum over all separators among them.</summary>
    public double[][] DigitSteps => _digits ??= Array.ConvertAll(Steps, step =>
    {
        var digits = step[..(DigitClassifier.Digits + 1)];
        for (var separator = digits.Length; separator < step.Length; separator++)
            digits[NumberAlphabet.Blank] += step[separator];
        return digits;
    });

    /// <summary>Digits that were told apart and classified one by one: a step each, and a blank behind it.</summary>
    /// <param name="predictions">From left to right.</param>
    public static LineReading Of(IEnumerable<Prediction> predictions)
    {
        var between = new double[NumberAlphabet.Classes];
        between[NumberAlphabet.Blank] = 1;
        return new LineReading([.. predictions.SelectMany(prediction => new[] { Step(prediction), between })], default, 0);

        static double[] Step(Prediction prediction)
        {
            var step = new double[NumberAlphabet.Classes];
            step[NumberAlphabet.Blank] = 1 - prediction.DigitProbability;
            foreach (var (digit, probability) in prediction.Probabilities.Index())
                step[digit + 1] = prediction.DigitProbability * probability;
            return step;
        }
    }

    /// <summary>Where a text's digits are.</summary>
    /// <param name="digits">Classes of digits that these steps may write.</param>
    /// <returns>Of each where it begins and ends, in pixels of the picture: half-way to its neighbours.</returns>
    public List<(double From, double To)> Locate(int[] digits)
    {
        var middles = digits.Select((_, place) => Part.X + Math.Min(Part.Width, (Ctc.StepOf(DigitSteps, digits, place) + 0.5) * StepWidth)).ToList();
        return [.. middles.Select((middle, place) =>
        {
            double? before = place > 0 ? (middle - middles[place - 1]) / 2 : null;
            double? after = place + 1 < middles.Count ? (middles[place + 1] - middle) / 2 : null;
            var alone = Part.Height / 2.0;
            return (Math.Max(Part.X, middle - (before ?? after ?? alone)), Math.Min(Part.X + Part.Width, middle + (after ?? before ?? alone)));
        })];
    }
}
