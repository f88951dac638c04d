using System.Diagnostics;
using System.Globalization;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests;

/// <summary>The real program in a process of its own.</summary>
public class ProgramTests
{
    [Theory]
    [InlineData("train --epoch 3", 2, "Unrecognized command or argument '--epoch'. Did you mean '--epochs'? See 'MnistTrainer train --help'.")]
    [InlineData("train --epochs three", 2, "--epochs takes a whole number, not 'three'. See 'MnistTrainer train --help'.")]
    [InlineData("train --validation 50000", 2, "--validation takes 0 to 30,000 images. See 'MnistTrainer train --help'.")]
    [InlineData("train --time-limit -5", 2, "--time-limit takes 0 to 1,000,000 minutes. See 'MnistTrainer train --help'.")]
    [InlineData("train --threads two", 2, "--threads takes a whole number, not 'two'. See 'MnistTrainer train --help'.")]
    [InlineData("train --threads 100000", 2, "--threads takes 1 to 1,024. See 'MnistTrainer train --help'.")]
    [InlineData("train --recipe cake", 1,
        "There is no recipe 'cake'. There are: compact, ink, number, quick, served, tutorial-baseline, tutorial-batch-norm, tutorial-deeper; or give " +
        "the path of a JSON file.")]
    [InlineData("train --dry-run --resume runs/1", 2, "--dry-run begins a run of its own: it doesn't go with --resume. See 'MnistTrainer train --help'.")]
    [InlineData("train --resume runs/1 --strokes pens", 2,
        "--strokes doesn't go with --resume: a run goes on with its own options. See 'MnistTrainer train --help'.")]
    [InlineData("train --resume runs/1 --corrections mine.zip", 2,
        "--corrections doesn't go with --resume: a run goes on with its own options. See 'MnistTrainer train --help'.")]
    [InlineData("train --network cake", 1, "Recipe 'tutorial-deeper': There is no recipe 'cake' to take the network of. There are: compact, ink, number, quick, served, tutorial-baseline, tutorial-batch-norm, tutorial-deeper.")]
    [InlineData("train --calibration models/mnist.onnx", 2,
        "--calibration goes with --validation 0: where images are held back, temperature and thresholds are fitted on them. See 'MnistTrainer train --help'.")]
    [InlineData("train --dry-run --validation 0 --calibration none.onnx", 1,
        "There is no model file at 'none.onnx'. Train one with MnistTrainer, or give the right path.")]
    [InlineData("train --dry-run --corrections none.zip", 1,
        "There are no corrections at 'none.zip'. Export them from the service: GET /corrections/export?format=idx")]
    [InlineData("train --dry-run --corrections README.md", 1, "'README.md' is no ZIP file, or is cut off. Export the corrections again.")]
    [InlineData("compare compact cake", 1,
        "There is no recipe 'cake'. There are: compact, ink, number, quick, served, tutorial-baseline, tutorial-batch-norm, tutorial-deeper, ml-linear, ml-lightgbm; or " +
        "give the path of a JSON file.")]
    [InlineData("compare compact recipes/compact.json", 1, "There are two recipes 'compact'; their results would share a folder.")]
    [InlineData("compare compact --validation 0", 2, "--validation takes 1 or more images to compare on. See 'MnistTrainer compare --help'.")]
    [InlineData("compare", 2, "Required argument 'RECIPE' missing for command: 'compare'. See 'MnistTrainer compare --help'.")]
    [InlineData("evaluate --model none.onnx", 1, "There is no model file at 'none.onnx'. Train one with MnistTrainer, or give the right path.")]
    [InlineData("evaluate --model README.md", 1, "'README.md' is not an ONNX model that can be loaded. Write one with MnistTrainer train.")]
    [InlineData("predict README.md", 1, "README.md: These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.")]
    [InlineData("predict none.png", 1, "none.png: There is no such file.")]
    public async Task A_mistake_is_answered_with_one_line_and_an_exit_code(string arguments, int exitCode, string message)
    {
        var (code, _, error) = await Run(arguments);

        Assert.Equal(message, error.TrimEnd());
        Assert.Equal(exitCode, code);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("compare")]
    [InlineData("evaluate")]
    [InlineData("predict")]
    [InlineData("download")]
    [InlineData("crossvalidate")]
    public async Task Help_teaches_with_an_example(string command)
    {
        var (code, output, _) = await Run($"{command} --help");

        Assert.Contains($"Example: MnistTrainer {command} ", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task Evaluate_prints_the_served_models_test_accuracy_of_at_least_99_percent()
    {
        var (code, output, error) = await Run($"evaluate --data {RealMnist.Folder}");

        Assert.Empty(error);
        Assert.Equal(0, code);
        var accuracy = double.Parse(output.Split("Accuracy ")[1].Split('%')[0], CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, 99.0, 99.95);
        Assert.Matches(@"(?m)^\| MNIST test: read right +\| 99\.\d\d % +\| \d\d errors in 10,000 ", output);
        Assert.Matches(@"(?m)^\| MNIST test: calibration error +\| \d\.\d\d % ", output);
        Assert.Matches(@"(?m)^\| inference +\| \d+ µs ", output);
    }

    [Fact]
    public async Task Compare_keeps_what_is_finished_adds_what_is_missing_and_refuses_other_settings()
    {
        using var folder = new TemporaryFolder();
        var shared = $"--seeds 1 --threads 1 --data {RealMnist.Folder} --output {folder.Path} --set batchSize=100 --train-images 3000 --epochs";
        var kept = Path.Combine(folder.Path, "ml-linear", "seed-1.json");

        var (code, alone, _) = await Run($"compare ml-linear --validation 5000 {shared} 1");
        var written = File.GetLastWriteTimeUtc(kept);
        var (_, both, _) = await Run($"compare ml-linear tutorial-baseline --validation 5000 {shared} 1");
        var (otherCode, _, other) = await Run($"compare ml-linear tutorial-baseline --validation 5000 {shared} 2");
        var (splitCode, _, split) = await Run($"compare ml-linear tutorial-baseline --validation 6000 {shared} 1");

        Assert.Equal((0, 1, 1), (code, otherCode, splitCode));
        Assert.Contains("ml-linear, seed 1 of 1", alone, StringComparison.Ordinal);
        Assert.DoesNotContain("ml-linear, seed 1 of 1", both, StringComparison.Ordinal);
        Assert.Contains("tutorial-baseline, seed 1 of 1", both, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));
        var baseline = Path.Combine(folder.Path, "tutorial-baseline");
        Assert.Equal($"'{baseline}' holds results of other settings. Name another folder with --output, or delete it.", other.TrimEnd());
        Assert.Equal($"'{folder.Path}' holds results of other settings. Name another folder with --output, or delete it.", split.TrimEnd());

        var table = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "compare.csv"));
        var rows = table.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[1]);
        Assert.Equal(["ml-linear", "tutorial-baseline"], rows.Keys.Order());
        Assert.All(rows.Values, cells => Assert.InRange(double.Parse(cells[3], CultureInfo.InvariantCulture), 0.5, 0.99));
        Assert.Equal(["7850", "7840"], rows["ml-linear"][10..12]);
        Assert.Equal(["542230", "736488"], rows["tutorial-baseline"][10..12]);
        Assert.All(rows.Values, cells => Assert.InRange(double.Parse(cells[14], CultureInfo.InvariantCulture), 0.1, 10_000));
    }

    [Theory]
    [InlineData("compact", 0, "Dry run: training, measuring, export and report work. Nothing was kept.")]
    [InlineData("cake", 1, "Recipe 'tutorial-deeper': There is no recipe 'cake' to take the network of. There are: compact, ink, number, quick, served, tutorial-baseline, tutorial-batch-norm, tutorial-deeper.")]
    public async Task A_dry_run_does_everything_once_and_keeps_nothing(string network, int exitCode, string message)
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run(
            $"train --dry-run --network {network} --runs {folder.Path} --output {folder.Path}/model.onnx --data {RealMnist.Folder}", folder.Path);

        Assert.Equal(exitCode, code);
        Assert.Equal(message, (output + error).TrimEnd().Split('\n')[^1]);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "mnist*"));
        Assert.Empty(Directory.GetFiles(folder.Path, "model.onnx"));
    }

    [Fact]
    public async Task A_dry_run_mixes_in_strokes_and_non_digits()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run(
            $"train --dry-run --recipe served --set strokeShare=0.05 nonDigitShare=0.02 --strokes {RealStrokes.Folder} --data {RealMnist.Folder}", folder.Path);

        Assert.Empty(error);
        Assert.Equal(0, code);
        Assert.Matches(@"(?m)^epoch +1/1 .* strokes \d", output);
        Assert.EndsWith("Dry run: training, measuring, export and report work. Nothing was kept.", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_reported_to_the_maker_of_the_runtime()
    {
        using var home = new TemporaryFolder();
        var start = Start($"predict README.md docs/screenshot.png");
        start.Environment["HOME"] = home.Path;
        foreach (var variable in new[] { "CI", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "ORT_DISABLE_TELEMETRY" })
            start.Environment.Remove(variable); // each would switch ONNX Runtime's telemetry off, or its files elsewhere

        using var process = Process.Start(start)!;
        Assert.StartsWith("docs/screenshot.png: ", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);

        Assert.Empty(Directory.GetFileSystemEntries(home.Path)); // where it reports, it keeps a device id here
    }
}
