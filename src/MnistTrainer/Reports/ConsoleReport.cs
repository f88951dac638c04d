using System.Globalization;
using Microsoft.ML.Data;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Evaluation;
using MnistTrainer.Networks;
using MnistTrainer.Training;
using Spectre.Console;

namespace MnistTrainer.Reports;

/// <summary>Results as tables on the console.</summary>
internal static class ConsoleReport
{
    public static void Model(ModelCard card)
    {
        var rejects = card.RejectionThreshold is { } threshold
            ? string.Create(CultureInfo.InvariantCulture, $"rejects below {threshold:F3}")
            : "rejects nothing";
        var size = string.Create(CultureInfo.InvariantCulture, $"{card.Parameters:N0} weights, {card.MultiplyAdds / 1e6:F2} M multiply-adds");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"[bold]{card.Name}[/] {card.Version}: {size}, temperature {card.Temperature:F3}, {rejects}");
    }

    public static void Metrics(MulticlassClassificationMetrics metrics, Calibration calibration, int images)
    {
        var confusion = metrics.ConfusionMatrix;
        var table = new Table().Title("Rows: true digit. Columns: answer.").Border(TableBorder.None).AddColumn("");
        for (var digit = 0; digit < DigitClassifier.Digits; digit++)
            table.AddColumn(new TableColumn($"{digit}").RightAligned());
        table.AddColumn(new TableColumn("prec.").RightAligned())
            .AddColumn(new TableColumn("recall").RightAligned())
            .AddColumn(new TableColumn("log-loss").RightAligned());
        foreach (var column in table.Columns)
            column.PadLeft(0).NoWrap(); // 80 characters hold it
        for (var digit = 0; digit < DigitClassifier.Digits; digit++)
        {
            table.AddRow(
            [
                $"[bold]{digit}[/]",
                .. confusion.Counts[digit].Select((count, answer) => count == 0 ? "[dim]·[/]" : answer == digit ? $"{count}" : $"[red]{count}[/]"),
                Percent(confusion.PerClassPrecision[digit]),
                Percent(confusion.PerClassRecall[digit]),
                metrics.PerClassLogLoss[digit].ToString("F4", CultureInfo.InvariantCulture),
            ]);
        }

        AnsiConsole.Write(table);
        var errors = (int)Math.Round((1 - metrics.MicroAccuracy) * images);
        var accuracies = $"macro accuracy {Percent(metrics.MacroAccuracy)}, top-2 accuracy {Percent(metrics.TopKAccuracy)}";
        var fit = string.Create(CultureInfo.InvariantCulture,
            $"Log-loss {metrics.LogLoss:F4}, {accuracies}, calibration error {Percent(calibration.Error)}.");
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"Accuracy [bold]{Percent(metrics.MicroAccuracy)}[/]: {errors} errors in {images:N0} images. {fit}");
    }

    /// <summary>Results in a table that can be pasted into Markdown.</summary>
    public static void Results(IEnumerable<ResultRow> rows)
    {
        var table = new Table().Border(TableBorder.Markdown).AddColumn("measure").AddColumn("result").AddColumn("of");
        foreach (var column in table.Columns)
            column.NoWrap();
        foreach (var row in rows)
            table.AddRow(new Text(row.Measure), new Text(row.Result), new Text(row.Of));
        // a line that the terminal breaks reads better than a broken cell, and can be pasted
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 1_000);
        AnsiConsole.Write(table);
    }

    /// <summary>A table in Markdown, each row as soon as it is there.</summary>
    /// <param name="columns">Headings; figures, all but the first, stand at the right.</param>
    /// <param name="rows">A cell a column.</param>
    public static void Markdown(IReadOnlyList<string> columns, IEnumerable<string[]> rows)
    {
        Console.WriteLine($"| {string.Join(" | ", columns)} |\n|---|{string.Concat(Enumerable.Repeat("---:|", columns.Count - 1))}");
        foreach (var row in rows)
            Console.WriteLine($"| {string.Join(" | ", row)} |");
        Console.WriteLine();
    }

    /// <summary>What goes through a network, layer by layer.</summary>
    /// <param name="layers">Of the network.</param>
    public static void Layers(IReadOnlyList<Layer> layers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        foreach (var heading in (string[])["output (N × C × H × W)", "weights", "multiply-adds"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var layer in layers)
            table.AddRow(layer.Text, $"N×{layer.Output}", Count(layer.Weights), Count(layer.MultiplyAdds));
        table.AddRow("[bold]together[/]", "", Count(layers.Sum(layer => layer.Weights)), Count(layers.Sum(layer => layer.MultiplyAdds)));
        AnsiConsole.Write(table);

        static string Count(long of) => of == 0 ? "" : of.ToString("N0", CultureInfo.InvariantCulture);
    }

    public static void Comparison(IReadOnlyList<ComparedRecipe> ranked)
    {
        var rows = Evaluation.Comparison.Table(ranked);
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (index, heading) in rows[0].Index())
        {
            var alignment = index == 1 ? Justify.Left : Justify.Right;
            table.AddColumn(new TableColumn(heading) { Alignment = alignment, NoWrap = true, Padding = new Padding(0, 0, 1, 0) });
        }

        foreach (var row in rows.Skip(1))
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 160); // a line that the terminal breaks reads better than cells a letter wide
        AnsiConsole.Write(table);
    }

    /// <summary>The image in characters, two pixels high each.</summary>
    public static void Image(DigitImage image)
    {
        for (var y = 0; y < DigitImage.Side; y += 2)
        {
            for (var x = 0; x < DigitImage.Side; x++)
                AnsiConsole.Write(new Text("▀", new Style(Grey(x, y), Grey(x, y + 1))));
            AnsiConsole.WriteLine();
        }

        Color Grey(int x, int y)
        {
            var ink = image.Pixels[y * DigitImage.Side + x];
            return new Color(ink, ink, ink);
        }
    }

    private static string Percent(double share) => share.ToString("P2", CultureInfo.InvariantCulture).Replace(" ", "", StringComparison.Ordinal);
}

/// <summary>One line of results.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Result">The figure.</param>
/// <param name="Of">Of what, and how.</param>
internal readonly record struct ResultRow(string Measure, string Result, string Of);
