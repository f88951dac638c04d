using System.Buffers.Binary;
using MnistReader.Idx;
using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class NistWritersTests
{
    private const string Training = "qmnist-train-labels-idx2-int.gz", Test = "qmnist-test-labels-idx2-int.gz";

    [Fact]
    public void Other_people_wrote_the_test_images_than_the_training_images()
    {
        var (training, test) = (NistWriters.LoadTraining(RealWriters.Folder), NistWriters.LoadTest(RealWriters.Folder));

        Assert.Equal((60_000, 10_000), (training.Count, test.Count));
        Assert.Equal((539, 297), (training.Distinct().Count(), test.Distinct().Count()));
        Assert.Empty(training.Intersect(test));
    }

    [Theory]
    [InlineData(Training)]
    [InlineData(Test)]
    public void The_files_are_in_the_order_of_MNISTs_images(string name)
    {
        var digits = name == Training ? MnistDataset.LoadTraining(RealMnist.Folder) : MnistDataset.LoadTest(RealMnist.Folder);
        var rows = IdxFile.ReadBytes(Path.Combine(RealWriters.Folder, name)).AsMemory(12);

        var labels = Enumerable.Range(0, digits.Count).Select(row => (byte)BinaryPrimitives.ReadInt32BigEndian(rows.Span[(32 * row)..])).ToArray();

        Assert.Equal(digits.Labels.ToArray(), labels);
    }

    [Fact]
    public void Another_file_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File(Training, [1, 2, 3]);

        var fault = Assert.Throws<InvalidDataException>(() => NistWriters.LoadTraining(folder.Path));

        Assert.Equal($"'{file}' is not QMNIST's {Training}: its SHA-256 differs. Delete it and run 'MnistTrainer download --writers'.", fault.Message);
    }

    [Fact]
    public void A_missing_file_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var fault = Assert.Throws<FileNotFoundException>(() => NistWriters.LoadTest(folder.Path));

        Assert.Equal($"Who wrote MNIST's images is not known: '{Path.Combine(folder.Path, Test)}' is missing. " +
            "Run 'MnistTrainer download --writers', or name its folder with NIST_WRITERS_DATA.", fault.Message);
        Assert.False(NistWriters.AreIn(folder.Path));
    }

    [Fact]
    public async Task What_is_missing_is_downloaded_once()
    {
        var real = RealWriters.Folder;
        using var folder = new TemporaryFolder();
        using var server = new FileServer(name => File.ReadAllBytes(Path.Combine(real, name)));
        File.Copy(Path.Combine(real, Test), Path.Combine(folder.Path, Test));

        Assert.Equal([Training], await Download(folder, server));
        Assert.Empty(await Download(folder, server));

        Assert.Equal(NistWriters.LoadTraining(real), NistWriters.LoadTraining(folder.Path));
        Assert.True(NistWriters.AreIn(folder.Path));
    }

    [Theory]
    [InlineData(true, "Its file is not QMNIST's qmnist-train-labels-idx2-int.gz: its SHA-256 differs.")]
    [InlineData(false, "Response status code does not indicate success: 404 (Not Found).")]
    public async Task A_wrong_answer_is_told_and_leaves_no_file(bool answers, string reason)
    {
        using var folder = new TemporaryFolder();
        using var server = new FileServer(_ => answers ? [1, 2, 3] : throw new FileNotFoundException());

        var fault = await Assert.ThrowsAsync<IOException>(() => Download(folder, server));

        Assert.StartsWith($"127.0.0.1 doesn't give {Training}: {reason}", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith($" Put it into '{folder.Path}' yourself.", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static Task<IReadOnlyList<string>> Download(TemporaryFolder folder, FileServer server) =>
        NistWriters.DownloadAsync(folder.Path, server.Address, (_, _, _) => { }, TestContext.Current.CancellationToken);
}
