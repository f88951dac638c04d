using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MnistReader.Inference;

/// <summary>What every model file says of itself; it travels inside the file, as JSON in ONNX <c>metadata_props</c>.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// NetworkCard[] cards = [reader.Classifier.Card, reader.InkNetwork!.Card, reader.NumberNetwork!.Card];
/// foreach (var card in cards)
///     Console.WriteLine($"{card.Name} {card.Version}: {card.Parameters:N0} weights");
/// </code></example>
public abstract record NetworkCard
{
    /// <summary>The key of the card in <c>metadata_props</c>.</summary>
    public const string MetadataKey = "model_card";

    /// <summary>The model's name, <c>mnist</c> for the served one.</summary>
    [JsonPropertyOrder(-1)]
    public required string Name { get; init; }

    /// <summary>The day it was made and the first eight hexadecimal digits of the SHA-256 of its weights, as <c>2026.11.23-1a2b3c4d</c>.</summary>
    [JsonPropertyOrder(-1)]
    public required string Version { get; init; }

    /// <summary>When it was made (UTC).</summary>
    [JsonPropertyOrder(-1)]
    public required DateTimeOffset Created { get; init; }

    /// <summary>The network's layers with commas between them, as the trainer's recipes write them; in files of older trainers, a name.</summary>
    [JsonPropertyOrder(-1)]
    public required string Network { get; init; }

    /// <summary>Number of trained weights.</summary>
    [JsonPropertyOrder(-1)]
    public required long Parameters { get; init; }

    /// <summary>Multiplications with addition for one image.</summary>
    [JsonPropertyOrder(-1)]
    public required long MultiplyAdds { get; init; }

    /// <summary>
    /// SHA-256 of the network as it stands in the file, its layers and weights, in hexadecimal: whoever loads the file compares, since one with
    /// flipped bits may still answer. The exporter fills it in; empty until then.
    /// </summary>
    [JsonRequired]
    [JsonPropertyOrder(-1)]
    public string NetworkSha256 { get; init; } = "";

    /// <summary>How it was trained: all options, the seed among them.</summary>
    [JsonPropertyOrder(-1)]
    public required TrainingOptions Training { get; init; }

    /// <summary>SHA-256 of the decompressed data files, by file name; of pen strokes, over their labels, writers and points.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, string> DataSha256 { get; init; }

    /// <summary>Where the training data comes from and under which licences.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyList<string> DataCredits { get; init; }

    /// <summary>
    /// How training went, one entry an epoch. Where it went on from the weights of another run, that one's epochs stand first, and the count of epochs begins
    /// again after them.
    /// </summary>
    public required IReadOnlyList<EpochAccuracy> History { get; init; }

    /// <summary>The card as JSON, in camelCase.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NetworkCardJson.Default.GetTypeInfo(GetType())!);

    /// <summary>Reads a card.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote.</param>
    /// <param name="type">Of which kind it is.</param>
    /// <exception cref="JsonException">
    /// It isn't such a card: not a JSON object, a required member is missing, as in a card of an older trainer, or a member is of another type.
    /// </exception>
    internal static T Read<T>(string json, JsonTypeInfo<T> type)
        where T : NetworkCard
    {
        using var document = JsonDocument.Parse(json);
        var card = document.RootElement;
        if (card.ValueKind != JsonValueKind.Object)
            throw new JsonException("it is no JSON object.");

        List<string> missing = [.. type.Properties.Where(member => member.IsRequired).Select(member => member.Name)
            .Where(name => !card.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)];
        if (missing.Count > 0)
            throw new JsonException($"it has no {string.Join(", ", missing)}, so an older MnistTrainer wrote it. Train the model again.");

        return card.Deserialize(type)!;
    }
}

/// <summary>How one epoch of training went.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Training">Accuracy on the epoch's own images, altered as training alters them, while the weights were still moving; 0 to 1.</param>
/// <param name="Validation">Accuracy on images that were held back, after the epoch, 0 to 1; left out where none were.</param>
/// <param name="Strokes">Accuracy on drawings of writers who were held back, 0 to 1; left out where none were.</param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// foreach (var epoch in reader.Classifier.Card.History)
///     Console.WriteLine($"{epoch.Epoch}: {epoch.Training:P2}, held back {epoch.Validation:P2}");
/// </code></example>
public sealed record EpochAccuracy(
    int Epoch,
    double Training,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Validation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Strokes);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ModelCard))]
[JsonSerializable(typeof(InkCard))]
[JsonSerializable(typeof(NumberCard))]
internal sealed partial class NetworkCardJson : JsonSerializerContext;
