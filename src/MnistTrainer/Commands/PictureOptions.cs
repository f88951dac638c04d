using System.CommandLine;
using System.Globalization;
using MnistReader;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Reports;
using MnistTrainer.Synthesis.Pictures;

namespace MnistTrainer.Commands;

/// <summary><c>evaluate --pictures</c>: a model file on pictures such as people send, made from a seed.</summary>
internal sealed class PictureOptions
{
    public Option<bool> Pictures { get; } = new("--pictures")
    {
        Description = "Instead, read made pictures: single digits on paper of all kinds, badly lit, photographed, and rows of digits. " +
            "Needs pen strokes (--strokes).",
    };

    public Option<int> Count { get; } = new Option<int>("--picture-count")
    {
        Description = "Pictures of each kind; a quarter of it of photos and of rows of each length but 5.",
        HelpName = "N",
        DefaultValueFactory = _ => 1_000,
    }.Takes("4 or more", count => count >= 4);

    public Option<int> Seed { get; } = new("--picture-seed") { Description = "Draws the pictures.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public Option<bool> Tuning { get; } = new("--picture-tuning")
    {
        Description = "Make them of MNIST's training images and of other writers, to choose rules by; what was chosen is measured without it.",
    };

    public Option<string?> Samples { get; } = new("--picture-samples")
    {
        Description = "Also write the first ten pictures of each kind, and each that is read wrongly, to this folder; with --labelled, a page " +
            "a folder of pictures, with the worst answers to look at.",
        HelpName = "DIR",
    };

    /// <summary>Makes the pictures, reads them as the service does, and prints two Markdown tables.</summary>
    public void Evaluate(ParseResult parsed, DigitReader reader, string mnistFolder, IReadOnlyList<StrokeSet> strokes, CancellationToken cancellation)
    {
        var tuning = parsed.GetValue(Tuning);
        var writers = StrokeSet.HoldBack(strokes, splitSeed: 1);
        var pictures = new DigitPictures(
            tuning ? MnistDataset.LoadTraining(mnistFolder) : MnistDataset.LoadTest(mnistFolder),
            [.. (tuning ? writers.Training : writers.Validation).Where(sign => sign.Label != DigitSet.NonDigit)],
            parsed.GetValue(Seed));
        var evaluation = new PictureEvaluation(reader, parsed.GetValue(Samples), cancellation);
        var count = parsed.GetValue(Count);

        ConsoleReport.Markdown(["one digit", "pictures", "read right", "not answered", "taken for several"], DigitPictures.Conditions.Select(condition =>
        {
            var result = evaluation.Run(condition, condition == DigitPictures.Photo ? count / 4 : count, index => pictures.OneDigit(condition, index));
            return (string[])[condition, Text($"{result.Pictures:N0}"), Text($"{100 * result.Right:F1} %"), Text($"{100 * result.Unread:F1} %"),
                Text($"{100 * result.Several:F1} %")];
        }));
        var lengths = Enumerable.Range(2, 7).ToList();
        var rows = Enum.GetValues<RowForm>().SelectMany(form => lengths, (form, length) => (Form: form, Length: length));
        ConsoleReport.Markdown(["rows of digits", "pictures", "rows right", "digits right", "with a ?"], rows.Select(row =>
        {
            var name = $"{row.Length} digits, {row.Form.ToString().ToLowerInvariant()}";
            var result = evaluation.Run(name, row.Form == RowForm.Photographed ? count / 8 : row.Length == 5 ? count : count / 4,
                index => pictures.Row(row.Length, row.Form, index));
            return (string[])[name, Text($"{result.Pictures:N0}"), Text($"{100 * result.Right:F1} %"), Text($"{100 * result.DigitsRight:F2} %"),
                Text($"{100 * result.Unread:F1} %")];
        }));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
