using System.Numerics;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>One digit, letter or other sign as a pen wrote it.</summary>
/// <param name="Text">The sign, one character.</param>
/// <param name="Writer">Who wrote it: a name within its set.</param>
/// <param name="Site">
/// Where: people of one place write alike, so a place is learned from or held back as a whole. Where a set names no places, each writer is one.
/// </param>
/// <param name="Strokes">The points from pen down to pen up, in the order of writing; at least one point each. x to the right, y down, in any unit.</param>
internal sealed record WrittenSign(string Text, string Writer, string Site, IReadOnlyList<IReadOnlyList<Vector2>> Strokes)
{
    /// <summary>0 to 9, or <see cref="DigitSet.NonDigit"/>.</summary>
    public byte Label { get; } = DigitSet.LabelOf(Text);
}
