using MnistTrainer.Data;
using Xunit;

namespace MnistTrainer.Tests;

public class MnistDatasetTests
{
    [Fact]
    public void A_missing_file_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var fault = Assert.Throws<FileNotFoundException>(() => MnistDataset.LoadTest(folder.Path));

        Assert.Equal($"MNIST's t10k-images-idx3-ubyte is not in '{folder.Path}'. Run 'MnistTrainer download', or name the folder with --data or MNIST_DATA.", fault.Message);
    }

    [Fact]
    public void A_file_with_another_hash_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.File("t10k-images-idx3-ubyte", [0, 0, 8, 3]);

        var fault = Assert.Throws<InvalidDataException>(() => MnistDataset.LoadTest(folder.Path));

        Assert.Equal("t10k-images-idx3-ubyte is damaged or not MNIST's: its SHA-256 differs. Delete it and run 'MnistTrainer download'.", fault.Message);
    }

    [Fact]
    public async Task Downloads_from_the_second_mirror_where_the_first_has_only_wrong_files()
    {
        var real = RealMnist.Folder;
        using var folder = new TemporaryFolder();
        using var wrong = new FileServer(_ => [1, 2, 3]);
        using var right = new FileServer(name => File.ReadAllBytes(Path.Combine(real, name)));

        var fetched = await MnistDataset.DownloadAsync(folder.Path, [wrong.Address, right.Address], (_, _, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal(4, fetched.Count);
        Assert.Equal(60_000, MnistDataset.LoadTraining(folder.Path).Count);
        Assert.Equal(10_000, MnistDataset.LoadTest(folder.Path).Count);
    }

    [Fact]
    public async Task Leaves_no_file_behind_where_no_mirror_has_the_right_one()
    {
        using var folder = new TemporaryFolder();
        using var wrong = new FileServer(_ => [1, 2, 3]);

        var fault = await Assert.ThrowsAsync<IOException>(() =>
            MnistDataset.DownloadAsync(folder.Path, [wrong.Address], (_, _, _) => { }, TestContext.Current.CancellationToken));

        Assert.StartsWith("No mirror gave train-images-idx3-ubyte.gz (127.0.0.1: ", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
