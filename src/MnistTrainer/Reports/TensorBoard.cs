using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using MnistTrainer.Training;

namespace MnistTrainer.Reports;

/// <summary>
/// Writes a TensorBoard event file: loss, accuracy and learning rate by epoch. TorchSharp's own writer gives its first event the time in ticks of .NET,
/// by which TensorBoard then counts all others.
/// </summary>
internal sealed class TensorBoard
{
    private readonly string _path;

    /// <summary>Begins a file.</summary>
    /// <param name="folder">Gets <c>events.out.tfevents.…</c>; it exists.</param>
    public TensorBoard(string folder)
    {
        _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}"));
        Append(content =>
        {
            content.WriteRawTag(26); // file_version = 3
            content.WriteString("brain.Event:2");
        });
    }

    /// <summary>Appends what an epoch came to.</summary>
    /// <param name="epoch">Its number is the step; what is NaN is left out.</param>
    public void Add(EpochResult epoch)
    {
        foreach (var (tag, value) in new[]
        {
            ("loss/training", epoch.TrainingLoss), ("accuracy/training", epoch.TrainingAccuracy), ("learning_rate", epoch.LearningRate),
            ("loss/validation", epoch.ValidationLoss), ("accuracy/validation", epoch.ValidationAccuracy), ("accuracy/strokes", epoch.StrokeAccuracy),
        })
        {
            if (!double.IsNaN(value))
                Append(content => Scalar(content, epoch.Epoch, tag, (float)value));
        }
    }

    private static void Scalar(CodedOutputStream content, long step, string tag, float value)
    {
        var one = Message(field => // Summary.Value
        {
            field.WriteRawTag(10); // tag = 1
            field.WriteString(tag);
            field.WriteRawTag(21); // simple_value = 2
            field.WriteFloat(value);
        });
        content.WriteRawTag(16); // step = 2
        content.WriteInt64(step);
        content.WriteRawTag(42); // summary = 5
        content.WriteBytes(ByteString.CopyFrom(Message(field =>
        {
            field.WriteRawTag(10); // value = 1
            field.WriteBytes(ByteString.CopyFrom(one));
        })));
    }

    /// <summary>Appends an event in TensorFlow's TFRecord format: length, its checksum, the event, its checksum.</summary>
    private void Append(Action<CodedOutputStream> write)
    {
        var content = Message(field =>
        {
            field.WriteRawTag(9); // wall_time = 1, in seconds since 1970
            field.WriteDouble(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
            write(field);
        });
        var record = new byte[content.Length + 16];
        BinaryPrimitives.WriteInt64LittleEndian(record, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Checksum(record.AsSpan(0, 8)));
        content.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + content.Length), Checksum(content));
        using var file = new FileStream(_path, FileMode.Append);
        file.Write(record);
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var content = new CodedOutputStream(bytes, leaveOpen: true))
            write(content);
        return bytes.ToArray();
    }

    /// <summary>CRC-32C, masked as TFRecord does, so that a checksum of checksums differs from them.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
            crc = BitOperations.Crc32C(crc, one);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
