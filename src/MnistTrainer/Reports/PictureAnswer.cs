using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MnistReader;
using MnistReader.Inference;

namespace MnistTrainer.Reports;

/// <summary>What was read on a picture, as one line: in words, as JSON, or as CSV.</summary>
/// <param name="File">As it was named; <c>-</c> for standard input.</param>
/// <param name="Reading">All that is written taken as one digit; null where the picture can't be read.</param>
/// <param name="Number">The same as digits side by side; null where it is one.</param>
/// <param name="Error">Why the picture can't be read; null where it was.</param>
internal sealed record PictureAnswer(string File, DigitReading? Reading, NumberReading? Number, string? Error)
{
    /// <summary>The columns of <see cref="ToCsv"/>.</summary>
    public const string CsvHeader = "file,digit,is_digit,confidence,text,error";

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for programs and people, not for web pages
    };

    /// <summary>In words.</summary>
    public override string ToString()
    {
        if (Reading is not { Prediction: var prediction })
            return $"{File}: {Error}";

        var asOne = prediction.IsDigit
            ? $"{prediction.Digit} ({Percent(prediction.Confidence)}; next {RunnerUp(prediction)})"
            : $"not a digit ({Percent(prediction.DigitProbability)} that it is one; it would be a {prediction.Digit})";
        return Number is null ? $"{File}: {asOne}" : $"{File}: several digits: {Number.Text}; as one: {asOne}";
    }

    /// <summary>As a JSON object; <c>digit</c> is left out where the model rejects the picture.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            File,
            Reading?.Digit,
            Reading?.Prediction.IsDigit,
            Reading?.Prediction.Confidence,
            Reading?.Prediction.Probabilities,
            Number?.Text,
            Number?.Warning,
            Error,
        },
        Format);

    /// <summary>As a row of CSV (RFC 4180); <c>digit</c> is empty where the model rejects the picture.</summary>
    public string ToCsv() => string.Join(',',
        Quoted(File), Reading?.Digit?.ToString(CultureInfo.InvariantCulture), Reading is null ? "" : Reading.Prediction.IsDigit ? "true" : "false",
        Reading?.Prediction.Confidence.ToString("F6", CultureInfo.InvariantCulture), Number?.Text, Quoted(Error ?? ""));

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string RunnerUp(Prediction prediction)
    {
        var next = Enumerable.Range(0, DigitClassifier.Digits).Where(digit => digit != prediction.Digit).MaxBy(digit => prediction.Probabilities[digit]);
        return $"{next} with {Percent(prediction.Probabilities[next])}";
    }

    private static string Percent(float share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2}%");
}
