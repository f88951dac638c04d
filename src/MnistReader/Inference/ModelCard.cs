using System.Text.Json.Serialization;

namespace MnistReader.Inference;

/// <summary>What the model file of a digit classifier says of itself.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// var card = reader.Classifier.Card;
/// Console.WriteLine($"{card.Version}: {card.TestAccuracy:P2} of MNIST's test images");
/// </code></example>
public sealed record ModelCard : NetworkCard
{
    /// <summary>
    /// How it reads digits, and rejects other signs, of people from whom the same training has not learned; null where nothing was held back, in this training
    /// or in the one that thresholds were taken over from.
    /// </summary>
    public IReadOnlyList<HeldBackFigures>? HeldBack { get; init; }

    /// <summary>Accuracy on MNIST's 10,000 test images, 0 to 1; null where the training left them alone.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>Row: true digit; column: answered digit; of the 10,000 test images; null where the training left them alone.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? ConfusionMatrix { get; init; }

    /// <summary>The logits are divided by this before the softmax; fitted on validation data, 1 where it was not fitted.</summary>
    public required double Temperature { get; init; }

    /// <summary>Expected calibration error on the test images, 0 to 1; null where the training left them alone.</summary>
    public double? CalibrationError { get; init; }

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
    /// What the validation images were like, and the answers to them: what the service holds that against which comes in. Null where nothing was held back, in
    /// this training or in the one that the temperature was taken over from, and in cards of older trainers.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AnswerHistograms? Reference { get; init; }

    /// <summary>
    /// The <see cref="NetworkCard.History"/> of the run that temperature and threshold were taken over from: the same training, with images held back to
    /// measure each epoch on.
    /// Null where this training held some back itself, and where nothing was taken over.
    /// </summary>
    public IReadOnlyList<EpochAccuracy>? CalibrationHistory { get; init; }

    /// <summary><see cref="Framing.DigitFraming.Version"/> at training time.</summary>
    public required int FramingVersion { get; init; }

    /// <summary>A digit that shows whether a loaded file works.</summary>
    public required SelfTest SelfTest { get; init; }

    /// <summary>Reads a card.</summary>
    /// <param name="json">What <see cref="NetworkCard.ToJson"/> wrote.</param>
    /// <exception cref="System.Text.Json.JsonException">
    /// It isn't a card: not a JSON object, a required member is missing, as in a card of an older trainer, or a member is of another type.
    /// </exception>
    public static ModelCard FromJson(string json) => Read(json, NetworkCardJson.Default.ModelCard);
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
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// foreach (var hands in reader.Classifier.Card.HeldBack ?? [])
///     Console.WriteLine($"{hands.Of}: {hands.Right:P2} of {hands.Digits} digits");
/// </code></example>
public sealed record HeldBackFigures(
    string Of, int Digits, double Right, double Accepted, double Covered, double Candidates, int Signs, double? Rejected);
