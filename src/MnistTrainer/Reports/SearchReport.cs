using System.Globalization;
using MnistTrainer.Tuning;

namespace MnistTrainer.Reports;

/// <summary>A search as one page to look at: the best so far, what decides, all trials as lines through their settings, speed against accuracy.</summary>
internal static class SearchReport
{
    private const int Shown = 10, Width = 960, Height = 330, Margin = 46, LineTop = 30;

    /// <summary>Writes the page.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="name">Of the space.</param>
    /// <param name="space">What was searched.</param>
    /// <param name="rungs">Epochs of each rung.</param>
    /// <param name="search">The search; at least one result.</param>
    /// <param name="conditions">Data and seed, as a sentence.</param>
    public static void Write(string path, string name, SearchSpace space, IReadOnlyList<int> rungs, Search search, string conditions)
    {
        var results = search.Results();
        var furthest = Furthest(results);
        var best = furthest[0];
        var minutes = results.Sum(result => result.Result.Seconds) / 60;
        var first = results.Where(result => result.Rung == 0).Select(result => new Observation(search.PlacesOf(result.Trial), result.Result.Accuracy)).ToList();
        HtmlPage.Write(path, $"{Percent(best.Result.Accuracy)} – search {name}", $"""
            <header>
            <h1>Search <span>{name}</span></h1>
            <p>{conditions}</p>
            </header>
            <main>
            <section id="figures" aria-label="Figures"><dl>
            {Figure("best validation accuracy", Percent(best.Result.Accuracy), $"trial {best.Trial + 1}, after {rungs[best.Rung]} epochs")}
            {Figure("trials", $"{furthest.Count}", $"{string.Join(", ", rungs.Select((epochs, rung) => Reached(epochs, rung)))}")}
            {Figure("training", string.Create(CultureInfo.InvariantCulture, $"{minutes:F0} min"), "all processes together")}
            </dl></section>
            <section id="learning">
            <h2>The best so far</h2>
            <p>The best of many on the same images is chosen by luck, too: measure it on others ('crossvalidate', and at the end once 'evaluate').</p>
            <div class="plots">
            {HtmlPage.Plot("Best accuracy over time", theme => Plots.BestSoFar(OverTime(results), theme))}
            {Front(furthest)}
            </div>
            </section>
            {Settings(space, Importance.Measure(space.Settings, first), rungs[0])}
            {Lines(space, search, furthest)}
            {Best(space, search, furthest, rungs)}
            </main>
            """);

        string Reached(int epochs, int rung) => $"{results.Count(result => result.Rung == rung)} to epoch {epochs}";

        static Html Figure(string name, string value, string note) => $"<div><dt>{name}</dt><dd>{value}</dd><dd>{note}</dd></div>\n";
    }

    /// <summary>Each trial at the highest rung that it came to; the furthest first, of them the best.</summary>
    public static IReadOnlyList<(int Trial, int Rung, TrialResult Result)> Furthest(IReadOnlyList<(int Trial, int Rung, TrialResult Result)> results) =>
        [.. results.GroupBy(result => result.Trial).Select(trial => trial.MaxBy(result => result.Rung))
            .OrderByDescending(trial => trial.Rung).ThenByDescending(trial => trial.Result.Accuracy)];

    private static IReadOnlyList<(double Minutes, double Accuracy)> OverTime(IReadOnlyList<(int Trial, int Rung, TrialResult Result)> results)
    {
        var seconds = 0.0;
        return [.. results.Select(result => ((seconds += result.Result.Seconds) / 60, result.Result.Accuracy))];
    }

    private static IEnumerable<Html> Front(IReadOnlyList<(int Trial, int Rung, TrialResult Result)> furthest)
    {
        var timed = furthest.Where(trial => trial.Result.Microseconds is not null)
            .Select(trial => (trial.Result.Microseconds!.Value, trial.Result.Accuracy)).ToList();
        if (timed.Count > 0)
        {
            yield return HtmlPage.Plot("Accuracy by time of an answer", theme => Plots.Front(
                [.. timed.Select(own => (own.Value, own.Accuracy, !timed.Any(other => other.Value < own.Value && other.Accuracy >= own.Accuracy)))], theme));
        }
    }

    private static IEnumerable<Html> Settings(SearchSpace space, IReadOnlyList<double>? shares, int epochs)
    {
        if (shares is null)
            yield break;

        yield return $"""
            <section id="importance">
            <h2>What decides</h2>
            <p>How much more a random forest errs about the error rate after {epochs} epoch{(epochs == 1 ? "" : "s")}
            when a setting's values are shuffled; shares of all.</p>
            <table><tbody>
            {space.Settings.Zip(shares).OrderByDescending(pair => pair.Second).Select(pair => Row(pair.First.Name, pair.Second))}
            </tbody></table>
            </section>
            """;

        static Html Row(string name, double share) => $"""
            <tr><th scope="row">{name}</th><td><meter min="0" max="1" value="{share:F3}"></meter></td><td>{100 * share:F0} %</td></tr>

            """;
    }

    /// <summary>A line a trial, through its value of each setting.</summary>
    private static Html Lines(SearchSpace space, Search search, IReadOnlyList<(int Trial, int Rung, TrialResult Result)> furthest)
    {
        var last = space.Settings.Count;
        var ranks = furthest.OrderBy(trial => trial.Result.Accuracy).Select((trial, rank) => (trial.Trial, Share: (rank + 0.5) / furthest.Count)).ToList();
        return $"""
            <section id="lines">
            <h2>Every trial</h2>
            <p>A line a trial, from its settings to its rank on the right; the best are dark.</p>
            <div class="scroll"><svg viewBox="0 0 {Width} {Height}" role="img" aria-label="Trials as lines through their settings">
            {ranks.Select(rank => (Html)$"""<polyline points="{Points(search.PlacesOf(rank.Trial), rank.Share)}" style="--rank: {rank.Share:F3}" />{'\n'}""")}
            {space.Settings.Index().Select(setting => Axis(setting.Index, setting.Item.Name.Split('.')[^1], setting.Item.Choices.Count > 0
                ? setting.Item.Choices.Select(choice => (setting.Item.PlaceOf(choice), setting.Item.Label(choice)))
                : setting.Item.Ends.Select(end => (setting.Item.PlaceOf(end), setting.Item.Label(end)))))}
            {Axis(last, "rank", [(0, "worst"), (1, "best")])}
            </svg></div>
            </section>
            """;

        string Points(double[] places, double rank) => string.Join(' ', places.Append(rank).Select((place, axis) =>
            string.Create(CultureInfo.InvariantCulture, $"{X(axis):F1},{Y(place):F1}")));

        Html Axis(int axis, string name, IEnumerable<(double Place, string Label)> ticks) => $"""
            <line x1="{X(axis):F1}" x2="{X(axis):F1}" y1="{Y(0):F1}" y2="{Y(1):F1}" />
            <text x="{X(axis):F1}" y="{(axis % 2 == 0 ? LineTop - 16 : Height - 6)}" class="name">{name}</text>
            {ticks.Select(tick => (Html)$"""<text x="{X(axis) + 4:F1}" y="{Y(tick.Place) + 4:F1}">{tick.Label}</text>{'\n'}""")}

            """;

        double X(int axis) => Margin + axis * (Width - 2.0 * Margin) / last;

        static double Y(double place) => Height - LineTop - place * (Height - 2 * LineTop);
    }

    private static Html Best(
        SearchSpace space, Search search, IReadOnlyList<(int Trial, int Rung, TrialResult Result)> furthest, IReadOnlyList<int> rungs)
    {
        return $"""
            <section id="best">
            <h2>The best {Math.Min(Shown, furthest.Count)}</h2>
            <div class="scroll"><table>
            <thead><tr><th scope="col">trial</th><th scope="col">epochs</th><th scope="col">accuracy</th><th scope="col">µs</th>
            {space.Settings.Select(setting => (Html)$"""<th scope="col">{setting.Name}</th>""")}</tr></thead>
            <tbody>
            {furthest.Take(Shown).Select(Row)}
            </tbody>
            </table></div>
            <details>
            <summary>The best recipe</summary>
            <pre>{search.RecipeOf(furthest[0].Trial).ToText()}</pre>
            </details>
            </section>
            """;

        Html Row((int Trial, int Rung, TrialResult Result) trial)
        {
            var place = search.PlaceOf(trial.Trial);
            return $"""
                <tr><td>{trial.Trial + 1}</td><td>{rungs[trial.Rung]}</td><td>{Percent(trial.Result.Accuracy)}</td><td>{trial.Result.Microseconds:F0}</td>
                {space.Settings.Select(setting => (Html)$"""<td>{setting.Label(place[setting.Name])}</td>""")}</tr>

                """;
        }
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");
}
