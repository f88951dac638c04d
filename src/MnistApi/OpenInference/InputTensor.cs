using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Predict;
using MnistReader.Framing;

namespace MnistApi.OpenInference;

/// <summary>A tensor to infer from as it arrived; nothing but its place is known.</summary>
/// <param name="Name">Which it claims to be.</param>
/// <param name="Shape">As claimed.</param>
/// <param name="Datatype">As claimed.</param>
/// <param name="Data">A JSON array, or the elements in little-endian bytes; must live until the answer.</param>
/// <param name="IsJson">Which of both.</param>
internal sealed record InputTensor(string Name, IReadOnlyList<long> Shape, string Datatype, ReadOnlyMemory<byte> Data, bool IsJson)
{
    /// <summary>The input of picture files.</summary>
    public const string ImageName = "image";

    /// <summary>The datatype of picture files.</summary>
    public const string BytesType = "BYTES";

    private const string FloatsTypes = "FP16, BF16, FP32, FP64, INT8 to INT64, or UINT8 to UINT64";

    /// <summary>Reads <c>pixels</c>: N × 784 numbers, 0 = paper, 1 = full ink.</summary>
    /// <exception cref="InferException">
    /// The shape, the datatype or a number isn't what the model takes, or there isn't as much data as the shape says.
    /// </exception>
    /// <exception cref="BadHttpRequestException">The JSON holds something else than numbers.</exception>
    public float[] ReadPixels()
    {
        if (Shape is not [>= 1 and <= LoadLimits.MostPictures, 1, DigitImage.Side, DigitImage.Side])
            throw WrongShape("[N, 1, 28, 28]");

        var size = SizeOf(Datatype);
        var count = (int)Shape[0] * DigitImage.PixelCount;
        if (!IsJson && Data.Length != count * size)
            throw new InferException($"\"{Name}\" has {Data.Length:N0} bytes, but its shape and datatype say {count * size:N0}. Send as many as they say.");

        var numbers = new float[count];
        if (IsJson)
            ReadNumbers(numbers);
        else
            Convert(numbers);
        return Datatype[0] is 'I' or 'U' ? FromWhole(numbers) : FromFractions(numbers);
    }

    /// <summary>Reads <c>image</c>: N picture files, not looked at yet.</summary>
    /// <exception cref="InferException">The shape or the datatype isn't what is taken, or there isn't as much data as the shape says.</exception>
    /// <exception cref="BadHttpRequestException">The JSON holds something else than texts.</exception>
    public Picture[] ReadPictures()
    {
        if (Shape is not [>= 1 and <= LoadLimits.MostPictures])
            throw WrongShape("[N]");
        if (Datatype is not BytesType)
            throw new InferException($"\"{Name}\" has the datatype {Datatype}. Send BYTES: image files as they are, in JSON in base64.");

        var pictures = new Picture[Shape[0]];
        if (IsJson)
            ReadTexts(pictures);
        else
            Cut(pictures);
        return pictures;
    }

    private InferException WrongShape(string right) =>
        new($"\"{Name}\" has the shape [{string.Join(", ", Shape)}]. Send {right} with N from 1 to {LoadLimits.MostPictures}.");

    private int SizeOf(string datatype) => datatype switch
    {
        "INT8" or "UINT8" => 1,
        "FP16" or "BF16" or "INT16" or "UINT16" => 2,
        "FP32" or "INT32" or "UINT32" => 4,
        "FP64" or "INT64" or "UINT64" => 8,
        _ => throw new InferException($"\"{Name}\" has the datatype {datatype}. Send {FloatsTypes}."),
    };

    private void Convert(Span<float> numbers)
    {
        switch (Datatype)
        {
            case "FP32": Data.Span.CopyTo(MemoryMarshal.AsBytes(numbers)); break;
            case "FP64": Convert<double>(numbers); break;
            case "FP16": Convert<Half>(numbers); break;
            case "INT8": Convert<sbyte>(numbers); break;
            case "INT16": Convert<short>(numbers); break;
            case "INT32": Convert<int>(numbers); break;
            case "INT64": Convert<long>(numbers); break;
            case "UINT8": Convert<byte>(numbers); break;
            case "UINT16": Convert<ushort>(numbers); break;
            case "UINT32": Convert<uint>(numbers); break;
            case "UINT64": Convert<ulong>(numbers); break;
            default: // BF16, the upper half of a float
                var halves = MemoryMarshal.Cast<byte, ushort>(Data.Span);
                for (var i = 0; i < halves.Length; i++)
                    numbers[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
                break;
        }
    }

    private void Convert<T>(Span<float> numbers)
        where T : unmanaged, INumberBase<T> => TensorPrimitives.ConvertSaturating(MemoryMarshal.Cast<byte, T>(Data.Span), numbers);

    // NaN is in no range: the least and the most of numbers that have one are NaN
    private float[] FromFractions(float[] numbers) => TensorPrimitives.Min<float>(numbers) >= 0 && TensorPrimitives.Max<float>(numbers) <= 1
        ? numbers
        : throw new InferException($"\"{Name}\" of {Datatype} has numbers that aren't from 0 to 1. Send 0 for paper and 1 for full ink.");

    private float[] FromWhole(float[] numbers)
    {
        int most = Datatype is "INT8" ? sbyte.MaxValue : byte.MaxValue;
        var isInRange = TensorPrimitives.Min<float>(numbers) >= 0 && TensorPrimitives.Max<float>(numbers) <= most;
        if (!isInRange || (IsJson && !Array.TrueForAll(numbers, float.IsInteger)))
        {
            throw new InferException($"\"{Name}\" of {Datatype} has numbers that aren't whole and from 0 to {most}. " +
                $"Send 0 for paper and 255 for full ink{(Datatype is "INT8" ? ", as UINT8" : "")}.");
        }

        TensorPrimitives.Divide(numbers, 255f, numbers);
        return numbers;
    }

    private void ReadNumbers(Span<float> numbers)
    {
        var count = 0;
        var json = new Utf8JsonReader(Data.Span);
        while (json.Read())
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (json.TokenType is not JsonTokenType.Number)
                throw Malformed();
            if (count < numbers.Length)
                numbers[count] = json.GetSingle();
            count++;
        }

        if (count != numbers.Length)
            throw new InferException($"\"{Name}\" has {count:N0} numbers, but its shape says {numbers.Length:N0}. Send as many as the shape says.");
    }

    private void ReadTexts(Span<Picture> pictures)
    {
        var count = 0;
        var json = new Utf8JsonReader(Data.Span);
        while (json.Read())
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
                continue;
            if (json.TokenType is not JsonTokenType.String)
                throw Malformed();
            if (count < pictures.Length)
                pictures[count] = new Picture(Json: new PredictRequest(TextOf(json), null));
            count++;
        }

        if (count != pictures.Length)
            throw new InferException($"\"{Name}\" has {count:N0} texts, but its shape says {pictures.Length:N0}. Send as many as the shape says.");
    }

    private static string TextOf(Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException) // bytes that aren't UTF-8, or half of a surrogate pair
        {
            throw Malformed();
        }
    }

    // each file behind its length, four bytes
    private void Cut(Span<Picture> pictures)
    {
        var rest = Data;
        foreach (ref var picture in pictures)
        {
            if (rest.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(rest.Span) is var length && length > rest.Length - sizeof(uint))
                throw WrongBytes(pictures.Length);

            picture = new Picture(rest.Slice(sizeof(uint), (int)length));
            rest = rest[(sizeof(uint) + (int)length)..];
        }

        if (rest.Length > 0)
            throw WrongBytes(pictures.Length);
    }

    private InferException WrongBytes(int count) => new(
        $"The bytes of \"{Name}\" aren't {count:N0} files, each behind its length in four bytes, as its shape says. Send as many as the shape says.");

    private static BadHttpRequestException Malformed() =>
        new("The data is of another type.", new JsonException(null, "$.inputs[0].data", null, null));
}
