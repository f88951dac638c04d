namespace MnistReader.Numbers;

/// <summary>
/// Connectionist temporal classification (Graves et al., 2006): probabilities of the classes at each step of a line → texts and their probabilities. A text is
/// the classes of its characters, none of them the blank; the sum over all texts is 1.
/// </summary>
internal static class Ctc
{
    /// <summary>Texts that the search keeps at each step.</summary>
    private const int BeamWidth = 8;

    /// <summary>A class of a smaller probability begins no character.</summary>
    private const double LeastProbability = 1e-4;

    /// <summary>The most probable text: a beam search over its beginnings, each with the probability of all ways to write it.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <returns>Its characters' classes.</returns>
    public static int[] Best(IReadOnlyList<double[]> steps)
    {
        // a beginning's probability, apart for the ways that end in its last character and those that end in a blank behind it
        var beam = new Dictionary<string, (double Character, double Blank)> { [""] = (0, 1) };
        foreach (var step in steps)
        {
            var next = new Dictionary<string, (double Character, double Blank)>();
            foreach (var (text, (character, blank)) in beam)
            {
                var last = text.Length > 0 ? text[^1] : NumberAlphabet.Blank;
                Add(text, last == NumberAlphabet.Blank ? 0 : character * step[last], (character + blank) * step[NumberAlphabet.Blank]);
                for (var of = NumberAlphabet.Blank + 1; of < step.Length; of++)
                {
                    if (step[of] >= LeastProbability)
                        Add(text + (char)of, (of == last ? blank : character + blank) * step[of], 0);
                }
            }

            beam = next.OrderByDescending(entry => entry.Value.Character + entry.Value.Blank).Take(BeamWidth).ToDictionary();

            void Add(string text, double character, double blank)
            {
                var (before, beforeBlank) = next.GetValueOrDefault(text);
                next[text] = (before + character, beforeBlank + blank);
            }
        }

        return [.. beam.MaxBy(entry => entry.Value.Character + entry.Value.Blank).Key.Select(of => (int)of)];
    }

    /// <summary>The probability of a text.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <param name="text">Its characters' classes.</param>
    public static double Probability(IReadOnlyList<double[]> steps, ReadOnlySpan<int> text)
    {
        var (character, blank) = Beginnings(steps, text.ToArray())[^1][^1];
        return character + blank;
    }

    /// <summary>The probabilities of all texts that differ in one character at most at one place, and where that character is.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <param name="text">Its characters' classes.</param>
    /// <param name="place">Which character, from 0.</param>
    /// <returns>
    /// Of each class the probability of the text with it at this place, and at the blank's the probability of the text without the character; and the step at
    /// which the text's own character ends, in the mean of all ways to write the text.
    /// </returns>
    public static (double[] Probabilities, double Step) At(IReadOnlyList<double[]> steps, int[] text, int place)
    {
        var before = Beginnings(steps, text[..place]);
        var after = Beginnings([.. steps.Reverse()], [.. text[(place + 1)..].Reverse()]); // an ending is a beginning from the other side
        var probabilities = new double[steps[0].Length];
        probabilities[NumberAlphabet.Blank] = Probability(steps, [.. text[..place], .. text[(place + 1)..]]);
        var meanStep = 0.0;
        for (var of = NumberAlphabet.Blank + 1; of < probabilities.Length; of++)
        {
            var (isRepeated, isRepeatedAfter) = (place > 0 && text[place - 1] == of, place + 1 < text.Length && text[place + 1] == of);
            var (within, steadily) = (0.0, 0.0); // the character; the same weighted by the step
            for (var step = 0; step < steps.Count; step++)
            {
                var (character, blank) = before[place][step];
                within = (within + blank + (isRepeated ? 0 : character)) * steps[step][of];
                var (characterAfter, blankAfter) = after[^1][steps.Count - 1 - step];
                var ending = within * (blankAfter + (isRepeatedAfter ? 0 : characterAfter));
                probabilities[of] += ending;
                steadily += step * ending;
            }

            if (of == text[place])
                meanStep = steadily / Math.Max(double.Epsilon, probabilities[of]);
        }

        return (probabilities, meanStep);
    }

    /// <summary>
    /// [i][t]: the probability that the first t steps write the first i characters, apart for the ways that end in the last of them and in a blank.
    /// </summary>
    private static (double Character, double Blank)[][] Beginnings(IReadOnlyList<double[]> steps, int[] text)
    {
        var table = new (double Character, double Blank)[text.Length + 1][];
        for (var i = 0; i <= text.Length; i++)
        {
            table[i] = new (double, double)[steps.Count + 1];
            table[i][0] = (0, i == 0 ? 1 : 0);
            for (var t = 0; t < steps.Count; t++)
            {
                var (character, blank) = table[i][t];
                var written = 0.0;
                if (i > 0)
                {
                    var (shorter, shorterBlank) = table[i - 1][t];
                    written = (character + shorterBlank + (i > 1 && text[i - 1] == text[i - 2] ? 0 : shorter)) * steps[t][text[i - 1]];
                }

                table[i][t + 1] = (written, (character + blank) * steps[t][NumberAlphabet.Blank]);
            }
        }

        return table;
    }
}
