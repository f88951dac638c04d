using System.Globalization;
using MnistReader.Imaging;

namespace MnistReader;

/// <summary>What was read as a row of digits.</summary>
/// <param name="Digits">From left to right, also those that the model rejects.</param>
/// <param name="Marks">What was written among them but is no digit by its size, such as a dot or a dash, from left to right.</param>
/// <param name="Width">Of the picture as it is looked at (after its EXIF orientation), in pixels.</param>
/// <param name="Height">Of the same, in pixels.</param>
public sealed record NumberReading(IReadOnlyList<DigitReading> Digits, IReadOnlyList<PixelBox> Marks, int Width, int Height)
{
    /// <summary>Stands in <see cref="Text"/> for what could not be read.</summary>
    public const char Unread = '?';

    /// <summary>
    /// The digits from left to right, the most probable one where there are several candidates, with <see cref="Unread"/> for each piece of writing that
    /// could not be read, so that no number is shorter than what is written.
    /// </summary>
    public string Text { get; } = string.Concat(Digits.Select(digit => (Centre(digit.Box), Character: digit.Digit is { } read ? (char)('0' + read) : Unread))
        .Concat(Marks.Select(mark => (Centre(mark), Character: Unread)))
        .OrderBy(piece => piece.Item1)
        .Select(piece => piece.Character));

    /// <summary>
    /// What is written, with the separators among the digits, as <c>13.254,00</c> or <c>24/12/2026</c>; the same as <see cref="Text"/> where no network read
    /// the line.
    /// </summary>
    public string Written { get => field ?? Text; init; }

    /// <summary>Why <see cref="Text"/> may not be the number that is written, in words for the reader; null where nothing speaks against it.</summary>
    public string? Warning
    {
        get
        {
            var unread = Text.Count(character => character == Unread);
            const string causes = "digits that touch, a dot, a dash, or no digit";
            string?[] reasons =
            [
                unread == 0 ? null : string.Create(CultureInfo.InvariantCulture,
                    $"{unread} of {Text.Length} pieces of writing can't be read and stand as {Unread} in the text: {causes}."),
                AreInRows
                    ? "The digits seem to stand in several rows, but are listed from left to right as if in one. " +
                        "Send each row as a picture of its own."
                    : null,
            ];
            return reasons.Any(reason => reason is not null) ? string.Join(' ', reasons.Where(reason => reason is not null)) : null;
        }
    }

    // neighbours of one row overlap in height, also where the row rises
    private bool AreInRows => Digits.Zip(Digits.Skip(1)).Any(pair => IsAbove(pair.First.Box, pair.Second.Box) || IsAbove(pair.Second.Box, pair.First.Box));

    private static bool IsAbove(PixelBox one, PixelBox other) => one.Y + one.Height <= other.Y;

    private static double Centre(PixelBox box) => box.X + box.Width / 2.0;
}
