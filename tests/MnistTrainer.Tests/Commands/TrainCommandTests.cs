using System.Diagnostics;
using System.Globalization;
using MnistReader.Inference;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>The command <c>train</c> on real images, in a process of its own. Beside <see cref="ProgramTests"/>, so that both run at once.</summary>
public class TrainCommandTests(TrainCommandTests.Whole whole) : IClassFixture<TrainCommandTests.Whole>
{
    /// <summary>The least that learns from real images: about a second an epoch.</summary>
    private const string Least = $"--recipe quick --set {SmallestNetwork} batchSize=500 --threads 1";

    private const string Small = $"{Least} --validation 5000 --train-images 50000";

    [Fact]
    public async Task Leaves_a_folder_with_everything()
    {
        var (run, output) = await whole.Train();

        var files = Directory.GetFiles(run).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(["README.md", "checkpoint.zip", "history.csv", "metrics.json", "model.onnx", "report.html", "run.json", "validation.txt"],
            files.Where(file => !file.StartsWith("events.", StringComparison.Ordinal)));
        var events = Assert.Single(files, file => file.StartsWith("events.out.tfevents.", StringComparison.Ordinal));
        Assert.Contains("loss/validation", await File.ReadAllTextAsync(Path.Combine(run, events)), StringComparison.Ordinal);
        Assert.Contains($"Look at {Path.Combine(run, "report.html")}.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seed 2 --validation 5000")]
    [InlineData("--validation 10000")]
    public async Task Weights_that_have_learned_what_would_be_held_back_are_refused_and_nothing_is_left(string options)
    {
        using var folder = new TemporaryFolder();
        var (earlier, _) = await whole.Train();

        var (code, _, error) = await Run($"train {Least} {options} --from {earlier} --data {RealMnist.Folder} --runs {folder.Path}");

        Assert.Equal((1, $"'{earlier}' has learned from images and writers that this run holds back. Give --validation 5000 --split-seed 1, as it did."),
            (code, error.TrimEnd()));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData("{}", "it names no recipe.")]
    [InlineData("{", "Expected depth to be zero")]
    public async Task A_damaged_run_is_told(string json, string why)
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("run.json", System.Text.Encoding.ASCII.GetBytes(json));

        var (code, _, error) = await Run($"train --resume {folder.Path}");

        Assert.Equal(1, code);
        Assert.StartsWith($"'{file}' can't be read: {why}", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_cleanly_at_an_interrupt_and_leaves_no_model()
    {
        using var folder = new TemporaryFolder();
        using var process = Process.Start(Start(
            $"train {Small} --epochs 99 --data {RealMnist.Folder} --runs {folder.Path} --output {folder.Path}/model.onnx"))!;
        var started = await process.StandardOutput.ReadLineAsync();
        Assert.StartsWith("Run ", started, StringComparison.Ordinal);

        await Signal("INT", process);

        Assert.Equal($"Stopped. What was finished is kept; go on with: MnistTrainer train --resume {started!["Run ".Length..]} --data {RealMnist.Folder} " +
            $"--output {folder.Path}/model.onnx", (await process.StandardError.ReadToEndAsync()).TrimEnd());
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.onnx", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Test_images_can_be_left_alone()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(RealMnist.Folder, "train-*"))
            File.CreateSymbolicLink(Path.Combine(folder.Path, Path.GetFileName(file)), file);
        foreach (var file in Directory.GetFiles(RealMnist.Folder, "t10k-*")) // they are there, but unreadable
            await File.WriteAllBytesAsync(Path.Combine(folder.Path, Path.GetFileName(file)), [], TestContext.Current.CancellationToken);

        var (code, output, error) = await Run($"train {Small} --epochs 1 --no-test --data {folder.Path} --runs {folder.Path}/runs");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"answers all [\d,]+ validation images as the network does\.", output);
        var run = Assert.Single(Directory.GetDirectories($"{folder.Path}/runs"));
        using var classifier = DigitClassifier.Load($"{run}/model.onnx");
        Assert.Null(classifier.Card.TestAccuracy);
        Assert.Contains("MNIST's test images were left alone", await ReadAsync("README.md"), StringComparison.Ordinal);
        Assert.Contains("<dt>validation accuracy</dt>", await ReadAsync("report.html"), StringComparison.Ordinal);
        Assert.DoesNotContain("doubtful", (await ReadAsync("report.html")).Split("</style>")[1], StringComparison.Ordinal);
        Assert.DoesNotContain("testAccuracy", await ReadAsync("metrics.json"), StringComparison.Ordinal);

        Task<string> ReadAsync(string name) => File.ReadAllTextAsync($"{run}/{name}", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_run_that_was_killed_and_resumed_gives_the_same_model_bit_for_bit()
    {
        using var folder = new TemporaryFolder();
        var (other, _) = await whole.Train();
        using var killed = Process.Start(Start($"train {Small} --epochs 2 --data {RealMnist.Folder} --runs {folder.Path}"))!;
        var run = (await killed.StandardOutput.ReadLineAsync())!["Run ".Length..];
        string? line;
        do
            line = await killed.StandardOutput.ReadLineAsync();
        while (line?.StartsWith("in epoch 1/2", StringComparison.Ordinal) == true); // on a busy machine
        Assert.StartsWith("epoch   1/2", line, StringComparison.Ordinal);

        await Signal("KILL", killed); // in the midst of the second epoch
        var resumed = await Run($"train --resume {run} --data {RealMnist.Folder}");

        Assert.Equal((0, ""), (resumed.Code, resumed.Error));
        Assert.StartsWith($"Run {run}, resumed after epoch 1", resumed.Output, StringComparison.Ordinal);
        Assert.Equal([run], Directory.GetDirectories(folder.Path));
        string[] runs = [run, other];
        Assert.Single(runs.Select(WeightsOf).Distinct());
        Assert.Single(runs.Select(path => File.ReadAllLines(Path.Combine(path, "history.csv"))[^1].Split(',')[..^1])
            .Select(row => string.Join(',', row)).Distinct());
    }

    [Fact]
    public async Task The_model_card_tells_how_training_went_from_the_first_weights_on()
    {
        using var folder = new TemporaryFolder();
        var (run, _) = await whole.Train();

        var second = await Run(
            $"train {Least} --data {RealMnist.Folder} --runs {folder.Path} --validation 0 --train-images 5000 --epochs 1 --from {run} " +
                $"--calibration {run}/model.onnx --output {folder.Path}/second.onnx");

        Assert.Equal((0, ""), (second.Code, second.Error));
        var held = CardOf(Path.Combine(run, "model.onnx"));
        var rows = (await File.ReadAllLinesAsync(Path.Combine(run, "history.csv"))).Skip(1).Select(line => line.Split(','));
        Assert.Equal(rows.Select(row => new EpochAccuracy(int.Parse(row[0], CultureInfo.InvariantCulture), Rounded(row[2]), Rounded(row[4]), null)),
            held.History);
        Assert.Null(held.CalibrationHistory);
        Assert.Equal((5_000, 5_000), (held.Reference!.Digits.Sum(), held.Reference.Size.Sum())); // of the images held back
        var all = CardOf(Path.Combine(folder.Path, "second.onnx"));
        Assert.Equal([1, 2, 1], all.History.Select(epoch => epoch.Epoch));
        Assert.Equal((50_000, 5_000), (held.Training.TrainingImages, all.Training.TrainingImages));
        Assert.Equal(held.History, all.History.Take(2));
        Assert.Null(all.History[2].Validation);
        Assert.Equal(held.History, all.CalibrationHistory);
        Assert.Equal(held.Reference.Confidence, all.Reference!.Confidence); // taken over as the temperature is

        static ModelCard CardOf(string file)
        {
            using var classifier = DigitClassifier.Load(file);
            return classifier.Card;
        }

        static double Rounded(string accuracy) => Math.Round(double.Parse(accuracy, CultureInfo.InvariantCulture), 5);
    }

    /// <summary>One training of two epochs, which several tests look at; the first that asks trains.</summary>
    public sealed class Whole : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private Task<(int Code, string Output, string Error)>? _training;

        public async Task<(string Run, string Output)> Train()
        {
            var (code, output, error) = await (_training ??= Run($"train {Small} --epochs 2 --tensorboard --data {RealMnist.Folder} --runs {_folder.Path}"));
            Assert.Equal((0, ""), (code, error));
            return (Assert.Single(Directory.GetDirectories(_folder.Path)), output);
        }

        public void Dispose() => _folder.Dispose();
    }

    /// <summary>The weights' hash that ends a model's version.</summary>
    private static string WeightsOf(string run)
    {
        using var classifier = DigitClassifier.Load(Path.Combine(run, "model.onnx"));
        return classifier.Card.Version.Split('-')[^1];
    }

    private static async Task Signal(string name, Process process)
    {
        using var kill = Process.Start("kill", $"-{name} {process.Id}");
        await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
    }
}
