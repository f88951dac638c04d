using System.Diagnostics;
using System.Globalization;
using MnistTrainer.Storage;
using Xunit;

namespace MnistTrainer.Tests.Storage;

public class AtomicFileTests
{
    [Fact]
    public async Task What_a_killed_process_left_of_the_same_file_is_removed_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        using var dead = Process.Start("true");
        await dead.WaitForExitAsync();
        folder.File(string.Create(CultureInfo.InvariantCulture, $"model.onnx.{Environment.MachineName}-{dead.Id}.tmp"), []);
        string[] others =
        [
            $"model.onnx.{Environment.MachineName}-1.tmp", "model.onnx.mine.tmp", "model.tmp",
            string.Create(CultureInfo.InvariantCulture, $"other.onnx.{Environment.MachineName}-{dead.Id}.tmp"),
            string.Create(CultureInfo.InvariantCulture, $"model.onnx.another-machine-{dead.Id}.tmp"),
        ];
        foreach (var other in others)
            folder.File(other, [2]);

        AtomicFile.Write(Path.Combine(folder.Path, "model.onnx"), [1]);

        Assert.Equal(["model.onnx", .. others.Order(StringComparer.Ordinal)], Directory.GetFiles(folder.Path).Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal));
        Assert.Equal([1], File.ReadAllBytes(Path.Combine(folder.Path, "model.onnx")));
    }

    [Fact]
    public void Where_writing_fails_the_older_file_stays_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.onnx", [1]);

        Assert.Throws<InvalidDataException>(() => AtomicFile.Write(path, temporary =>
        {
            File.WriteAllBytes(temporary, [2]);
            throw new InvalidDataException();
        }));

        Assert.Equal([path], Directory.GetFiles(folder.Path));
        Assert.Equal([1], File.ReadAllBytes(path));
    }
}
