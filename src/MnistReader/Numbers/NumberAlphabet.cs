using MnistReader.Inference;

namespace MnistReader.Numbers;

/// <summary>What a step of the number network can be: the blank between characters, a digit, a separator.</summary>
internal static class NumberAlphabet
{
    /// <summary>The class of the blank.</summary>
    public const int Blank = 0;

    /// <summary>The characters of classes 1, 2, …: ten digits, and what stands among them.</summary>
    public const string Characters = "0123456789" + Separators;

    /// <summary>What stands among digits.</summary>
    public const string Separators = ".,-/:";

    /// <summary>Classes: 16.</summary>
    public static int Classes => Characters.Length + 1;

    /// <summary>The classes of a text.</summary>
    /// <param name="text">Of <see cref="Characters"/>.</param>
    public static int[] ClassesOf(string text) => [.. text.Select(character => Characters.IndexOf(character, StringComparison.Ordinal) + 1)];

    /// <summary>Whether a class is a digit.</summary>
    public static bool IsDigit(int of) => of is > Blank and <= DigitClassifier.Digits;

    /// <summary>The text of classes other than the blank.</summary>
    public static string TextOf(IEnumerable<int> classes) => string.Concat(classes.Select(of => Characters[of - 1]));

    /// <summary>What the most probable class of each step says: repeats are one character, blanks none (Graves et al., 2006).</summary>
    /// <param name="best">A class a step.</param>
    /// <returns>The classes of the characters.</returns>
    public static IEnumerable<int> Merge(IEnumerable<int> best)
    {
        var before = Blank;
        foreach (var step in best)
        {
            if (step != Blank && step != before)
                yield return step;
            before = step;
        }
    }
}
