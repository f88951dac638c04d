using System.CommandLine;
using System.Globalization;
using MnistReader;
using MnistTrainer.Datasets;
using MnistTrainer.Evaluation;
using MnistTrainer.Reports;

namespace MnistTrainer.Commands;

/// <summary><c>evaluate --labelled</c>: a model file on real pictures that are labelled by their paths.</summary>
internal sealed class LabelledOptions
{
    public Option<string[]> Folders { get; } = new("--labelled")
    {
        Description = "Instead, read the pictures of this folder: DIR/7/* show one digit, a 7, and are read as by POST /predict; DIR/1250_1.jpg shows the " +
            "number 1250, digits alone, and is read as by POST /read. May be given several times: each folder has a row.",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Reads the pictures as the service does, and prints a Markdown table of those of one digit, and one of those of numbers.</summary>
    /// <param name="folders">As <see cref="LabelledPictures.Load"/> takes them.</param>
    /// <param name="reader">Answers.</param>
    /// <param name="sheets">A folder that gets a page for each of the folders, with the worst answers to look at; null for none.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="DirectoryNotFoundException">A folder is missing.</exception>
    /// <exception cref="InvalidDataException">A folder holds no labelled pictures.</exception>
    public static void Evaluate(IEnumerable<string> folders, DigitReader reader, string? sheets, CancellationToken cancellation)
    {
        var loaded = Named(folders.Select(LabelledPictures.Load)).ToList(); // all, before the first is read
        var read = loaded.SelectMany(folder => folder.Pictures.GroupBy(picture => picture.IsNumber)
            .Select(form => (folder.Name, IsNumber: form.Key, Evaluation: LabelledEvaluation.Of(reader, [.. form], cancellation)))).ToList();

        string[] shared = ["pictures", "read right", "95 % interval", "… if nothing were rejected", "refused", "… rejected, blank, unreadable",
            "confident mistakes"];
        if (read.Where(row => !row.IsNumber).ToList() is { Count: > 0 } digits)
            ConsoleReport.Markdown(["one digit", .. shared], digits.Select(row => Cells(row.Name, row.Evaluation)));
        if (read.Where(row => row.IsNumber).ToList() is { Count: > 0 } numbers)
        {
            ConsoleReport.Markdown(["number", .. shared, "edit distance", "too short", "too long"],
                numbers.Select(row => (string[])[.. Cells(row.Name, row.Evaluation), Text($"{row.Evaluation.EditDistance:F3}"),
                    Percent(row.Evaluation.TooShort), Percent(row.Evaluation.TooLong)]));
        }

        if (sheets is not null)
        {
            foreach (var folder in read.GroupBy(row => row.Name))
                PictureSheet.Write(Path.Combine(sheets, $"{folder.Key}.html"), folder.Key, [.. folder.SelectMany(row => row.Evaluation.Readings)]);
        }

        foreach (var (picture, reading) in read.SelectMany(row => row.Evaluation.Readings).Where(one => one.Reading.Fault is not null))
            Console.WriteLine($"Unreadable: {picture.Path}: {reading.Fault}");
        foreach (var folder in loaded.Where(folder => folder.LeftOut.Count > 0))
            Console.WriteLine($"Left out of {folder.Name}, as their names are no labels: {string.Join(", ", folder.LeftOut)}");
    }

    // several folders may have one name
    private static IEnumerable<LabelledPictures> Named(IEnumerable<LabelledPictures> folders) => folders.GroupBy(folder => folder.Name)
        .SelectMany(same => same.Select((folder, index) => index == 0 ? folder : folder with { Name = Text($"{folder.Name} ({index + 1})") }));

    private static string[] Cells(string name, LabelledEvaluation evaluation) =>
    [
        name, Text($"{evaluation.Readings.Count:N0}"), Percent(evaluation.Right),
        Text($"{100 * evaluation.Interval.Low:F1} to {100 * evaluation.Interval.High:F1} %"), Percent(evaluation.GuessedRight), Percent(evaluation.Refused),
        Text($"{evaluation.Count(PictureOutcome.Rejected):N0}, {evaluation.Count(PictureOutcome.Blank):N0}, {evaluation.Count(PictureOutcome.Unreadable):N0}"),
        Percent(evaluation.ConfidentMistakes),
    ];

    private static string Percent(double share) => Text($"{100 * share:F1} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
