using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistReader.Inference;

/// <summary>How a model was trained, as its card says it.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// Console.WriteLine($"recipe {reader.Classifier.Card.Training.Recipe}, seed {reader.Classifier.Card.Training.Seed}");
/// </code></example>
public sealed record TrainingOptions
{
    /// <summary>The recipe's name; null where it had none.</summary>
    public string? Recipe { get; init; }

    /// <summary>Draws the first weights, batches and augmentation.</summary>
    public int Seed { get; init; }

    /// <summary>Draws which images and writers were held back.</summary>
    public int SplitSeed { get; init; }

    /// <summary>Images of MNIST that were held back, and with them a fifth of the sites of each source of strokes; 0 for nothing.</summary>
    public int ValidationImages { get; init; }

    /// <summary>Images of MNIST that it learned from; null for all that weren't held back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TrainingImages { get; init; }

    /// <summary>Whether it has learned pen strokes.</summary>
    public bool Strokes { get; init; }

    /// <summary>Whether it has learned corrections.</summary>
    public bool Corrections { get; init; }

    /// <summary>The run whose temperature was taken over, and whose thresholds where no cross-validation decides them; null for none.</summary>
    public string? Calibration { get; init; }

    /// <summary>The cross-validation that the thresholds are of, where they are not of <see cref="Calibration"/>; null for none.</summary>
    public string? Thresholds { get; init; }

    /// <summary>How the run was trained whose weights this one went on from; null for none.</summary>
    public TrainingOptions? From { get; init; }

    /// <summary>Threads that computed; another number gives other weights.</summary>
    public int Threads { get; init; }

    /// <summary>The recipe's own settings, under the trainer's names.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Settings { get; set; } = [];
}
