using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>Tensors as bytes behind the JSON (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).</summary>
public class BinaryTensorTests(Api api)
{
    private const string Whole = "Send 0 for paper and 255 for full ink", Fraction = "numbers that aren't from 0 to 1. Send 0 for paper and 1 for full ink.";

    // black on white: 0 and full ink are exact in every datatype
    private static readonly float[] Three = [.. TensorRequest.Levels(3).Select(level => level > 127 ? 1f : 0)];

    [Fact]
    public async Task The_very_bytes_of_Tritons_Python_client_get_the_ten_digits()
    {
        // tritonclient.http 2.x on geventhttpclient: no Content-Type, compact JSON, all outputs as bytes where none is named
        var pixels = Enumerable.Range(0, 10).SelectMany(TensorRequest.Levels).Select(level => level / 255f).ToArray();
        const string json = """{"id":"1","inputs":[{"name":"pixels","shape":[10,1,28,28],"datatype":"FP32","parameters":{"binary_data_size":31360}}]""" +
            ""","parameters":{"binary_data_output":true}}""";
        var address = api.ClientOptions.BaseAddress;
        var head = $"POST /v2/models/mnist/infer HTTP/1.1\r\nUser-Agent: python/gevent-http-client-2.3.1\r\nHost: {address.Authority}\r\n" +
            $"Content-Length: {json.Length + 31360}\r\nInference-Header-Content-Length: {json.Length}\r\n\r\n";
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port);

        await connection.GetStream().WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(head + json), .. MemoryMarshal.AsBytes<float>(pixels)]);
        var (headers, body) = await Read(connection.GetStream());

        Assert.Equal("HTTP/1.1 200 OK", headers[0]);
        Assert.Contains("Content-Type: application/octet-stream", headers);
        var length = Number(headers, "Inference-Header-Content-Length");
        var answer = JsonDocument.Parse(body.AsMemory(0, length)).RootElement;
        Assert.Equal(
            """[{"name":"probabilities","datatype":"FP32","shape":[10,10],"parameters":{"binary_data_size":400}},""" +
            """{"name":"digit","datatype":"FP32","shape":[10,1],"parameters":{"binary_data_size":40}}]""",
            answer.GetProperty("outputs").GetRawText());
        Assert.Equal("1", answer.GetProperty("id").GetString());
        Assert.Equal(length + 440, body.Length);
        Assert.Equal(Enumerable.Range(0, 10), Floats(body[length..(length + 400)]).Chunk(10).Select(row => Array.IndexOf(row, row.Max())));
    }

    [Theory]
    [InlineData("FP16")]
    [InlineData("BF16")]
    [InlineData("FP64")]
    [InlineData("INT16")]
    [InlineData("INT32")]
    [InlineData("INT64")]
    [InlineData("UINT8")]
    [InlineData("UINT16")]
    [InlineData("UINT32")]
    [InlineData("UINT64")]
    public async Task Every_datatype_means_the_same_ink(string datatype)
    {
        var (_, expected) = await TensorRequest.Infer(api, One("FP32", [.. MemoryMarshal.AsBytes<float>(Three)]));

        var full = datatype[0] is 'F' or 'B' ? 1 : 255;
        var (_, answer) = await TensorRequest.Infer(api, One(datatype, [.. Three.SelectMany(ink => Bytes(datatype, full * ink))]));

        Assert.Equal(expected, answer);
    }

    [Fact]
    public async Task INT8_reaches_half_of_the_ink()
    {
        var (_, expected) = await TensorRequest.Infer(api, One("UINT8", [.. Three.Select(ink => (byte)(127 * ink))]));

        var (_, answer) = await TensorRequest.Infer(api, One("INT8", [.. Three.Select(ink => (byte)(127 * ink))]));

        Assert.Equal(expected, answer);
    }

    [Theory]
    [InlineData("FP32", double.NaN, Fraction)]
    [InlineData("FP32", -0.01, Fraction)]
    [InlineData("FP64", 1.01, Fraction)]
    [InlineData("FP64", 1e300, Fraction)]
    [InlineData("FP16", double.NaN, Fraction)]
    [InlineData("BF16", double.PositiveInfinity, Fraction)]
    [InlineData("INT8", -1, "numbers that aren't whole and from 0 to 127. " + Whole + ", as UINT8.")]
    [InlineData("INT16", 256, "numbers that aren't whole and from 0 to 255. " + Whole + ".")]
    [InlineData("INT64", long.MinValue, "numbers that aren't whole and from 0 to 255. " + Whole + ".")]
    [InlineData("UINT64", ulong.MaxValue, "numbers that aren't whole and from 0 to 255. " + Whole + ".")]
    public Task A_number_out_of_range_is_refused(string datatype, double number, string error)
    {
        byte[] zeros = [.. Enumerable.Repeat(Bytes(datatype, 0), 783).SelectMany(zero => zero)];
        return TensorRequest.AssertError(api, 400, $"\"pixels\" of {datatype} has {error}", One(datatype, [.. zeros, .. Bytes(datatype, number)]));
    }

    [Theory]
    [InlineData("[1,1,28,28]", 784, 783, "Behind the JSON there are 783 bytes, but \"binary_data_size\" says 784. " +
        "Send as many, and the length of the JSON in the header Inference-Header-Content-Length.")]
    [InlineData("[1,1,28,28]", -1, 784, "Behind the JSON there are 784 bytes, but \"binary_data_size\" says -1. " +
        "Send as many, and the length of the JSON in the header Inference-Header-Content-Length.")]
    [InlineData("[1,1,28,28]", 783, 783, "\"pixels\" has 783 bytes, but its shape and datatype say 784. Send as many as they say.")]
    [InlineData("[2,1,28,28]", 784, 784, "\"pixels\" has 784 bytes, but its shape and datatype say 1,568. Send as many as they say.")]
    [InlineData("[9223372036854775807,1,28,28]", 784, 784,
        "\"pixels\" has the shape [9223372036854775807, 1, 28, 28]. Send [N, 1, 28, 28] with N from 1 to 256.")]
    [InlineData("[4294967297,1,28,28]", 784, 784, "\"pixels\" has the shape [4294967297, 1, 28, 28]. Send [N, 1, 28, 28] with N from 1 to 256.")]
    public Task Sizes_that_do_not_fit_together_are_refused(string shape, long said, int sent, string error) => TensorRequest.AssertError(api, 400, error,
        TensorRequest.Body(
            $$"""{"inputs":[{"name":"pixels","shape":{{shape}},"datatype":"UINT8","parameters":{"binary_data_size":{{said}} } }]}""", new byte[sent]));

    [Theory]
    [InlineData("-1")]
    [InlineData("3")]
    [InlineData("99999999999999999999")]
    [InlineData("1, 1")]
    [InlineData("x")]
    public Task A_wrong_length_of_the_JSON_is_refused(string length)
    {
        var body = new ByteArrayContent([(byte)'{', (byte)'}']);
        body.Headers.TryAddWithoutValidation(TensorRequest.HeaderLength, length);
        return TensorRequest.AssertError(api, 400,
            "The header Inference-Header-Content-Length isn't a number up to the 2 bytes of the body. Send the length of the JSON.", body);
    }

    [Theory]
    [InlineData("")]
    [InlineData(""","data":[],"parameters":{"binary_data_size":784}""")]
    public Task Data_in_no_form_or_in_both_is_refused(string data) => TensorRequest.AssertError(api, 400,
        "\"pixels\" has neither or both of \"data\" and the parameter \"binary_data_size\". Send one of them.",
        TensorRequest.Body($$"""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8"{{data}} }]}""", new byte[784]));

    [Fact]
    public async Task Each_output_comes_in_the_form_that_is_wanted()
    {
        var (json, binary) = await TensorRequest.Infer(api, One("UINT8", new byte[784],
            ""","outputs":[{"name":"digit","parameters":{"binary_data":false}},{"name":"probabilities"}],"parameters":{"binary_data_output":true}"""));

        var outputs = json.GetProperty("outputs");
        Assert.Equal(1, outputs[0].GetProperty("data").GetArrayLength());
        Assert.False(outputs[0].TryGetProperty("parameters", out _));
        Assert.Equal(40, outputs[1].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        Assert.False(outputs[1].TryGetProperty("data", out _));
        Assert.Equal(1, Floats(binary).Sum(), tolerance: 1e-4f);
    }

    [Fact]
    public async Task Classes_come_as_texts_the_most_probable_first()
    {
        var (numbers, _) = await TensorRequest.Infer(api, One("UINT8", TensorRequest.Levels(3), ""","outputs":[{"name":"probabilities"}]"""));
        var expected = numbers.GetProperty("outputs")[0].GetProperty("data").EnumerateArray()
            .Select((p, digit) => (P: p.GetSingle(), Text: $"{p.GetRawText()}:{digit}:{digit}"))
            .OrderByDescending(c => c.P).Select(c => c.Text).ToList();

        static string Classes(int count, string binary) =>
            $$""","outputs":[{"name":"probabilities","parameters":{"classification":{{count}},"binary_data":{{binary}} } }]""";
        var (json, _) = await TensorRequest.Infer(api, One("UINT8", TensorRequest.Levels(3), Classes(2, "false")));
        var (header, bytes) = await TensorRequest.Infer(api, One("UINT8", TensorRequest.Levels(3), Classes(99, "true")));

        var output = json.GetProperty("outputs")[0];
        Assert.Equal("BYTES [1,2]", $"{output.GetProperty("datatype")} {output.GetProperty("shape").GetRawText()}");
        Assert.Equal(expected[..2], output.GetProperty("data").EnumerateArray().Select(text => text.GetString()));
        Assert.Equal("[1,10]", header.GetProperty("outputs")[0].GetProperty("shape").GetRawText()); // there are no more
        Assert.Equal(expected.SelectMany(text => BitConverter.GetBytes(text.Length).Concat(Encoding.ASCII.GetBytes(text))), bytes);
        Assert.StartsWith("0.99", expected[0], StringComparison.Ordinal);
        Assert.EndsWith(":3:3", expected[0], StringComparison.Ordinal);
    }

    private static ByteArrayContent One(string datatype, byte[] binary) => TensorRequest.Body("pixels", "[1,1,28,28]", datatype, binary);

    private static ByteArrayContent One(string datatype, byte[] binary, string rest) =>
        TensorRequest.Body("pixels", "[1,1,28,28]", datatype, binary, rest);

    private static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    // out of range as well
    private static byte[] Bytes(string datatype, double number) => datatype switch
    {
        "FP16" => BitConverter.GetBytes((Half)number),
        "BF16" => BitConverter.GetBytes((float)number)[2..],
        "FP32" => BitConverter.GetBytes((float)number),
        "FP64" => BitConverter.GetBytes(number),
        "INT8" => [(byte)(sbyte)number],
        "INT16" => BitConverter.GetBytes((short)number),
        "INT32" => BitConverter.GetBytes((int)number),
        "INT64" => BitConverter.GetBytes((long)number),
        "UINT8" => [(byte)number],
        "UINT16" => BitConverter.GetBytes((ushort)number),
        "UINT32" => BitConverter.GetBytes((uint)number),
        _ => BitConverter.GetBytes((ulong)number),
    };

    private static int Number(string[] headers, string name) => int.Parse(
        headers.Single(header => header.StartsWith(name + ": ", StringComparison.Ordinal))[(name.Length + 2)..], CultureInfo.InvariantCulture);

    private static async Task<(string[] Headers, byte[] Body)> Read(NetworkStream stream)
    {
        var answer = new List<byte>();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
        {
            answer.AddRange(buffer[..read]);
            var text = Encoding.Latin1.GetString(answer.ToArray());
            if (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and > 0)
            {
                var headers = text[..end].Split("\r\n");
                if (answer.Count == end + 4 + Number(headers, "Content-Length"))
                    return (headers, answer.ToArray()[(end + 4)..]);
            }
        }

        throw new EndOfStreamException();
    }
}
