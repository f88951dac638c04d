using System.Buffers.Binary;
using System.Text;
using MnistTrainer.Reports;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Reports;

public class TensorBoardTests
{
    [Fact]
    public void Every_event_has_the_time_in_seconds_since_1970()
    {
        using var folder = new TemporaryFolder();
        var before = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

        new TensorBoard(folder.Path).Add(new EpochResult(3, 0.5, 0.75, double.NaN, double.NaN, double.NaN, 0.125, 1));

        var file = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(file), StringComparison.Ordinal);
        var events = Events(File.ReadAllBytes(file)).ToList();
        Assert.Equal(4, events.Count); // the version, then two figures and the learning rate
        Assert.All(events, content =>
        {
            Assert.Equal(9, content[0]); // field 1, double
            Assert.InRange(BinaryPrimitives.ReadDoubleLittleEndian(content.AsSpan(1)), before, before + 60);
        });
        Assert.Equal("\u001a\rbrain.Event:2", Encoding.Latin1.GetString(events[0][9..]));
        Assert.Equal([16, 3, 42, 22, 10, 20, 10, 13, .. "loss/training"u8, 21, 0, 0, 0, 0x3f], events[1][9..]); // step 3, 0.5
    }

    [Fact]
    public void Its_checksums_are_those_of_TensorFlow()
    {
        using var folder = new TemporaryFolder();
        _ = new TensorBoard(folder.Path);

        var record = File.ReadAllBytes(Assert.Single(Directory.GetFiles(folder.Path)));

        // of the length 24, 64-bit little-endian: as in every file that TensorFlow itself begins
        Assert.Equal([24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22], record[..12]);
    }

    private static IEnumerable<byte[]> Events(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
            yield return file[(at + 12)..(at + 12 + length)];
            at += length + 16;
        }
    }
}
