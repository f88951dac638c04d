using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>Trainings that are not worth a model, or not possible.</summary>
public class TrainCommandFaultsTests
{
    [Fact]
    public async Task A_network_that_has_not_learned_is_told_and_leaves_no_model()
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx", [1]);

        var (code, _, error) = await Run(
            $"train --recipe quick --set {SmallestNetwork} learningRate=1e-9 batchSize=1000 --epochs 1 --validation 5000 --train-images 5000 --threads 1 " +
                $"--data {RealMnist.Folder} --runs {folder.Path} --output {model}");

        Assert.Equal(1, code);
        Assert.Matches(@"^The network has not learned: it reads 1?\d\.\d % of the held-back images, and guessing a tenth\. " +
            @"No model was written\. Try a lower learning rate \(it is 1E-09\)\.$", error.TrimEnd());
        Assert.Equal([1], File.ReadAllBytes(model));
        Assert.Equal(["checkpoint.zip", "history.csv", "metrics.json", "run.json"], Directory.GetFiles(Assert.Single(Directory.GetDirectories(folder.Path)))
            .Select(file => Path.GetFileName(file)).Order());
    }

    [Fact]
    public async Task Wrong_test_files_are_told_before_the_first_epoch()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(RealMnist.Folder, "train-*").Append(Path.Combine(RealMnist.Folder, "t10k-labels-idx1-ubyte.gz")))
            File.CreateSymbolicLink(Path.Combine(folder.Path, Path.GetFileName(file)), file);
        File.CreateSymbolicLink(Path.Combine(folder.Path, "t10k-images-idx3-ubyte.gz"), Path.Combine(RealMnist.Folder, "train-images-idx3-ubyte.gz"));

        var (code, output, error) = await Run($"train --network quick --data {folder.Path} --runs {folder.Path}/runs");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("t10k-images-idx3-ubyte", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "runs")));
    }
}
