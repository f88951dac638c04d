using System.Buffers;
using Google.Protobuf.Reflection;
using MnistApi.Hosting.Limits;
using MnistReader.Framing;

namespace MnistApi.OpenInference.Grpc;

/// <summary>
/// Counts what a message in protobuf's format holds before memory is taken for it: two bytes of a message may stand for an object of a hundred, and a
/// request may have millions of them.
/// </summary>
internal static class MessageBounds
{
    /// <summary>Numbers of all kinds: those of the largest tensor, and some to spare.</summary>
    private const int MostNumbers = (LoadLimits.MostPictures * DigitImage.PixelCount) + 1024;

    /// <summary>Texts, pictures and messages within the message: the largest tensor of pictures, and some to spare.</summary>
    private const int MostPieces = LoadLimits.MostPictures + 256;

    private const int LongestNumber = 10; // bytes

    /// <summary>Checks a message.</summary>
    /// <param name="message">Not read yet.</param>
    /// <param name="type">What it claims to be.</param>
    /// <exception cref="InvalidDataException">It holds more than any request needs, or is malformed.</exception>
    public static void Check(ReadOnlySequence<byte> message, MessageDescriptor type)
    {
        var (numbers, pieces) = (0, 0);
        Count(message, type, ref numbers, ref pieces);
    }

    private static void Count(ReadOnlySequence<byte> message, MessageDescriptor type, ref int numbers, ref int pieces)
    {
        var reader = new SequenceReader<byte>(message);
        while (reader.Remaining > 0)
        {
            var tag = ReadNumber(ref reader);
            switch (tag & 7)
            {
                case 0: ReadNumber(ref reader); numbers++; break;
                case 1: Skip(ref reader, sizeof(ulong)); numbers++; break;
                case 5: Skip(ref reader, sizeof(uint)); numbers++; break;
                case 2: CountPiece(ref reader, type.FindFieldByNumber((int)Math.Min(tag >> 3, int.MaxValue)), ref numbers, ref pieces); break;
                default: throw Malformed(); // groups, which proto3 doesn't have
            }

            if (numbers > MostNumbers || pieces > MostPieces)
                throw Malformed();
        }
    }

    private static void CountPiece(ref SequenceReader<byte> reader, FieldDescriptor? field, ref int numbers, ref int pieces)
    {
        var length = ReadNumber(ref reader);
        if (length > (ulong)reader.Remaining)
            throw Malformed();

        pieces++;
        if (field?.FieldType is FieldType.Message)
            Count(reader.UnreadSequence.Slice(0, (long)length), field.MessageType, ref numbers, ref pieces);
        else if (field is { IsRepeated: true, FieldType: not (FieldType.Bytes or FieldType.String) } && length > (ulong)MostNumbers * LongestNumber)
            throw Malformed(); // many numbers in one piece
        reader.Advance((long)length);
    }

    private static ulong ReadNumber(ref SequenceReader<byte> reader)
    {
        var number = 0UL;
        for (var shift = 0; shift < 7 * LongestNumber; shift += 7)
        {
            if (!reader.TryRead(out var next))
                throw Malformed();

            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return number;
        }

        throw Malformed();
    }

    private static void Skip(ref SequenceReader<byte> reader, int length)
    {
        if (reader.Remaining < length)
            throw Malformed();

        reader.Advance(length);
    }

    private static InvalidDataException Malformed() => new("The message is malformed, or holds more than any request needs.");
}
