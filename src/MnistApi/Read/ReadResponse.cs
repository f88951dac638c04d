using System.Text.Json.Serialization;
using MnistApi.Predict;
using MnistReader;
using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistApi.Read;

/// <summary>All that is written on one picture.</summary>
/// <param name="Text">
/// The digits from left to right as one string, the most probable one where there are several candidates, with <c>?</c> for each piece of writing that
/// can't be read. Of several lines, a line feed stands between two.
/// </param>
/// <param name="Written">The same with the separators among the digits, as <c>13.254,00</c>, <c>24/12/2026</c> or <c>-3.5</c>.</param>
/// <param name="Valid">
/// Whether every line fits the <c>digits</c> or <c>pattern</c> that was asked for; where none plausible does, false, and the line says what is most probable
/// without. Left out where nothing was asked for.
/// </param>
/// <param name="Warning">Why <c>text</c> may not be the number that is written; left out where nothing speaks against it.</param>
/// <param name="Lines">The rows from above.</param>
/// <param name="Digits">What was found: line after line, from left to right.</param>
/// <param name="Width">Of the picture as it is looked at (after its EXIF orientation), in pixels.</param>
/// <param name="Height">Of the same, in pixels.</param>
/// <param name="Model">The version of the model that answered, as in <c>GET /model</c>.</param>
internal sealed record ReadResponse(
    string Text,
    string Written,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Valid,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Warning,
    IReadOnlyList<ReadLine> Lines,
    IReadOnlyList<ReadDigit> Digits,
    int Width,
    int Height,
    string Model)
{
    /// <summary>The answer of a reading.</summary>
    /// <param name="number">What was read.</param>
    /// <param name="card">Of the classifier that read it.</param>
    /// <param name="explainLine">How a line came about; null where nobody asks.</param>
    /// <param name="explainDigit">How a digit came about; null where nobody asks.</param>
    public static ReadResponse Of(
        NumberReading number, ModelCard card, Func<NumberLine, LineExplanation?>? explainLine = null, Func<DigitReading, Explanation?>? explainDigit = null)
    {
        ReadLine[] lines = [.. number.Lines.Select(line => new ReadLine(
            line.Text, line.Written, line.Confidence, line.IsValid, line.Box, explainLine?.Invoke(line)))];
        ReadDigit[] digits = [.. number.Lines.SelectMany((line, index) => line.Digits.Select(digit => new ReadDigit(
            digit.Prediction.Digit, digit.Candidates, digit.Prediction.Confidence, digit.Digit is not null, digit.Prediction.Probabilities, digit.Box, index,
            explainDigit?.Invoke(digit))))];
        return new ReadResponse(number.Text, number.Written, number.IsValid, number.Warning, lines, digits, number.Width, number.Height, card.Version);
    }
}

/// <summary>One row of a picture.</summary>
/// <param name="Text">Its digits, as in the whole answer's <c>text</c>.</param>
/// <param name="Written">The same with the separators.</param>
/// <param name="Confidence">The probability that these are all its digits, whatever separators stand among them, 0 to 1.</param>
/// <param name="Valid">Whether it fits what was asked for; left out where nothing was.</param>
/// <param name="Box">Where it is in the picture.</param>
/// <param name="Explanation">With <c>?explain=true</c>: its ink and what else it may say; left out otherwise.</param>
internal sealed record ReadLine(
    string Text,
    string Written,
    double Confidence,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Valid,
    PixelBox Box,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] LineExplanation? Explanation);

/// <summary>One digit of a picture.</summary>
/// <param name="Digit">The most probable digit, 0 to 9.</param>
/// <param name="Candidates">
/// The digits that it may be, most probable first: <c>digit</c>, and each other one whose probability reaches the model's <c>candidateThreshold</c>.
/// Empty where it isn't taken for one digit.
/// </param>
/// <param name="Confidence">
/// The probability of that digit at its place in the line, 0 to 1: low, too, where a digit before it may be missing or one too many.
/// </param>
/// <param name="IsDigit">Whether it is taken for one digit; where it isn't, <c>text</c> has <c>?</c> in its place.</param>
/// <param name="Probabilities">Ten probabilities, of the digits 0 to 9 in order; they sum to 1.</param>
/// <param name="Box">Where it is in the picture.</param>
/// <param name="Line">Which of the lines it stands in, from 0.</param>
/// <param name="Explanation">With <c>?explain=true</c>: how it came about, from the step <c>crop</c> on; left out otherwise.</param>
internal sealed record ReadDigit(
    int Digit, IReadOnlyList<int> Candidates, float Confidence, bool IsDigit, IReadOnlyList<float> Probabilities, PixelBox Box, int Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Explanation? Explanation);
