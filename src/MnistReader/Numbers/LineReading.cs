namespace MnistReader.Numbers;

/// <summary>What was read in a line of writing.</summary>
/// <param name="Characters">From left to right; none where the line is blank.</param>
/// <param name="Probability">That they are exactly what is written, 0 to 1.</param>
/// <param name="DigitsProbability">That their digits are the digits that are written, whatever separators stand among them, 0 to 1.</param>
internal sealed record LineReading(IReadOnlyList<LineCharacter> Characters, double Probability, double DigitsProbability)
{
    /// <summary>Digits and separators.</summary>
    public string Text => string.Concat(Characters.Select(character => character.Symbol));

    /// <summary>The digits alone.</summary>
    public string Digits => string.Concat(Text.Where(char.IsAsciiDigit));
}

/// <summary>One character of a line.</summary>
/// <param name="Symbol">0 to 9, or a separator.</param>
/// <param name="Probability">That it is this one, 0 to 1, if the others are right; the rest is that of other characters and of none.</param>
/// <param name="From">Where it begins, in pixels of the line; half-way to the character before.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Alternatives">What else it may be, the most probable first, each of at least 0.1 %.</param>
internal sealed record LineCharacter(char Symbol, double Probability, double From, double To, IReadOnlyList<(char Symbol, double Probability)> Alternatives);
