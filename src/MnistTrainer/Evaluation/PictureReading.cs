using MnistReader;

namespace MnistTrainer.Evaluation;

/// <summary>What became of a picture.</summary>
internal enum PictureOutcome
{
    /// <summary>All its digits were answered, and no others.</summary>
    Right,

    /// <summary>Other digits were answered.</summary>
    Wrong,

    /// <summary>The model takes it for no digit, or a piece of a number can't be read and stands as <c>?</c>.</summary>
    Rejected,

    /// <summary>No ink was found.</summary>
    Blank,

    /// <summary>It can't be opened or decoded.</summary>
    Unreadable,
}

/// <summary>What the service answers to a picture whose digits are known.</summary>
/// <param name="Truth">What is written, from left to right.</param>
/// <param name="Text">What was read, with <see cref="NumberReading.Unread"/> for what was rejected; empty where the picture is blank or can't be read.</param>
/// <param name="BestGuess">What would have been read if nothing were rejected: the most probable digits, without marks; empty as the text is.</param>
/// <param name="Confidence">Of the digit that is least sure, 0 to 1, also where it was rejected; 0 where there is none.</param>
/// <param name="DigitsSeen">How many digits seem to stand side by side; 0 where the picture is blank or can't be read.</param>
/// <param name="Fault">Why it can't be read; null where it was.</param>
internal sealed record PictureReading(string Truth, string Text, string BestGuess, double Confidence, int DigitsSeen, string? Fault = null)
{
    private const double Sure = 0.95;

    /// <summary>What became of it.</summary>
    public PictureOutcome Outcome => this switch
    {
        { Fault: not null } => PictureOutcome.Unreadable,
        { Text: "" } => PictureOutcome.Blank,
        _ when Text.Contains(NumberReading.Unread) => PictureOutcome.Rejected,
        _ => Text == Truth ? PictureOutcome.Right : PictureOutcome.Wrong,
    };

    /// <summary>Whether there is no answer, or one with a <c>?</c>.</summary>
    public bool IsRefused => Outcome is PictureOutcome.Rejected or PictureOutcome.Blank or PictureOutcome.Unreadable;

    /// <summary>Whether it was answered wrongly, and each digit with a confidence of 0.95 or more.</summary>
    public bool IsConfidentMistake => Outcome == PictureOutcome.Wrong && Confidence >= Sure;

    /// <summary>Reads a picture of one digit as <c>POST /predict</c> does.</summary>
    /// <param name="reader">Answers.</param>
    /// <param name="truth">The digit.</param>
    /// <param name="encoded">The picture file.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="MnistReader.Imaging.ImageException">Too large, not an image, or damaged.</exception>
    public static PictureReading OfDigit(DigitReader reader, string truth, byte[] encoded, CancellationToken cancellation) =>
        reader.Read(encoded, cancellation) is { } reading
            ? new PictureReading(truth, reading.Digit is null ? $"{NumberReading.Unread}" : Guess([reading]), Guess([reading]), reading.Prediction.Confidence,
                reading.DigitsSeen)
            : Nothing(truth);

    /// <summary>Reads a picture of digits side by side as <c>POST /read</c> does.</summary>
    /// <param name="reader">Answers.</param>
    /// <param name="truth">The digits, from left to right.</param>
    /// <param name="encoded">The picture file.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="MnistReader.Imaging.ImageException">Too large, not an image, or damaged.</exception>
    public static PictureReading OfNumber(DigitReader reader, string truth, byte[] encoded, CancellationToken cancellation) =>
        reader.ReadNumber(encoded, cancellation: cancellation) is { } row
            ? new PictureReading(truth, row.Text, Guess(row.Digits), row.Digits.Select(digit => digit.Prediction.Confidence).DefaultIfEmpty().Min(),
                row.Digits.Count)
            : Nothing(truth);

    /// <summary>Of a picture on which nothing was read.</summary>
    /// <param name="truth">What is written.</param>
    /// <param name="fault">Why the picture can't be read; null where it is blank.</param>
    public static PictureReading Nothing(string truth, string? fault = null) => new(truth, "", "", 0, 0, fault);

    private static string Guess(IEnumerable<DigitReading> digits) => string.Concat(digits.Select(digit => digit.Prediction.Digit));
}
