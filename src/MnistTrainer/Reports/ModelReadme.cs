using System.Globalization;
using System.Text;
using MnistReader.Inference;

namespace MnistTrainer.Reports;

/// <summary>
/// A model's card as README.md in the form of Hugging Face's model hub: metadata on top, whose figures the hub shows, then text for people
/// (Mitchell et al., Model cards for model reporting, 2019).
/// </summary>
internal static class ModelReadme
{
    /// <summary>Writes the card as text.</summary>
    /// <param name="card">Of the model file beside it.</param>
    public static string Of(ModelCard card)
    {
        var text = new StringBuilder(Text($$"""
            ---
            library_name: onnx
            pipeline_tag: image-classification
            tags: [onnx, handwriting, digits]
            datasets: [mnist]
            metrics: [accuracy]{{Results(card)}}
            ---

            # {{card.Name}} {{card.Version}}

            Reads a handwritten digit{{Tested(card)}}. {{card.Parameters:N0}} weights, {{card.MultiplyAdds:N0}} multiply-adds an image.

            ## Use

            `model.onnx` takes float32 pictures `(N, 1, 28, 28)`, 0 for paper and 1 for ink, framed as MNIST frames them: the ink scaled to 20 pixels on its
            longer side, its centre of mass in the middle. It gives the probabilities of the digits 0 to 9, float32 `(N, 10)`.
            {{Rejects(card)}}

            It is made for digits that stand alone. Print, letters and several digits in a picture are not what it has learned.

            ## Training

            - Made {{card.Created:yyyy-MM-dd}} by recipe `{{card.Training.Recipe}}`, seed {{card.Training.Seed}}, {{card.History.Count}} epochs.
            - Learned from:

            """));
        foreach (var credit in card.DataCredits)
            text.Append(CultureInfo.InvariantCulture, $"  - {credit}\n");
        text.Append("- Layers:\n\n```\n").Append(card.Network.Replace(", ", "\n", StringComparison.Ordinal)).Append("\n```\n");
        if (card.HeldBack is { Count: > 0 } heldBack)
        {
            text.Append("\n## Held back from training\n\nDigits, and letters and other signs, of people from whom it has not learned.\n\n")
                .Append("| of | digits | read right | taken for digits | signs | rejected |\n|---|---:|---:|---:|---:|---:|\n");
            foreach (var row in heldBack)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {row.Of} | {row.Digits:N0} | {100 * row.Right:F2} % | {100 * row.Accepted:F2} % |")
                    .Append(row.Rejected is { } rejected ? Text($" {row.Signs:N0} | {100 * rejected:F2} % |\n") : " | |\n");
            }
        }

        return text.ToString();
    }

    private static string Results(ModelCard card) => card.TestAccuracy is null ? "" : Text($$"""

        model-index:
          - name: {{card.Name}} {{card.Version}}
            results:
              - task: { type: image-classification }
                dataset: { name: MNIST, type: mnist, split: test }
                metrics:
                  - { type: accuracy, value: {{card.TestAccuracy:F4}} }
                  - { type: expected_calibration_error, value: {{card.CalibrationError:F4}} }
        """);

    private static string Tested(ModelCard card) => card.TestAccuracy is null
        ? "; MNIST's test images were left alone"
        : Text($": **{100 * card.TestAccuracy:F2} %** of MNIST's 10,000 test images right, calibration error {100 * card.CalibrationError:F2} %");

    private static string Rejects(ModelCard card) => card.RejectionThreshold is { } threshold
        ? Text($"A second output says how likely the picture is that digit rather than none: below {threshold:F3} take it for no digit.")
        : "It takes every picture for a digit.";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
