using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MnistTrainer.Reports;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary><c>runs</c>: lists the trainings that were made, and compares some.</summary>
internal static class RunsCommand
{
    private static readonly IReadOnlyDictionary<string, Func<Run, IComparable?>> Orders = new Dictionary<string, Func<Run, IComparable?>>
    {
        ["started"] = run => run.Started,
        ["validation"] = run => run.Metrics.Last?.ValidationAccuracy,
        ["strokes"] = run => run.Metrics.Last?.StrokeAccuracy,
        ["test"] = run => run.Metrics.Result?.TestAccuracy,
        ["minutes"] = run => run.Metrics.Minutes,
    };

    private static readonly IReadOnlyList<(string Heading, Func<Run, string> Cell)> Columns =
    [
        ("run", RunComparison.NameOf),
        ("seed", run => $"{run.Options.Seed}"),
        ("epochs", run => $"{run.Metrics.History.Count}/{run.Options.Recipe.Epochs}"),
        ("validation, %", run => RunComparison.Percent(run.Metrics.Last?.ValidationAccuracy)),
        ("strokes, %", run => RunComparison.Percent(run.Metrics.Last?.StrokeAccuracy)),
        ("test, %", run => RunComparison.Percent(run.Metrics.Result?.TestAccuracy)),
        ("minutes", run => run.Metrics.Minutes.ToString("F1", CultureInfo.InvariantCulture)),
        ("tags", run => string.Join(", ", run.Labels.Tags ?? [])),
        ("note", run => run.Labels.Note ?? ""),
    ];

    public static Command Create()
    {
        var compared = new Argument<string[]>("runs")
        {
            Description = "Runs to compare, by the names or paths of their folders, two or more; without any, all are listed.",
            HelpName = "RUN",
            Arity = ArgumentArity.ZeroOrMore,
        };
        CommandLineErrors.RefuseOptions(compared);
        compared.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1)
                result.AddError("One run alone can't be compared: name two or more.");
        });
        var root = new Option<string>("--runs") { Description = "The folder of all runs.", HelpName = "DIR", DefaultValueFactory = _ => "runs" };
        var filter = new Option<string?>("--filter") { Description = "Only runs with this text in their name, note or tags.", HelpName = "TEXT" };
        var sort = new Option<string>("--sort")
        {
            Description = $"The order, the highest last: {string.Join(", ", Orders.Keys)}.",
            HelpName = "BY",
            DefaultValueFactory = _ => "started",
        }.Takes(string.Join(", ", Orders.Keys), Orders.ContainsKey);
        var json = new Option<bool>("--json") { Description = "As JSON, all figures of every epoch." };
        var csv = new Option<bool>("--csv") { Description = "As CSV." };
        var page = new Option<string?>("--page") { Description = "Write the comparison as a page with curves.", HelpName = "FILE" };

        var command = new Command("runs",
            "Lists the trainings in a folder, or compares some: curves, what they came to, and which settings differ.\n\n" +
            "Example: MnistTrainer runs --sort validation --filter augmented\n" +
            "Example: MnistTrainer runs 2026-11-28-101500-compact 2026-11-28-113000-compact --page out/compared.html")
        {
            compared, root, filter, sort, json, csv, page,
        };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(root)!;
            if (parsed.GetValue(compared) is { Length: > 0 } names)
            {
                List<Run> runs = [.. names.Select(name => Run.Open(Directory.Exists(name) ? name : Path.Combine(folder, name)))];
                var table = RunComparison.Table(runs);
                if (parsed.GetValue(json))
                    WriteJson(runs);
                else if (parsed.GetValue(csv))
                    WriteCsv(table);
                else
                    ConsoleReport.Markdown(table[0], table.Skip(1).Select(row => row.ToArray()));
                if (parsed.GetValue(page) is { } path)
                    RunComparison.Write(path, runs);
                return;
            }

            List<Run> listed = [.. All(folder).Where(run => Matches(run, parsed.GetValue(filter))).OrderBy(Orders[parsed.GetValue(sort)!])];
            if (parsed.GetValue(json))
                WriteJson(listed);
            else if (parsed.GetValue(csv))
                WriteCsv([[.. Columns.Select(column => column.Heading)], .. listed.Select(Cells)]);
            else if (listed.Count == 0)
                Console.WriteLine($"There is no such run in '{folder}'.");
            else
                ConsoleReport.Markdown([.. Columns.Select(column => column.Heading)], listed.Select(Cells));
        });
        return command;
    }

    private static IEnumerable<Run> All(string root)
    {
        if (!Directory.Exists(root))
            yield break;

        foreach (var folder in Directory.GetDirectories(root).Where(folder => File.Exists(Path.Combine(folder, "run.json"))))
        {
            Run run;
            try
            {
                run = Run.Open(folder);
                _ = run.Metrics;
            }
            catch (InvalidDataException e) // an old one, say; the others are listed
            {
                Console.Error.WriteLine(e.Message);
                continue;
            }

            yield return run;
        }
    }

    private static bool Matches(Run run, string? text)
    {
        string[] labels = [RunComparison.NameOf(run), run.Labels.Note ?? "", .. run.Labels.Tags ?? []];
        return text is null || labels.Any(label => label.Contains(text, StringComparison.OrdinalIgnoreCase));
    }

    private static string[] Cells(Run run) => [.. Columns.Select(column => column.Cell(run))];

    private static void WriteCsv(IReadOnlyList<IReadOnlyList<string>> table)
    {
        foreach (var row in table)
            Console.WriteLine(string.Join(',', row.Select(Quoted)));

        static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static void WriteJson(IEnumerable<Run> runs) => Console.WriteLine(JsonSerializer.Serialize(
        runs.Select(run => new { run = RunComparison.NameOf(run), run.Started, run.Labels, run.Options, run.Metrics }), Run.Format));
}
