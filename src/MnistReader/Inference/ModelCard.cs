using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistReader.Inference;

/// <summary>What a model file says of itself; it travels inside the file, as JSON in ONNX <c>metadata_props</c>.</summary>
public sealed record ModelCard
{
    /// <summary>The key of the card in <c>metadata_props</c>.</summary>
    public const string MetadataKey = "model_card";

    /// <summary>The model's name, <c>mnist</c> for the served one.</summary>
    public required string Name { get; init; }

    /// <summary>The day it was made and the first eight hexadecimal digits of the SHA-256 of its weights, as <c>2026.11.23-1a2b3c4d</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>The network's name in the trainer.</summary>
    public required string Network { get; init; }

    /// <summary>Number of trained weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Multiplications with addition for one image.</summary>
    public required long MultiplyAdds { get; init; }

    /// <summary>
    /// SHA-256 of the network as it stands in the file, its layers and weights, in hexadecimal: whoever loads the file compares, since one with
    /// flipped bits may still answer. The exporter fills it in; empty until then.
    /// </summary>
    [JsonRequired]
    public string NetworkSha256 { get; init; } = "";

    /// <summary>How it was trained: all options, the seed among them.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>SHA-256 of the decompressed data files, by file name; of pen strokes, over their labels, writers and points.</summary>
    public required IReadOnlyDictionary<string, string> DataSha256 { get; init; }

    /// <summary>Where the training data comes from and under which licences.</summary>
    public required IReadOnlyList<string> DataCredits { get; init; }

    /// <summary>
    /// How it reads digits, and rejects other signs, of people from whom the same training has not learned; null where nothing was held back, in this training
    /// or in the one that thresholds were taken over from.
    /// </summary>
    public IReadOnlyList<HeldBackFigures>? HeldBack { get; init; }

    /// <summary>Accuracy on MNIST's 10,000 test images, 0 to 1.</summary>
    public required double TestAccuracy { get; init; }

    /// <summary>Row: true digit; column: answered digit; of the 10,000 test images.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> ConfusionMatrix { get; init; }

    /// <summary>The logits are divided by this before the softmax; fitted on validation data, 1 where it was not fitted.</summary>
    public required double Temperature { get; init; }

    /// <summary>Expected calibration error on the test images, 0 to 1.</summary>
    public required double CalibrationError { get; init; }

    /// <summary>
    /// A picture whose probability of being a digit is below this is not taken for one; chosen on validation data, null where the model doesn't reject.
    /// </summary>
    public double? RejectionThreshold { get; init; }

    /// <summary>
    /// A digit whose probability reaches this, 0 to 1, is a candidate; fitted on held-back writers so that the candidates hold the true digit for 99 % of
    /// their digits (split conformal prediction: Vovk, Gammerman and Shafer, 2005; Angelopoulos and Bates, 2023). Null where it was not fitted, and the
    /// answer is then the only candidate.
    /// </summary>
    public double? CandidateThreshold { get; init; }

    /// <summary>
    /// How training went, one entry an epoch. Where it went on from the weights of another run, that one's epochs stand first, and the count of epochs begins
    /// again after them.
    /// </summary>
    public required IReadOnlyList<EpochAccuracy> History { get; init; }

    /// <summary>
    /// The <see cref="History"/> of the run that temperature and threshold were taken over from: the same training, with images held back to measure each
    /// epoch on.
    /// Null where this training held some back itself, and where nothing was taken over.
    /// </summary>
    public IReadOnlyList<EpochAccuracy>? CalibrationHistory { get; init; }

    /// <summary><see cref="Framing.DigitFraming.Version"/> at training time.</summary>
    public required int FramingVersion { get; init; }

    /// <summary>A digit that shows whether a loaded file works.</summary>
    public required SelfTest SelfTest { get; init; }

    /// <summary>The card as JSON, in camelCase.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelCardJson.Default.ModelCard);

    /// <summary>Reads a card.</summary>
    /// <param name="json">What <see cref="ToJson"/> wrote.</param>
    /// <exception cref="JsonException">
    /// It isn't a card: not a JSON object, a required member is missing, as in a card of an older trainer, or a member is of another type.
    /// </exception>
    public static ModelCard FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        var card = document.RootElement;
        if (card.ValueKind != JsonValueKind.Object)
            throw new JsonException("it is no JSON object.");

        List<string> missing = [.. ModelCardJson.Default.ModelCard.Properties.Where(member => member.IsRequired).Select(member => member.Name)
            .Where(name => !card.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)];
        if (missing.Count > 0)
            throw new JsonException($"it has no {string.Join(", ", missing)}, so an older MnistTrainer wrote it. Train the model again.");

        return card.Deserialize(ModelCardJson.Default.ModelCard)!;
    }
}

/// <summary>
/// How digits and other signs are read that were held back from training. The thresholds were fitted on the same digits where one training held them back, and
/// on the other folds' digits where a cross-validation did.
/// </summary>
/// <param name="Of">Whose digits, or which: a source such as <c>MNIST</c>, a site, a style such as <c>slashed zero</c>, or <c>all 7</c>.</param>
/// <param name="Digits">Number of digits, at least 1.</param>
/// <param name="Right">Share of them whose most probable digit is the true one, 0 to 1.</param>
/// <param name="Accepted">Share of them that is not rejected, 0 to 1.</param>
/// <param name="Covered">Share of them whose candidates hold the true digit, 0 to 1.</param>
/// <param name="Candidates">Mean number of candidates, 1 to 10.</param>
/// <param name="Signs">Number of letters and other signs of the same people.</param>
/// <param name="Rejected">Share of these that is rejected, 0 to 1; null where there are none.</param>
public sealed record HeldBackFigures(
    string Of, int Digits, double Right, double Accepted, double Covered, double Candidates, int Signs, double? Rejected);

/// <summary>How one epoch of training went.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Training">Accuracy on the epoch's own images, altered as training alters them, while the weights were still moving; 0 to 1.</param>
/// <param name="Validation">Accuracy on images that were held back, after the epoch, 0 to 1; left out where none were.</param>
/// <param name="Strokes">Accuracy on drawings of writers who were held back, 0 to 1; left out where none were.</param>
public sealed record EpochAccuracy(
    int Epoch,
    double Training,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Validation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Strokes);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class ModelCardJson : JsonSerializerContext;
