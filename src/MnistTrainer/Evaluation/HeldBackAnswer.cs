using System.Text.Json.Serialization;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Networks;
using MnistTrainer.Synthesis.Strokes;
using MnistTrainer.Training;

namespace MnistTrainer.Evaluation;

/// <summary>What a network that never saw a hand answers for an image of it.</summary>
/// <param name="Text">What was written: a digit, or another sign.</param>
/// <param name="Source">Where the image is from: <see cref="Mnist"/>, or the site of the strokes.</param>
/// <param name="Writer">Who wrote it; null where that isn't known.</param>
/// <param name="Style">How the digit is written; null where its digit has only one style, and for MNIST, which has no strokes.</param>
/// <param name="Probabilities">Of the digits 0 to 9.</param>
/// <param name="DigitProbability">Of being a digit at all.</param>
internal sealed record HeldBackAnswer(string Text, string Source, string? Writer, string? Style, IReadOnlyList<float> Probabilities, float DigitProbability)
{
    /// <summary>The source of MNIST's images.</summary>
    public const string Mnist = "MNIST";

    /// <summary>The writers of UCI's pen digits, who have numbers.</summary>
    public const string UciWriters = "UCI's writers";

    /// <summary>MNIST, UCI's writers or UniPen's sites.</summary>
    [JsonIgnore]
    public string Kind => Source == Mnist ? Mnist : char.IsAsciiDigit(Source[0]) ? UciWriters : "UniPen's sites";

    /// <summary>0 to 9, or <see cref="DigitSet.NonDigit"/>.</summary>
    [JsonIgnore]
    public byte Label => DigitSet.LabelOf(Text);

    /// <summary>Whether it is a digit, and the most probable one.</summary>
    [JsonIgnore]
    public bool IsRight => Label == Probabilities.Index().MaxBy(digit => digit.Item).Index;

    /// <summary>The probability of the digit that was written.</summary>
    [JsonIgnore]
    public float OfTruth => Probabilities[Label];

    /// <summary>The digits that reach a threshold; the most probable one always does.</summary>
    /// <param name="threshold">0 to 1.</param>
    public IReadOnlyList<int> Candidates(double threshold) => Prediction.From([.. Probabilities], candidateThreshold: threshold).Candidates;

    /// <summary>Asks a network for MNIST's images and for strokes, drawn as people draw on a canvas, at the temperature that fits MNIST's.</summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits; it is left in evaluation mode.</param>
    /// <param name="mnist">Images that it has not learned from.</param>
    /// <param name="writers">Who wrote each; null where that isn't known.</param>
    /// <param name="strokes">Digits and other signs that it has not learned from.</param>
    /// <returns>What to divide the logits by, and one answer an image, MNIST's first.</returns>
    public static (double Temperature, IReadOnlyList<HeldBackAnswer> Answers) Ask(
        Network network, DigitSet mnist, IReadOnlyList<string>? writers, IReadOnlyList<WrittenSign> strokes)
    {
        using var logits = Evaluator.Logits(network, mnist);
        var temperature = Calibration.FitTemperature(logits, mnist);
        var images = Evaluator.Predict(logits, temperature)
            .Select((answer, index) => Of($"{mnist.Labels.Span[index]}", Mnist, writers?[index], style: null, answer));
        if (strokes.Count == 0)
            return (temperature, [.. images]);

        var drawn = PenDrawing.Draw(strokes, TrainingData.PenWidth, TrainingData.Size, seed: 0);
        return (temperature, [.. images, .. Evaluator.Predict(network, drawn, temperature).Zip(strokes, (answer, sign) =>
            Of(sign.Text, sign.Site, sign.Writer, DigitStyle.Of(sign), answer))]);

        static HeldBackAnswer Of(string text, string source, string? writer, string? style, Prediction answer) =>
            new(text, source, writer, style, [.. answer.Probabilities.Select(share => MathF.Round(share, 6))], MathF.Round(answer.DigitProbability, 6));
    }
}
