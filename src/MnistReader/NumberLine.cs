using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader;

/// <summary>What was read in one row.</summary>
/// <param name="Digits">From left to right, also those that can't be read.</param>
/// <param name="Marks">
/// What was written among them but is no digit by its size, such as a dot or a dash, from left to right; none where a network read the line, which knows them.
/// </param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// foreach (var line in reader.ReadNumber(File.ReadAllBytes("receipt.jpg"))?.Lines ?? [])
///     Console.WriteLine($"{line.Written} at {line.Box.X}, {line.Box.Y}, {line.Confidence:P1} sure");
/// </code></example>
public sealed record NumberLine(IReadOnlyList<DigitReading> Digits, IReadOnlyList<PixelBox> Marks)
{
    /// <summary>
    /// The digits from left to right, the most probable one where there are several candidates, with <see cref="NumberReading.Unread"/> for each piece of
    /// writing that could not be read, so that no number is shorter than what is written.
    /// </summary>
    public string Text { get; } = string.Concat(
        Digits.Select(digit => (Centre(digit.Box), Character: digit.Digit is { } read ? (char)('0' + read) : NumberReading.Unread))
            .Concat(Marks.Select(mark => (Centre(mark), Character: NumberReading.Unread)))
            .OrderBy(piece => piece.Item1)
            .Select(piece => piece.Character));

    /// <summary>
    /// What is written, with the separators among the digits, as <c>13.254,00</c> or <c>24/12/2026</c>; the same as <see cref="Text"/> where no network read
    /// the line.
    /// </summary>
    public string Written { get => field ?? Text; init; }

    /// <summary>The probability that these are all the digits of the line, 0 to 1.</summary>
    public double Confidence { get; init; }

    /// <summary>What else the digits of the line may be, the most probable first.</summary>
    public IReadOnlyList<NumberAlternative> Alternatives { get; init; } = [];

    /// <summary>Whether the line fits the pattern that was asked for; null where none was.</summary>
    public bool? IsValid { get; init; }

    /// <summary>The box around the row, in pixels of the picture.</summary>
    public PixelBox Box { get; init; }

    /// <summary>The ink of the row, where it was to be kept.</summary>
    internal InkImage? Ink { get; init; }

    private static double Centre(PixelBox box) => box.X + box.Width / 2.0;
}

/// <summary>What a line may say.</summary>
/// <param name="Written">With separators.</param>
/// <param name="Probability">That its digits are those of the line, 0 to 1.</param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// foreach (var other in reader.ReadNumber(File.ReadAllBytes("amount.jpg"))?.Lines[0].Alternatives ?? [])
///     Console.WriteLine($"{other.Written}: {other.Probability:P1}");
/// </code></example>
public sealed record NumberAlternative(string Written, double Probability);
