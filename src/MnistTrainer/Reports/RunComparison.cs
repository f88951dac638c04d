using System.Globalization;
using System.Text.Json;
using MnistTrainer.Evaluation;
using MnistTrainer.Recipes;
using MnistTrainer.Training;

namespace MnistTrainer.Reports;

/// <summary>Runs side by side: what they came to, which settings differ, and whether the difference is more than luck.</summary>
internal static class RunComparison
{
    /// <summary>The table: a heading a run, then a row a figure, then a row a setting that differs.</summary>
    /// <param name="runs">Two or more.</param>
    /// <exception cref="InvalidDataException">A run's metrics can't be read.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Table(IReadOnlyList<Run> runs)
    {
        var settings = runs.Select(run => Flatten("", JsonSerializer.SerializeToElement(run.Options, Recipe.Format)).ToDictionary()).ToList();
        var names = settings.SelectMany(ofRun => ofRun.Keys).Distinct();
        return
        [
            ["", .. runs.Select(NameOf)],
            ["validation accuracy, %", .. runs.Select(run => Percent(run.Metrics.Last?.ValidationAccuracy))],
            [$"p against {NameOf(runs[0])}", .. runs.Select(run => run == runs[0] ? "" : P(runs[0], run))],
            ["strokes of others, %", .. runs.Select(run => Percent(run.Metrics.Last?.StrokeAccuracy))],
            ["test accuracy, %", .. runs.Select(run => Percent(run.Metrics.Result?.TestAccuracy))],
            ["epochs", .. runs.Select(run => $"{run.Metrics.History.Count}")],
            ["minutes", .. runs.Select(run => run.Metrics.Minutes.ToString("F1", CultureInfo.InvariantCulture))],
            .. names.Where(name => settings.Select(ofRun => ofRun.GetValueOrDefault(name)).Distinct().Count() > 1)
                .Select(name => (string[])[name, .. settings.Select(ofRun => ofRun.GetValueOrDefault(name, ""))]),
        ];
    }

    /// <summary>Writes the page.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="runs">Two or more.</param>
    public static void Write(string path, IReadOnlyList<Run> runs)
    {
        var table = Table(runs);
        var measured = runs.Where(run => run.Metrics.History.Any(epoch => !double.IsNaN(epoch.ValidationAccuracy)))
            .Select(run => (NameOf(run), run.Metrics.History)).ToList();
        HtmlPage.Write(path, $"{runs.Count} runs", $"""
            <header><h1>{runs.Count} runs</h1></header>
            <main>
            {(measured.Count == 0 ? [] : (IEnumerable<Html>)[Curves(measured)])}
            <section id="runs">
            <h2>What they came to, and what differs</h2>
            <p>{Legend}</p>
            <div class="scroll"><table>
            <thead><tr><td></td>{table[0].Skip(1).Select(cell => (Html)$"""<th scope="col">{cell}</th>""")}</tr></thead>
            <tbody>
            {table.Skip(1).Select(Row)}
            </tbody>
            </table></div>
            </section>
            </main>
            """);

        static Html Row(IReadOnlyList<string> cells) =>
            $"""<tr><th scope="row">{cells[0]}</th>{cells.Skip(1).Select(cell => (Html)$"""<td>{cell}</td>""")}</tr>{'\n'}""";
    }

    /// <summary>How to read the table.</summary>
    public const string Legend = "p: McNemar's exact test on the held-back images, two-sided; only of runs that held back the same.";

    /// <summary>The folder's name.</summary>
    public static string NameOf(Run run) => Path.GetFileName(Path.TrimEndingDirectorySeparator(run.Folder));

    /// <summary>In percent; a dash where it isn't known.</summary>
    public static string Percent(double? share) =>
        share is { } value && !double.IsNaN(value) ? (100 * value).ToString("F2", CultureInfo.InvariantCulture) : "–";

    private static Html Curves(IReadOnlyList<(string, IReadOnlyList<EpochResult>)> runs) => $"""
        <section id="learning">
        <h2>How they learned</h2>
        {HtmlPage.Plot("Validation accuracy by epoch", theme => Plots.Runs(runs, theme))}
        </section>

        """;

    private static string P(Run first, Run other)
    {
        if (first.ReadAnswers() is not var (truth, ours) || other.ReadAnswers() is not var (same, theirs) || truth != same
            || first.Options.Split != other.Options.Split)
        {
            return "–";
        }

        var p = Comparison.McNemar([.. truth.Select((digit, image) => (ours[image] == digit ? 1 : 0) - (theirs[image] == digit ? 1 : 0))]);
        return p < 0.001 ? "< 0.001" : p.ToString("F3", CultureInfo.InvariantCulture);
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string name, JsonElement value) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject().SelectMany(member => Flatten(name.Length == 0 ? member.Name : $"{name}.{member.Name}", member.Value))
        : [new(name, value.ValueKind == JsonValueKind.Array ? string.Join(", ", value.EnumerateArray()) : value.ToString())];
}
