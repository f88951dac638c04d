using System.Globalization;
using System.Text.Json.Serialization;
using MnistReader;
using MnistReader.Inference;

namespace MnistApi.Predict;

/// <summary>The answer to one image.</summary>
/// <param name="IsDigit">Whether the picture is taken for a digit at all. Where it isn't, the other members say what it would be if it were.</param>
/// <param name="Reason">Why it isn't taken for one; left out where it is.</param>
/// <param name="Hint">Where several digits seem to stand side by side: that <c>POST /read</c> reads them; left out otherwise.</param>
/// <param name="Digit">The most probable digit, 0 to 9.</param>
/// <param name="Candidates">
/// The digits that the picture may show, most probable first: <c>digit</c>, and each other one whose probability reaches the model's
/// <c>candidateThreshold</c>, since a 1 with a long upstroke is also a 7. Empty where it isn't taken for a digit.
/// </param>
/// <param name="Confidence">The probability of that digit, 0 to 1, if it is a digit.</param>
/// <param name="Probabilities">Ten probabilities, of the digits 0 to 9 in order; they sum to 1.</param>
/// <param name="Model">The version of the model that answered, as in <c>GET /model</c>.</param>
/// <param name="Explanation">With <c>?explain=true</c>: how the answer came about; left out without.</param>
internal sealed record PredictResponse(
    bool IsDigit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Hint,
    int Digit,
    IReadOnlyList<int> Candidates,
    float Confidence,
    IReadOnlyList<float> Probabilities,
    string Model,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Explanation? Explanation)
{
    /// <summary>The answer of a reading.</summary>
    /// <param name="reading">Of a picture taken as one digit.</param>
    /// <param name="card">Of the model that read it.</param>
    /// <param name="explanation">How it came about; null where nobody asked.</param>
    public static PredictResponse Of(DigitReading reading, ModelCard card, Explanation? explanation)
    {
        var prediction = reading.Prediction;
        var reason = reading.Digit is null ? NotADigit(prediction.DigitProbability, card.RejectionThreshold) : null;
        var hint = reading.DigitsSeen > 1 ? Several(reading.DigitsSeen) : null;
        return new PredictResponse(
            reading.Digit is not null, reason, hint, prediction.Digit, reading.Candidates, prediction.Confidence, prediction.Probabilities, card.Version,
            explanation);
    }

    /// <summary>The hint of a picture on which several digits seem to stand side by side.</summary>
    public static string Several(int digits) =>
        $"There seem to be {digits} digits side by side, and they were taken for one. Send the picture to /read, which reads each.";

    /// <summary>The reason why a picture isn't taken for a digit.</summary>
    /// <param name="probability">That it is one, 0 to 1.</param>
    /// <param name="threshold">What is needed, 0 to 1.</param>
    public static string NotADigit(float probability, double? threshold) => string.Create(CultureInfo.InvariantCulture,
        $"It doesn't look like a digit: the network puts the chance that it is one at {100 * probability:F1} %, and {100 * threshold:F1} % are needed.");
}
