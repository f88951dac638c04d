using System.CommandLine;
using System.Globalization;
using MnistReader;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
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
        Description = "Also write the first ten pictures of each kind, and each that is read wrongly, to this folder.",
        HelpName = "DIR",
    };

    /// <summary>Makes the pictures, reads them as the service does, and prints one Markdown table.</summary>
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

        Console.WriteLine("| one digit | pictures | read right | not answered | taken for several |\n|---|---:|---:|---:|---:|");
        foreach (var condition in DigitPictures.Conditions)
        {
            var result = evaluation.Run(condition, condition == DigitPictures.Photo ? count / 4 : count, index => pictures.OneDigit(condition, index));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {condition} | {result.Pictures:N0} | {100 * result.Right:F1} % | {100 * result.Unread:F1} % | {100 * result.Several:F1} % |"));
        }

        Console.WriteLine("\n| rows of digits | pictures | rows right | digits right | with a ? |\n|---|---:|---:|---:|---:|");
        foreach (var photographed in new[] { false, true })
        {
            foreach (var length in Enumerable.Range(2, 7))
            {
                var name = $"{length} digits{(photographed ? ", photographed" : "")}";
                var result = evaluation.Run(name, length == 5 && !photographed ? count : count / (photographed ? 8 : 4),
                    index => pictures.Row(length, photographed, index));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name} | {result.Pictures:N0} | {100 * result.Right:F1} % | {100 * result.DigitsRight:F2} % | {100 * result.Unread:F1} % |"));
            }
        }
    }
}
