using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Google.Protobuf;
using MnistApi.OpenInference.Grpc;
using MnistReader.Framing;
using MnistReader.Ink;
using SkiaSharp;

namespace MnistApi.Tests.Predict;

/// <summary>Requests that were right before some of their bytes were changed. The number of a case decides all of it.</summary>
public static class Mutations
{
    private static readonly byte[][] Images =
    [
        Small(SKEncodedImageFormat.Png), Small(SKEncodedImageFormat.Jpeg), Small(SKEncodedImageFormat.Webp), Gif(), Bmp(),
    ];

    private static readonly byte[] Levels = DigitFraming.Frame(InkImage.Decode(Drawing.Of(3)))!.Pixels.ToArray();

    private static readonly string Pixels = string.Join(',', Levels);

    private static readonly (byte[] Json, byte[] Binary)[] Tensors =
    [
        (Tensor("pixels", "[1,1,28,28]", "UINT8", Levels.Length), Levels),
        (Tensor("image", "[1]", "BYTES", sizeof(int) + Images[0].Length), [.. BitConverter.GetBytes(Images[0].Length), .. Images[0]]),
    ];

    private static readonly byte[][] Messages =
    [
        Message("pixels", "UINT8", [1, 1, 28, 28], ByteString.CopyFrom(Levels), null),
        Message("pixels", "UINT8", [1, 1, 28, 28], null, new InferTensorContents { UintContents = { Levels.Select(level => (uint)level) } }),
        Message("pixels", "FP32", [1, 1, 28, 28], null, new InferTensorContents { Fp32Contents = { Levels.Select(level => level / 255f) } }),
        Message("image", "BYTES", [1], ByteString.CopyFrom(Tensors[1].Binary), null),
        Message("image", "BYTES", [1], null, new InferTensorContents { BytesContents = { ByteString.CopyFrom(Images[1]) } }),
    ];

    private static readonly (string Path, string Type, byte[] Body)[] Texts =
    [
        ("/predict", "application/json", Encoding.UTF8.GetBytes($$"""{"image":"data:image/png;base64,{{Convert.ToBase64String(Images[0])}}"}""")),
        ("/predict", "application/json", Encoding.UTF8.GetBytes($$"""{"pixels":[{{Pixels}}]}""")),
        ("/predict/batch", "application/json",
            Encoding.UTF8.GetBytes($$"""[{"image":"{{Convert.ToBase64String(Images[1])}}"},{"pixels":[{{Pixels}}]},null]""")),
        ("/predict/batch", "multipart/form-data; boundary=b", Form(Images[0], Images[3])),
        ("/predict", "multipart/form-data; boundary=b", Form(Images[2])),
        ("/v2/models/mnist/infer", "application/json", Encoding.UTF8.GetBytes(
            $$"""{"id":"1","inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","data":[{{Pixels}}]}],"outputs":[{"name":"probabilities"}]}""")),
    ];

    private static readonly string[] JsonPieces =
    [
        "null", "[]", "{}", "-1", "1e999", "0.5", "\"\"", "\"\\u0000\"", "\"\\ud800\"", ",", "[[[[", "]", "{\"", "//", "NaN", "99999999999999999999",
            "true", "\u00e9", "\ufeff",
    ];

    /// <summary>The request of a case: half are images, a quarter texts, a quarter tensors as bytes behind JSON.</summary>
    /// <param name="number">At least 0.</param>
    /// <returns>With the length of the JSON where bytes stand behind it.</returns>
    public static (string Path, string Type, byte[] Body, int? JsonLength) Request(int number)
    {
        var random = new Random(number);
        if (number % 2 == 0)
            return ("/predict", "image/png", Mutate(Images[random.Next(Images.Length)], random, image: true), null);

        if (number % 4 == 1)
        {
            var (json, binary) = Tensors[random.Next(Tensors.Length)];
            var (mutateJson, mutateBinary) = (random.Next(2) == 0, random.Next(2) == 0);
            byte[] start = mutateJson ? Mutate(json, random, image: false) : json;
            return ("/v2/models/mnist/infer", "application/octet-stream",
                [.. start, .. mutateBinary ? Mutate(binary, random, image: true) : binary], start.Length + (random.Next(8) == 0 ? random.Next(-8, 8) : 0));
        }

        var (path, type, body) = Texts[random.Next(Texts.Length)];
        return (path, type, Mutate(body, random, image: false), null);
    }

    /// <summary>A framed message of a case for <c>ModelInfer</c>: nine of ten times the message is changed, else its frame.</summary>
    /// <param name="number">At least 0.</param>
    public static byte[] Call(int number)
    {
        var random = new Random(number);
        var message = Messages[random.Next(Messages.Length)];
        var mutated = Mutate(message, random, image: true);
        byte[] frame = [0, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(mutated.Length)), .. mutated];
        return random.Next(10) > 0 ? frame : Mutate(frame, random, image: true);
    }

    private static byte[] Message(string name, string datatype, long[] shape, ByteString? raw, InferTensorContents? contents) => new ModelInferRequest
    {
        ModelName = "mnist",
        Id = "1",
        Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = name, Datatype = datatype, Shape = { shape }, Contents = contents } },
        Outputs =
        {
            new ModelInferRequest.Types.InferRequestedOutputTensor
            {
                Name = "probabilities", Parameters = { ["classification"] = new InferParameter { Int64Param = 2 } },
            },
        },
        RawInputContents = { raw is null ? [] : [raw] },
    }.ToByteArray();

    private static byte[] Tensor(string name, string shape, string datatype, int size) => Encoding.UTF8.GetBytes(
        $$"""{"inputs":[{"name":"{{name}}","shape":{{shape}},"datatype":"{{datatype}}","parameters":{"binary_data_size":{{size}} } }]}""");

    private static byte[] Mutate(byte[] seed, Random random, bool image)
    {
        List<byte> bytes = [.. seed];
        for (var changes = 1 << random.Next(5); changes > 0 && bytes.Count > 8; changes--)
        {
            // headers are short and matter most
            var at = random.Next(random.Next(2) == 0 ? Math.Min(64, bytes.Count) : bytes.Count);
            var count = Math.Min(random.Next(1, 64), bytes.Count - at);
            switch (random.Next(image ? 6 : 8))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : count); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(at, count)); break;
                case 4: bytes.InsertRange(at, Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)).ToArray()); break;
                case 5: Overwrite(bytes, at, random.Next(4) switch { 0 => 0u, 1 => uint.MaxValue, 2 => int.MaxValue, _ => 0x00010000u }); break;
                default: bytes.InsertRange(at, Encoding.UTF8.GetBytes(JsonPieces[random.Next(JsonPieces.Length)])); break;
            }
        }

        var mutated = bytes.ToArray();
        if (image && random.Next(2) == 0)
            MendChecksums(mutated); // else few changes of a PNG would come past its checksums
        return mutated;
    }

    private static void Overwrite(List<byte> bytes, int at, uint number)
    {
        for (var i = 0; i < 4 && at + i < bytes.Count; i++)
            bytes[at + i] = (byte)(number >> (8 * i));
    }

    private static void MendChecksums(byte[] png)
    {
        for (var at = 8; at + 12 <= png.Length && png[1] == 'P';)
        {
            var end = at + 8L + BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            if (end + 4 > png.Length)
                return;

            BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)end), Crc32.HashToUInt32(png.AsSpan((at + 4)..(int)end)));
            at = (int)end + 4;
        }
    }

    private static byte[] Form(params byte[][] images) =>
    [
        .. images.SelectMany(image => (byte[])
        [
            .. "--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"d.png\"\r\nContent-Type: image/png\r\n\r\n"u8, .. image, .. "\r\n"u8,
        ]),
        .. "--b--\r\n"u8,
    ];

    private static byte[] Small(SKEncodedImageFormat format)
    {
        using var drawing = SKBitmap.Decode(Drawing.Of(3));
        using var small = drawing.Resize(new SKImageInfo(64, 64), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var encoded = small.Encode(format, 90);
        return encoded.ToArray();
    }

    /// <summary>A bar of 2×20 on 32×32: 24 bits a pixel, as Skia has no encoder for it.</summary>
    private static byte[] Bmp() =>
    [
        .. "BM"u8, .. BitConverter.GetBytes(54 + 32 * 32 * 3), 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 32, 0, 0, 0, 32, 0, 0, 0, 1, 0, 24, 0, .. new byte[24],
        .. Enumerable.Range(0, 32 * 32 * 3).Select(i => i / 3 % 32 is 15 or 16 && i / 96 is > 5 and < 26 ? (byte)0 : (byte)255),
    ];

    /// <summary>The same bar: two colours out of 128, and a clear code before each row, so that every LZW code is a byte.</summary>
    private static byte[] Gif()
    {
        byte[] codes = [.. Enumerable.Range(0, 32)
            .SelectMany(y => Enumerable.Range(0, 32).Select(x => x is 15 or 16 && y is > 5 and < 26 ? (byte)1 : (byte)0).Prepend((byte)128)), 129];
        return
        [
            .. "GIF89a"u8, 32, 0, 32, 0, 0x86, 0, 0, 255, 255, 255, 0, 0, 0, .. new byte[126 * 3], (byte)',', 0, 0, 0, 0, 32, 0, 32, 0, 0, 7,
            .. codes.Chunk(255).SelectMany(block => block.Prepend((byte)block.Length)), 0, (byte)';',
        ];
    }
}
