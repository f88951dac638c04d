using System.Globalization;

namespace MnistReader;

/// <summary>What was read as one or several rows of digits.</summary>
/// <param name="Lines">From above; at least one.</param>
/// <param name="Width">Of the picture as it is looked at (after its EXIF orientation), in pixels.</param>
/// <param name="Height">Of the same, in pixels.</param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// var number = reader.ReadNumber(File.ReadAllBytes("date.jpg"), NumberPattern.Parse("date"));
/// Console.WriteLine(number is null ? "blank" : $"{number.Written}, {(number.IsValid == true ? "a date" : "no date")}");
/// </code></example>
public sealed record NumberReading(IReadOnlyList<NumberLine> Lines, int Width, int Height)
{
    /// <summary>Stands in <see cref="Text"/> for what could not be read.</summary>
    public const char Unread = '?';

    /// <summary>All digits: line after line, from left to right, also those that can't be read.</summary>
    public IReadOnlyList<DigitReading> Digits { get; } = [.. Lines.SelectMany(line => line.Digits)];

    /// <summary>The <see cref="NumberLine.Text"/> of all lines, with a line feed between two.</summary>
    public string Text => string.Join('\n', Lines.Select(line => line.Text));

    /// <summary>The <see cref="NumberLine.Written"/> of all lines, with a line feed between two.</summary>
    public string Written => string.Join('\n', Lines.Select(line => line.Written));

    /// <summary>Whether each line fits the pattern that was asked for; null where none was.</summary>
    public bool? IsValid => Lines[0].IsValid is null ? null : Lines.All(line => line.IsValid == true);

    /// <summary>Why <see cref="Text"/> may not be the number that is written, in words for the reader; null where nothing speaks against it.</summary>
    public string? Warning
    {
        get
        {
            var (unread, all) = (Text.Count(character => character == Unread), Lines.Sum(line => line.Text.Length));
            return unread == 0 ? null : string.Create(CultureInfo.InvariantCulture,
                $"{unread} of {all} pieces of writing can't be read and stand as {Unread} in the text: digits that touch, a dot, a dash, or no digit.");
        }
    }
}
