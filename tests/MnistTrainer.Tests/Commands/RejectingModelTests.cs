using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MnistReader.Inference;
using MnistTrainer.Export;
using MnistTrainer.Recipes;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Commands;

/// <summary>What the program does with the file of a model that rejects.</summary>
[Collection(nameof(TorchTests))]
public class RejectingModelTests
{
    [Fact]
    public async Task Evaluate_reads_the_strokes_of_writers_who_were_held_back_and_counts_what_is_rejected()
    {
        using var folder = new TemporaryFolder();
        var model = Rejecting(folder, """{ "validationImages": 10000, "seed": 1 }""", learned: "pen strokes");
        folder.File("strokes.txt", Encoding.ASCII.GetBytes(string.Join('\n', [.. RealLines(), .. TestLines()])));

        var output = await Evaluate(model, folder.Path);

        Assert.Matches(@"(?m)^\| pen strokes: whose +\| 6 writers +\| unseen: held back from training ", output);
        Assert.Equal(6, Regex.Count(output,
            @"(?m)^\| pen strokes: pen \d+ % wide +\| \d+\.\d\d %( / \d+\.\d\d %){3} +\| 25 / 50 / 75 / 95 % of the canvas, 1,\d{3} each "));
        Assert.Matches(@"(?m)^\| test strokes: whose +\| \d+ writers +\| unseen: UCI's test part, which nothing learns from ", output);
        Assert.Equal(6, Regex.Count(output,
            @"(?m)^\| test strokes: pen \d+ % wide +\| \d+\.\d\d %( / \d+\.\d\d %){3} +\| 25 / 50 / 75 / 95 % of the canvas, 40 each "));
        string[] measures =
        [
            "pen strokes: all", "pen strokes: hardest digit", "pen strokes: answered right", "pen strokes: crossed seven", "test strokes: hardest digit",
            "MNIST test: answered right", "no digits: scribbles rejected", "no digits: all rejected",
        ];
        foreach (var measure in measures)
            Assert.Matches($@"(?m)^\| {measure} +\| \d+\.\d\d % ", output);
        Assert.Equal(2, Regex.Count(output, @"(?m)^\| no digits: skipped "));
    }

    [Fact]
    public async Task Evaluate_reads_several_folders_the_test_part_alone_and_letters_that_are_to_be_rejected()
    {
        using var folder = new TemporaryFolder();
        using var unipen = new TemporaryFolder();
        var model = Rejecting(folder, """{ "validationImages": 0 }""");
        folder.File("strokes.txt", Encoding.ASCII.GetBytes(string.Join('\n', TestLines())));
        unipen.File("digits.txt", "7\t7_ibm-r1_1\tuni\t0,100 60,100 20,0\n7\t7_gmd-a_1\tuni\t0,100 60,100 20,0;15,50 60,50"u8.ToArray());
        unipen.File("capitals.txt", "K\tK_ibm-r1_1\tuni\t0,0 0,100;50,0 0,50 50,100\nO\tO_ibm-r1_1\tuni\t0,0 0,100 100,100 0,0"u8.ToArray());

        var output = await Evaluate(model, folder.Path, unipen.Path);

        Assert.Matches(@"(?m)^\| test strokes: all ", output);
        Assert.DoesNotMatch(@"(?m)^\| pen strokes: ", output);
        Assert.Matches(@"(?m)^\| UniPen strokes: whose +\| 2 writers +\| unseen: none was learned from ", output);
        Assert.Matches(@"(?m)^\| UniPen strokes: crossed seven +\| \d+\.\d\d % +\| 1 digits, each at every width and size ", output);
        // an O may be a 0
        Assert.Matches(@"(?m)^\| UniPen strokes: letters and signs rejected +\| \d+\.\d\d % +\| of 1; unseen: none was learned from ", output);
        Assert.Matches(@"(?m)^\| UniPen strokes: letters and signs rejected, by site +\| ibm \d+\.\d\d % ", output);
    }

    [Fact]
    public async Task Where_nothing_is_held_back_temperature_and_threshold_are_another_models()
    {
        using var folder = new TemporaryFolder();
        var other = Rejecting(folder, "{}");

        var (code, output, error) = await TrainerProcess.Run(
            $"train --dry-run --network tutorial-baseline --set nonDigitShare=0.01 --validation 0 --calibration {other} --data {RealMnist.Folder}");

        Assert.Empty(error);
        Assert.Equal(0, code);
        // lines of 80 characters
        Assert.Contains("temperature 0.700, rejects below 0.400", string.Join(' ', output.Split('\n', StringSplitOptions.TrimEntries)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compact --set nonDigitShare=0.01", "rejects what is none with conv 16 5x5, batch-norm, ")]
    [InlineData("tutorial-baseline", "takes everything for a digit with conv 32 3x3, relu, ")]
    public async Task Temperature_and_threshold_of_another_kind_of_model_are_refused(string options, string trained)
    {
        using var folder = new TemporaryFolder();
        var other = Rejecting(folder, "{}");

        var (code, _, error) = await TrainerProcess.Run($"train --dry-run --validation 0 --calibration {other} --network {options}");

        Assert.Equal(1, code);
        Assert.StartsWith($"'{other}' rejects what is none with the layers conv 32 3x3, relu, max-pool 2, flatten, linear 100, relu, linear classes; " +
            $"what this run trains {trained}", error, StringComparison.Ordinal);
        Assert.EndsWith(" Name a model of the same recipe.\n", error, StringComparison.Ordinal);
    }

    private static async Task<string> Evaluate(string model, params string[] strokes)
    {
        var folders = string.Concat(strokes.Select(folder => $" --strokes {folder}"));
        var (code, output, error) = await TrainerProcess.Run($"evaluate --model {model} --data {RealMnist.Folder}{folders} --fashion none --fonts none");

        Assert.Equal((0, ""), (code, error));
        return output;
    }

    private static IEnumerable<string> RealLines() => File.ReadLines(Path.Combine(RealStrokes.Folder, "strokes.txt"));

    /// <summary>Forty digits, as if they were of the test part.</summary>
    private static IEnumerable<string> TestLines() => RealLines().Take(40).Select(line => line.Replace("\ttra\t", "\ttes\t", StringComparison.Ordinal));

    /// <summary>The file of an untrained network that rejects, with temperature 0.7 and threshold 0.4.</summary>
    private static string Rejecting(TemporaryFolder folder, string training, params string[] learned)
    {
        var (path, digits) = (Path.Combine(folder.Path, "model.onnx"), GeneratedDigits.Create(10, seed: 1));
        using var network = Untrained.Of("tutorial-baseline", 1, "nonDigitShare=0.1");
        var card = Cards.Of(network) with
        {
            Network = Recipe.Load("tutorial-baseline").Network,
            Temperature = 0.7,
            RejectionThreshold = 0.4,
            Training = JsonSerializer.Deserialize<TrainingOptions>(training, JsonSerializerOptions.Web)!,
            DataSha256 = learned.ToDictionary(name => name, _ => ""),
        };
        OnnxExporter.Write(network, card, path, digits, Evaluator.Predict(network, digits, card.Temperature));
        return path;
    }
}
