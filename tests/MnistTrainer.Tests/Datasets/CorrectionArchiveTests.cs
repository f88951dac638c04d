using System.IO.Compression;
using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class CorrectionArchiveTests
{
    private static readonly byte[] OneImage = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28, .. new byte[783], 255];

    [Fact]
    public void Reads_images_and_labels()
    {
        using var folder = new TemporaryFolder();

        var corrections = CorrectionArchive.Load(Archive(folder, OneImage, [0, 0, 8, 1, 0, 0, 0, 1, 7]));

        Assert.Equal((1, 7, 255), (corrections.Count, corrections.Labels.Span[0], corrections[0].Pixels[783]));
    }

    [Fact]
    public void An_archive_that_is_cut_off_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, OneImage, [0, 0, 8, 1, 0, 0, 0, 1, 7]);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^10]);

        Assert.Equal($"'{path}' is no ZIP file, or is cut off. Export the corrections again.",
            Assert.Throws<InvalidDataException>(() => CorrectionArchive.Load(path)).Message);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28 }, new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 },
        "'{0}' holds no corrections. Train without --corrections.")]
    [InlineData(null, new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 10 }, "'{0}' holds labels that are no digits.")]
    [InlineData(null, null, "'{0}' has no file 'labels-idx1-ubyte'. Export the corrections with ?format=idx.")]
    [InlineData(null, new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 1, 2 }, "'labels-idx1-ubyte' has size 2 in dimension 0; 1 is expected.")]
    public void A_faulty_archive_is_refused_with_the_reason(byte[]? images, byte[]? labels, string message)
    {
        using var folder = new TemporaryFolder();
        var path = Archive(folder, images ?? OneImage, labels);

        Assert.Equal(string.Format(null, message, path), Assert.Throws<InvalidDataException>(() => CorrectionArchive.Load(path)).Message);
    }

    private static string Archive(TemporaryFolder folder, byte[] images, byte[]? labels)
    {
        var path = Path.Combine(folder.Path, "corrections.zip");
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        Add("images-idx3-ubyte", images);
        if (labels is not null)
            Add("labels-idx1-ubyte", labels);
        return path;

        void Add(string name, byte[] content)
        {
            using var entry = zip.CreateEntry(name).Open();
            entry.Write(content);
        }
    }
}
