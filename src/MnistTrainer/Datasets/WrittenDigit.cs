using System.Numerics;

namespace MnistTrainer.Datasets;

/// <summary>One digit as a pen wrote it.</summary>
/// <param name="Label">0 to 9.</param>
/// <param name="Writer">Who wrote it: a number within its part of the data set.</param>
/// <param name="Strokes">The points from pen down to pen up, in the order of writing; at least one point each. x to the right, y down, in any unit.</param>
internal sealed record WrittenDigit(byte Label, int Writer, IReadOnlyList<IReadOnlyList<Vector2>> Strokes)
{
    /// <summary>Where one part is held back it is a fifth of the writers: 6 of the 30.</summary>
    private const int HeldBackFolds = 5;

    /// <summary>Holds back a fifth of the writers, the same wherever the same seed is given.</summary>
    /// <param name="digits">Of more than one writer.</param>
    /// <param name="splitSeed">Draws who.</param>
    public static (IReadOnlyList<WrittenDigit> Training, IReadOnlyList<WrittenDigit> Validation) HoldBack(IReadOnlyList<WrittenDigit> digits, int splitSeed) =>
        Cut(digits, HeldBackFolds, fold: 1, splitSeed);

    /// <summary>Cuts digits into folds by their writers: nobody's hand is in both parts.</summary>
    /// <param name="digits">Of more than one writer.</param>
    /// <param name="folds">Number of folds; each holds its share of the writers, to within one.</param>
    /// <param name="fold">The one to hold back, from 1.</param>
    /// <param name="seed">Draws which writers are together.</param>
    public static (IReadOnlyList<WrittenDigit> Training, IReadOnlyList<WrittenDigit> Validation) Cut(
        IReadOnlyList<WrittenDigit> digits, int folds, int fold, int seed)
    {
        var writers = digits.Select(digit => digit.Writer).Distinct().Order().ToArray();
        new Random(seed).Shuffle(writers);
        var held = writers.Where((_, index) => index * folds / writers.Length == fold - 1).ToHashSet();
        return ([.. digits.Where(digit => !held.Contains(digit.Writer))], [.. digits.Where(digit => held.Contains(digit.Writer))]);
    }
}
