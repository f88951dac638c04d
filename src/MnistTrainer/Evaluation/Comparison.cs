using System.Globalization;
using System.Text;
using MathNet.Numerics.Statistics;
using MnistReader.Inference;

namespace MnistTrainer.Evaluation;

/// <summary>A model trained with one seed, and what it does on the validation images.</summary>
/// <param name="Answers">One digit an image, in order.</param>
/// <param name="Strokes">On drawings of writers who were held back; null without any.</param>
/// <param name="Parameters">Number of trained weights; null where there are none to count.</param>
/// <param name="MultiplyAdds">Multiplications with addition for one image; null where there are none.</param>
/// <param name="EpochSeconds">Mean training time of an epoch; null where there are no epochs.</param>
/// <param name="TrainingSeconds">In all, without validation.</param>
/// <param name="InferenceMicroseconds">Median over the images, one at a time on one thread, from pixels to ten probabilities.</param>
internal sealed record TrainedModel(
    string Answers, HeldBackFigures? Strokes, long? Parameters, long? MultiplyAdds, double? EpochSeconds, double TrainingSeconds, double InferenceMicroseconds);

/// <summary>A row of the table: one recipe over all seeds.</summary>
/// <param name="Name">Of the recipe.</param>
/// <param name="Models">One a seed, in the order of the seeds.</param>
/// <param name="Accuracies">Of the models, 0 to 1.</param>
/// <param name="Errors">Mean number of wrong answers.</param>
/// <param name="BestAhead">Images that the best recipe reads right with more seeds than this one.</param>
/// <param name="BestBehind">Images that the best recipe reads right with fewer seeds than this one.</param>
/// <param name="P">Of <see cref="Comparison.McNemar"/> against the best recipe; 1 for that itself.</param>
internal sealed record ComparedRecipe(
    string Name, IReadOnlyList<TrainedModel> Models, IReadOnlyList<double> Accuracies, double Errors, int BestAhead, int BestBehind, double P);

/// <summary>Recipes side by side, the most accurate first.</summary>
internal static class Comparison
{
    /// <summary>How to read the table.</summary>
    public const string Legend =
        "Accuracy, and strokes of other writers: mean ± standard deviation over the seeds; their letters and signs that are rejected, and how many digits " +
        "an answer names, by thresholds fitted on the same strokes. Seconds: of training, without validation. " +
        "Inference: median of one image at a time on one thread, " +
        "networks from their ONNX file. Best : this: images that the best recipe reads right with more seeds than this one, and the other way round; " +
        "p: McNemar's exact test of them, two-sided, with the image as the unit, since models of several seeds fail on the same images " +
        "and pooled pairs would count one image several times. It isn't corrected for the number of rows, and is about the models trained here; " +
        "the spread over seeds says how far a recipe repeats.";

    private static readonly (string Heading, Func<ComparedRecipe, string> Cell)[] Columns =
    [
        ("accuracy, %", row => MeanAndDeviation(row.Accuracies)),
        ("strokes, %", row => row.Models[0].Strokes is null ? "" : MeanAndDeviation(row.Models.Select(model => model.Strokes!.Right))),
        ("signs rejected, %", row => row.Models[0].Strokes?.Rejected is null
            ? ""
            : MeanAndDeviation(row.Models.Select(model => model.Strokes!.Rejected!.Value))),
        ("candidates", row => Text($"{row.Models.Average(model => model.Strokes?.Candidates):F3}")),
        ("errors", row => Text($"{row.Errors:F1}")),
        ("parameters", row => Text($"{row.Models[0].Parameters:N0}")),
        ("multiply-adds", row => Text($"{row.Models[0].MultiplyAdds:N0}")),
        ("s/epoch", row => Text($"{row.Models.Average(model => model.EpochSeconds):F1}")),
        ("s in all", row => Text($"{row.Models.Average(model => model.TrainingSeconds):F0}")),
        ("µs/image", row => Text($"{row.Models.Average(model => model.InferenceMicroseconds):F0}")),
        ("best : this", row => row.BestAhead + row.BestBehind == 0 ? "" : Text($"{row.BestAhead} : {row.BestBehind}")),
        ("p", row => row.BestAhead + row.BestBehind == 0 ? "" : row.P < 0.001 ? "< 0.001" : Text($"{row.P:F3}")),
    ];

    /// <summary>Ranks recipes by mean accuracy and tests each against the best.</summary>
    /// <param name="labels">Of the validation images, one digit an image.</param>
    /// <param name="models">One a seed, the same seeds in the same order for every recipe.</param>
    public static IReadOnlyList<ComparedRecipe> Rank(ReadOnlySpan<byte> labels, IReadOnlyDictionary<string, IReadOnlyList<TrainedModel>> models)
    {
        var truth = string.Concat(labels.ToArray().Select(label => (char)('0' + label)));
        var recipes = models.Select(recipe => (Name: recipe.Key, Models: recipe.Value, SeedsRight: SeedsRight(recipe.Value)))
            .OrderByDescending(recipe => recipe.SeedsRight.Average()).ToList();
        return [.. recipes.Select(recipe =>
        {
            var accuracies = recipe.Models.Select(model => SeedsRight([model]).Average()).ToArray();
            int[] leads = [.. recipes[0].SeedsRight.Zip(recipe.SeedsRight, (best, own) => best - own)];
            return new ComparedRecipe(
                recipe.Name, recipe.Models, accuracies, (1 - accuracies.Average()) * truth.Length,
                leads.Count(lead => lead > 0), leads.Count(lead => lead < 0), McNemar(leads));
        })];

        int[] SeedsRight(IEnumerable<TrainedModel> ofSeeds) => [.. truth.Select((digit, image) => ofSeeds.Count(model => model.Answers[image] == digit))];
    }

    /// <summary>How many images every model misreads. Where the models are many and good, most of these are doubtful to people too.</summary>
    /// <param name="labels">Of the validation images, one digit an image.</param>
    /// <param name="models">Of all recipes and seeds.</param>
    public static int MisreadByAll(ReadOnlySpan<byte> labels, IReadOnlyCollection<TrainedModel> models) =>
        labels.ToArray().Index().Count(image => models.All(model => model.Answers[image.Index] != '0' + image.Item));

    /// <summary>
    /// McNemar's exact test, two-sided, for one or several models a recipe. Were both recipes equally good, the lead on each image might as well have the
    /// other sign: this is how likely such signs alone give leads that add up to as much. With one model each it is McNemar's (1947) test of b images
    /// against c as by coin tosses; with several it is the same permutation test, and images, not answers, are what is independent.
    /// </summary>
    /// <param name="leads">For each image, with how many seeds the one recipe is right, less with how many the other is.</param>
    /// <returns>The probability of a sum at least as far from 0; 1 where both recipes are equal.</returns>
    public static double McNemar(IReadOnlyCollection<int> leads)
    {
        int[] sizes = [.. leads.Select(Math.Abs).Where(size => size > 0)];
        var (all, sum) = (sizes.Sum(), Math.Abs(leads.Sum()));
        var chances = new double[all + 1]; // of the sizes with positive sign adding up to the index
        chances[0] = 1;
        var reach = 0;
        foreach (var size in sizes)
        {
            reach += size;
            for (var positive = reach; positive >= 0; positive--)
                chances[positive] = (chances[positive] + (positive >= size ? chances[positive - size] : 0)) / 2;
        }

        return Math.Min(1, chances.Where((_, positive) => Math.Abs(2 * positive - all) >= sum).Sum());
    }

    /// <summary>The table's headings, then a row a recipe.</summary>
    /// <param name="ranked">What <see cref="Rank"/> gave.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Table(IReadOnlyList<ComparedRecipe> ranked) =>
    [
        ["", "recipe", .. Columns.Select(column => column.Heading)],
        .. ranked.Select((row, index) => (string[])
            [Text($"{index + 1}"), row.Name, .. Columns.Select(column => column.Cell(row) is { Length: > 0 } text ? text : "–")]),
    ];

    /// <summary>The table and its legend in Markdown.</summary>
    /// <param name="ranked">What <see cref="Rank"/> gave.</param>
    /// <param name="conditions">What all rows share: data, seeds, machine.</param>
    public static string ToMarkdown(IReadOnlyList<ComparedRecipe> ranked, string conditions)
    {
        var table = Table(ranked);
        IEnumerable<string> rule = table[0].Select((_, column) => column == 1 ? "---" : "---:");
        IEnumerable<IEnumerable<string>> rows = [table[0], rule, .. table.Skip(1)];
        return $"{string.Join('\n', rows.Select(cells => $"| {string.Join(" | ", cells)} |"))}\n\n{conditions}\n\n{Legend}\n";
    }

    /// <summary>The table in figures, not rounded, for programs to read.</summary>
    /// <param name="ranked">What <see cref="Rank"/> gave.</param>
    public static string ToCsv(IReadOnlyList<ComparedRecipe> ranked)
    {
        var csv = new StringBuilder(
            "rank,recipe,seeds,accuracy_mean,accuracy_sd,strokes_mean,strokes_sd,signs_rejected_mean,candidates_mean,errors_mean,parameters,multiply_adds," +
            "epoch_seconds,training_seconds,inference_microseconds,best_ahead,best_behind,p\n");
        foreach (var (index, row) in ranked.Index())
        {
            var (models, first) = (row.Models, row.Models[0]);
            var accuracy = row.Accuracies.MeanStandardDeviation();
            var strokes = models.Select(model => model.Strokes?.Right ?? double.NaN).MeanStandardDeviation();
            csv.Append(Text($"{index + 1},{row.Name},{models.Count},{Figure(accuracy.Item1)},{Figure(accuracy.Item2)},"))
                .Append(Text($"{Figure(strokes.Item1)},{Figure(strokes.Item2)},{models.Average(model => model.Strokes?.Rejected):F6},"))
                .Append(Text($"{models.Average(model => model.Strokes?.Candidates):F6},{row.Errors:F2},{first.Parameters},{first.MultiplyAdds},"))
                .Append(Text($"{models.Average(model => model.EpochSeconds):F2},{models.Average(model => model.TrainingSeconds):F2},"))
                .Append(Text($"{models.Average(model => model.InferenceMicroseconds):F2},{row.BestAhead},{row.BestBehind},{row.P:G6}\n"));
        }

        return csv.ToString();

        static string Figure(double value) => double.IsNaN(value) ? "" : Text($"{value:F6}");
    }

    private static string MeanAndDeviation(IEnumerable<double> shares)
    {
        var (mean, deviation) = shares.MeanStandardDeviation();
        return Text($"{100 * mean:F2}") + (double.IsNaN(deviation) ? "" : Text($" ± {100 * deviation:F2}")); // none for one seed
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
