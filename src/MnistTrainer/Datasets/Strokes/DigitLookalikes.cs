namespace MnistTrainer.Datasets.Strokes;

/// <summary>
/// Letters and signs that have a digit's shape in some hand. Rejecting them would mean rejecting digits, so they neither train nor count: chosen by looking at
/// what a network that learned none of them takes for digits, most often O, S, |, / and l.
/// </summary>
internal static class DigitLookalikes
{
    /// <summary>As people write them.</summary>
    public const string Written = Everywhere + "aGQyY" + "|/\\()]}>'`\",.";

    /// <summary>As fonts have them: there, i is a stem with little above it.</summary>
    public const string InPrint = Everywhere + "i";

    private const string Everywhere = "OoDIlSsZzBgqb";
}
