using System.IO.Compression;
using MnistReader.Idx;
using Xunit;

namespace MnistReader.Tests.Idx;

public class IdxFileTests
{
    private static readonly byte[] TwoByThree = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    [Fact]
    public void Returns_the_elements_behind_the_header() =>
        Assert.Equal([1, 2, 3, 4, 5, 6], IdxFile.Parse(TwoByThree, "file", -1, 3).ToArray());

    [Fact]
    public void Reads_raw_and_gzipped_files_alike()
    {
        var folder = Directory.CreateTempSubdirectory("mnist-");
        var (raw, gzipped) = (Path.Combine(folder.FullName, "raw"), Path.Combine(folder.FullName, "gzipped"));
        File.WriteAllBytes(raw, TwoByThree);
        using (var gzip = new GZipStream(File.Create(gzipped), CompressionLevel.Fastest))
            gzip.Write(TwoByThree);

        Assert.Equal(TwoByThree, IdxFile.ReadBytes(raw));
        Assert.Equal(TwoByThree, IdxFile.ReadBytes(gzipped));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_header_that_is_written_is_read() =>
        Assert.Equal(TwoByThree, [.. IdxFile.Header(2, 3), 1, 2, 3, 4, 5, 6]);

    [Theory]
    [InlineData(0, 1, "'file' is not an IDX file: it doesn't begin with two zero bytes.")]
    [InlineData(2, 0x0d, "'file' holds elements of type 0x0d; MNIST's are unsigned bytes (0x08).")]
    [InlineData(3, 3, "'file' has 3 dimensions; 2 are expected.")]
    [InlineData(7, 9, "'file' has size 9 in dimension 0; 2 is expected.")]
    public void Rejects_a_foreign_header_and_says_what_is_wrong(int position, byte value, string message)
    {
        byte[] file = [.. TwoByThree];
        file[position] = value;

        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => IdxFile.Parse(file, "file", 2, 3)).Message);
    }

    [Fact]
    public void Rejects_a_file_that_is_cut_off() =>
        Assert.Equal("'file' should hold 6 bytes after its header, but holds 5. Download it again.",
            Assert.Throws<InvalidDataException>(() => IdxFile.Parse(TwoByThree.AsMemory(0, 17), "file", 2, 3)).Message);
}
