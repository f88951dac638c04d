using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistTrainer.Training;

/// <summary>What people call a run; it decides nothing.</summary>
/// <param name="Name">Stands in the folder's name, in place of the recipe's; null for that.</param>
/// <param name="Note">Why it was made, say; null for none.</param>
/// <param name="Tags">To find it by.</param>
internal sealed record RunLabels(string? Name = null, string? Note = null, IReadOnlyList<string>? Tags = null);

/// <summary>What a run came to: metrics.json.</summary>
/// <param name="History">One entry an epoch.</param>
/// <param name="Result">Of the finished run; null before, and of a network that learned from generated pictures.</param>
internal sealed record RunMetrics(IReadOnlyList<EpochResult> History, RunResult? Result = null)
{
    /// <summary>The last epoch; null before the first has ended.</summary>
    [JsonIgnore]
    public EpochResult? Last => History.Count > 0 ? History[^1] : null;

    /// <summary>Training time in minutes, without validation.</summary>
    [JsonIgnore]
    public double Minutes => History.Sum(epoch => epoch.Seconds) / 60;
}

/// <summary>Figures of a finished run.</summary>
/// <param name="Finished">When.</param>
/// <param name="Version">Of the model.</param>
/// <param name="Weights">Trained.</param>
/// <param name="MultiplyAdds">For one image.</param>
/// <param name="TestAccuracy">On MNIST's test images, 0 to 1; null where they were left alone.</param>
/// <param name="CalibrationError">There, 0 to 1.</param>
internal sealed record RunResult(DateTimeOffset Finished, string Version, long Weights, long MultiplyAdds, double? TestAccuracy, double? CalibrationError);

/// <summary>JSON has no NaN.</summary>
internal sealed class NaNAsNull : JsonConverter<double>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsNaN(value))
            writer.WriteNullValue();
        else
            writer.WriteNumberValue(value);
    }
}
