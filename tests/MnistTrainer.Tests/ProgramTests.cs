using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>The real program in a process of its own.</summary>
public class ProgramTests
{
    [Theory]
    [InlineData("train --epoch 3", 2, "Unrecognized command or argument '--epoch'. See 'MnistTrainer train --help'.")]
    [InlineData("train --epochs three", 2, "Cannot parse argument 'three' for option '--epochs' as expected type 'System.Nullable`1[System.Int32]'. See 'MnistTrainer train --help'.")]
    [InlineData("train --validation 50000", 2, "--validation takes 0 to 30,000 images. See 'MnistTrainer train --help'.")]
    [InlineData("train --recipe cake", 1, "There is no recipe 'cake'. There are: compact, tutorial-baseline, tutorial-batch-norm, tutorial-deeper; or give the path of a JSON file.")]
    [InlineData("train --network cake", 1, "There is no network 'cake'. There are: baseline, baseline-batch-norm, deeper, compact.")]
    [InlineData("compare compact cake", 1, "There is no recipe 'cake'. There are: compact, tutorial-baseline, tutorial-batch-norm, tutorial-deeper, ml-linear, ml-lightgbm; or give the path of a JSON file.")]
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
    public async Task Help_teaches_with_an_example(string command)
    {
        var (code, output, _) = await Run($"{command} --help");

        Assert.Contains($"Example: MnistTrainer {command} ", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task Evaluate_prints_the_served_models_test_accuracy_of_at_least_99_percent()
    {
        var clock = Stopwatch.StartNew();

        var (code, output, error) = await Run($"evaluate --data {RealMnist.Folder}");

        Assert.Empty(error);
        Assert.Equal(0, code);
        var accuracy = double.Parse(output.Split("Accuracy ")[1].Split('%')[0], CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, 99.0, 99.95);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 15);
    }

    [Fact]
    public async Task Train_stops_cleanly_at_an_interrupt_and_leaves_no_file()
    {
        using var folder = new TemporaryFolder();
        var start = Start($"train --epochs 1 --data {RealMnist.Folder} --output {folder.Path}/model.onnx");
        using var process = Process.Start(start)!;
        await Task.Delay(TimeSpan.FromSeconds(4), TestContext.Current.CancellationToken); // it is somewhere in loading or training

        using (var interrupt = Process.Start("kill", $"-INT {process.Id}"))
            await interrupt.WaitForExitAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("Stopped; no model was written.", error.TrimEnd());
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Compare_keeps_what_is_finished_adds_what_is_missing_and_refuses_other_settings()
    {
        using var folder = new TemporaryFolder();
        var shared = $"--seeds 1 --threads 1 --data {RealMnist.Folder} --output {folder.Path} --set batchSize=1000 --epochs";
        var kept = Path.Combine(folder.Path, "ml-linear", "seed-1.json");

        var (code, alone, _) = await Run($"compare ml-linear --validation 30000 {shared} 1");
        var written = File.GetLastWriteTimeUtc(kept);
        var (_, both, _) = await Run($"compare ml-linear tutorial-baseline --validation 30000 {shared} 1");
        var (otherCode, _, other) = await Run($"compare ml-linear tutorial-baseline --validation 30000 {shared} 2");
        var (splitCode, _, split) = await Run($"compare ml-linear tutorial-baseline --validation 20000 {shared} 1");

        Assert.Equal((0, 1, 1), (code, otherCode, splitCode));
        Assert.Contains("ml-linear, seed 1 of 1", alone, StringComparison.Ordinal);
        Assert.DoesNotContain("ml-linear, seed 1 of 1", both, StringComparison.Ordinal);
        Assert.Contains("tutorial-baseline, seed 1 of 1", both, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));
        var baseline = Path.Combine(folder.Path, "tutorial-baseline");
        Assert.Equal($"'{baseline}' holds results of other settings. Name another folder with --output, or delete it.", other.TrimEnd());
        Assert.Equal($"'{folder.Path}' holds results of other settings. Name another folder with --output, or delete it.", split.TrimEnd());

        var table = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "compare.csv"), TestContext.Current.CancellationToken);
        var rows = table.Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[1]);
        Assert.Equal(["ml-linear", "tutorial-baseline"], rows.Keys.Order());
        Assert.All(rows.Values, cells => Assert.InRange(double.Parse(cells[3], CultureInfo.InvariantCulture), 0.8, 0.95));
        Assert.Equal(["7850", "7840"], rows["ml-linear"][6..8]);
        Assert.Equal(["542230", "736488"], rows["tutorial-baseline"][6..8]);
        Assert.All(rows.Values, cells => Assert.InRange(double.Parse(cells[10], CultureInfo.InvariantCulture), 0.1, 10_000));
    }

    private static async Task<(int Code, string Output, string Error)> Run(string arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The trainer's own output folder stands beside that of the tests.</summary>
    private static ProcessStartInfo Start(string arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return new ProcessStartInfo(Path.Combine(Repository.Root, "artifacts", "bin", "MnistTrainer", configuration, "MnistTrainer"), arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
