namespace MnistReader.Numbers;

/// <summary>
/// Connectionist temporal classification (Graves et al., 2006): probabilities of the classes at each step of a line → texts and their probabilities. A text is
/// the classes of its characters, none of them the blank; the sum over all texts is 1.
/// </summary>
internal static class Ctc
{
    /// <summary>A class of a smaller probability begins no character.</summary>
    private const double LeastProbability = 1e-4;

    /// <summary>The most probable text.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <returns>Its characters' classes.</returns>
    public static int[] Best(IReadOnlyList<double[]> steps) => Search(steps, width: 8)[0];

    /// <summary>The most probable texts: a beam search over their beginnings, each with the probability of all ways to write it.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <param name="width">Beginnings that are kept at each step, and texts at most.</param>
    /// <param name="pattern">What a text must be; null for any.</param>
    /// <returns>Their characters' classes, the most probable text first; none where none fits the pattern.</returns>
    public static List<int[]> Search(IReadOnlyList<double[]> steps, int width, NumberPattern? pattern = null)
    {
        var beam = new Dictionary<string, Beginning> { [""] = new(0, 1, pattern?.Start ?? default) };
        foreach (var step in steps)
        {
            var next = new Dictionary<string, Beginning>();
            foreach (var (text, of) in beam)
            {
                var last = text.Length > 0 ? text[^1] : NumberAlphabet.Blank;
                Add(text, last == NumberAlphabet.Blank ? 0 : of.Character * step[last], of.Probability * step[NumberAlphabet.Blank], of.State);
                for (var added = NumberAlphabet.Blank + 1; added < step.Length; added++)
                {
                    var state = of.State;
                    if (step[added] >= LeastProbability && pattern?.TryAdd(NumberAlphabet.Characters[added - 1], ref state) != false)
                        Add(text + (char)added, (added == last ? of.Blank : of.Probability) * step[added], 0, state);
                }
            }

            beam = next.OrderByDescending(entry => entry.Value.Probability).Take(width).ToDictionary();

            void Add(string text, double character, double blank, NumberPattern.State state)
            {
                var before = next.GetValueOrDefault(text);
                next[text] = new Beginning(before.Character + character, before.Blank + blank, state);
            }
        }

        return [.. beam.Where(entry => pattern?.Fits(NumberAlphabet.TextOf(entry.Key.Select(of => (int)of)), entry.Value.State) != false)
            .OrderByDescending(entry => entry.Value.Probability).Select(entry => entry.Key.Select(of => (int)of).ToArray())];
    }

    /// <summary>The probability of a text.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <param name="text">Its characters' classes.</param>
    public static double Probability(IReadOnlyList<double[]> steps, ReadOnlySpan<int> text)
    {
        var (character, blank) = Beginnings(steps, text.ToArray())[^1][^1];
        return character + blank;
    }

    /// <summary>Where a character of a text is.</summary>
    /// <param name="steps">Of each step the probability of each class, the blank first.</param>
    /// <param name="text">Its characters' classes.</param>
    /// <param name="place">Which character, from 0.</param>
    /// <returns>The step at which it ends, in the mean of all ways to write the text.</returns>
    public static double StepOf(IReadOnlyList<double[]> steps, int[] text, int place)
    {
        var before = Beginnings(steps, text[..place]);
        var after = Beginnings([.. steps.Reverse()], [.. text[(place + 1)..].Reverse()]); // an ending is a beginning from the other side
        var (isRepeated, isRepeatedAfter) = (place > 0 && text[place - 1] == text[place], place + 1 < text.Length && text[place + 1] == text[place]);
        var (within, sum, weighted) = (0.0, 0.0, 0.0);
        for (var step = 0; step < steps.Count; step++)
        {
            var (character, blank) = before[place][step];
            within = (within + blank + (isRepeated ? 0 : character)) * steps[step][text[place]];
            var (characterAfter, blankAfter) = after[^1][steps.Count - 1 - step];
            var ending = within * (blankAfter + (isRepeatedAfter ? 0 : characterAfter));
            (sum, weighted) = (sum + ending, weighted + step * ending);
        }

        return weighted / Math.Max(double.Epsilon, sum);
    }

    /// <summary>The beginning of a text: the probability of the ways that end in its last character, and of those that end in a blank behind it.</summary>
    private readonly record struct Beginning(double Character, double Blank, NumberPattern.State State)
    {
        public double Probability => Character + Blank;
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
