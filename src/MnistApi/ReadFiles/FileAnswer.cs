using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using MnistApi.Predict;
using MnistApi.Read;

namespace MnistApi.ReadFiles;

/// <summary>What was read on one file: its name, and exactly one of the other members.</summary>
/// <param name="File">As it was named; <c>-</c> for standard input.</param>
/// <param name="Number">What <c>POST /read</c> answers.</param>
/// <param name="Digit">What <c>POST /predict</c> answers.</param>
/// <param name="Error">Why it can't be read.</param>
internal sealed partial record FileAnswer(
    string File,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReadResponse? Number = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictResponse? Digit = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null)
{
    /// <summary>The columns of <see cref="ToCsv"/>.</summary>
    public const string CsvHeader = "file,text,written,confidence,valid,error";

    private static readonly FileAnswerJson Format = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for programs and people, not for web pages
    });

    // a digit that isn't one reads as /read has it
    private string Text => Number?.Text ?? (Digit is null ? "" : Digit.IsDigit ? Digit.Digit.ToString(CultureInfo.InvariantCulture) : "?");

    private double? Confidence => Number is null ? Digit?.Confidence : Number.Lines.Min(line => line.Confidence);

    /// <summary>In words, on one line.</summary>
    public override string ToString() => $"{File}: " + (Error ?? string.Create(CultureInfo.InvariantCulture,
        $"{OnOneLine(Number?.Written ?? Text)} ({100 * Confidence:F2} %{(Number?.Valid == false ? "; not valid" : "")})"));

    /// <summary>As a JSON object on one line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Format.FileAnswer);

    /// <summary>As a row of CSV (RFC 4180); a space stands between two lines of a picture.</summary>
    public string ToCsv() => string.Join(',',
        Quoted(File), OnOneLine(Text), Quoted(OnOneLine(Number?.Written ?? Text)), Confidence?.ToString("F6", CultureInfo.InvariantCulture),
        Number?.Valid switch { true => "true", false => "false", _ => "" }, Quoted(Error ?? ""));

    /// <summary>The file's name at the beginning of a line that this type wrote.</summary>
    /// <param name="line">A JSON object, or a row of CSV.</param>
    /// <param name="isCsv">Which of the two.</param>
    /// <exception cref="FormatException">It is no such line.</exception>
    public static string FileOf(string line, bool isCsv)
    {
        try
        {
            return isCsv
                ? FirstCell().Match(line) is { Success: true } cell
                    ? cell.Groups[1].Value.Replace("\"\"", "\"", StringComparison.Ordinal) + cell.Groups[2].Value
                    : throw new FormatException("It is no row of answers.")
                : JsonSerializer.Deserialize(line, Format.FileAnswer)?.File ?? throw new FormatException("It is no answer.");
        }
        catch (JsonException e)
        {
            throw new FormatException("It is no answer as JSON.", e);
        }
    }

    [GeneratedRegex("""^(?:"((?:[^"]|"")*)"|([^",]+)),""")]
    private static partial Regex FirstCell();

    private static string OnOneLine(string text) => text.Replace('\n', ' ');

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}

/// <summary>Answers as the service writes them; generated at build time.</summary>
[JsonSerializable(typeof(FileAnswer))]
internal sealed partial class FileAnswerJson : JsonSerializerContext;
