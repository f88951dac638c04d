using System.Diagnostics;
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
    [InlineData("train --dry-run --resume runs/1", 2, "--dry-run begins a run of its own: it doesn't go with --resume. See 'MnistTrainer train --help'.")]
    [InlineData("train --network cake", 1, "There is no network 'cake'. There are: baseline, baseline-batch-norm, deeper, compact.")]
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
        var accuracy = double.Parse(output.Split("Accuracy ")[1].Split('%')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, 99.0, 99.95);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 15);
    }

    [Fact]
    public async Task Train_leaves_a_folder_with_everything()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run(
            $"train --recipe tutorial-baseline --epochs 1 --set batchSize=1000 --validation 30000 --tensorboard --runs {folder.Path} --data {RealMnist.Folder}");

        Assert.Empty(error);
        Assert.Equal(0, code);
        var run = Assert.Single(Directory.GetDirectories(folder.Path));
        var files = Directory.GetFiles(run).Select(file => Path.GetFileName(file)).Order().ToList();
        Assert.Equal(["checkpoint.zip", "history.csv", "model.onnx", "report.html", "run.json"], files.Where(file => !file.StartsWith("events.", StringComparison.Ordinal)));
        var events = Assert.Single(files, file => file.StartsWith("events.out.tfevents.", StringComparison.Ordinal));
        Assert.Contains("loss/validation", await File.ReadAllTextAsync(Path.Combine(run, events), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains($"Look at {Path.Combine(run, "report.html")}.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("compact", 0, "Dry run: training, measuring, export and report work. Nothing was kept.")]
    [InlineData("cake", 1, "There is no network 'cake'. There are: baseline, baseline-batch-norm, deeper, compact.")]
    public async Task A_dry_run_does_everything_in_seconds_and_keeps_nothing(string network, int exitCode, string message)
    {
        using var folder = new TemporaryFolder();
        var clock = Stopwatch.StartNew();

        var (code, output, error) = await Run($"train --dry-run --network {network} --runs {folder.Path} --output {folder.Path}/model.onnx --data {RealMnist.Folder}", folder.Path);

        Assert.Equal(exitCode, code);
        Assert.Equal(message, (output + error).TrimEnd().Split('\n')[^1]);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path, "mnist*"));
        Assert.Empty(Directory.GetFiles(folder.Path, "model.onnx"));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
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

    private static async Task<(int Code, string Output, string Error)> Run(string arguments, string? temporary = null)
    {
        var start = Start(arguments);
        if (temporary is not null)
            start.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(start)!;
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
