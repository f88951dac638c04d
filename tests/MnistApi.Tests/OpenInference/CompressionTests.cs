using System.IO.Compression;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>Bodies and answers of <c>/v2/…/infer</c> in gzip and deflate, as Triton's clients send and ask for them.</summary>
public class CompressionTests(Api api)
{
    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_body_gets_a_compressed_answer_that_says_the_same(string encoding)
    {
        var plain = TensorRequest.Body("pixels", "[1,1,28,28]", "UINT8", TensorRequest.Levels(3));
        var expected = await TensorRequest.Infer(api, plain);
        using var client = api.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/mnist/infer")
        {
            Content = Compress(encoding, TensorRequest.Body("pixels", "[1,1,28,28]", "UINT8", TensorRequest.Levels(3))),
            Headers = { { "Accept-Encoding", encoding } },
        };

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(encoding, Assert.Single(response.Content.Headers.ContentEncoding));
        var compressed = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(compressed.Length, response.Content.Headers.ContentLength);
        var answer = TensorRequest.Cut(Decompress(encoding, compressed), response);
        Assert.Equal((expected.Json.GetRawText(), Convert.ToHexString(expected.Binary)), (answer.Json.GetRawText(), Convert.ToHexString(answer.Binary)));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public Task A_body_that_grows_beyond_the_limit_is_refused(string encoding) => TensorRequest.AssertError(api, 413,
        "The request is too large; the limit for an image is 100,000 bytes. Send a smaller one.",
        Compress(encoding, new ByteArrayContent(Enumerable.Repeat((byte)' ', 50_000_000).ToArray())));

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public Task Bytes_that_are_not_compressed_are_refused(string encoding) => TensorRequest.AssertError(api, 400,
        "The request is incomplete or can't be read. /swagger shows what to send.",
        new ByteArrayContent("{}"u8.ToArray()) { Headers = { ContentEncoding = { encoding } } });

    [Theory]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    public async Task Another_encoding_is_refused_and_those_that_are_read_are_named(string encoding)
    {
        var body = new ByteArrayContent([]);
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        using var response = await api.Send(HttpMethod.Post, "/v2/models/mnist/infer", body);

        Assert.Equal($$"""{"error":"A body in Content-Encoding {{encoding}} isn't read here. Send it in gzip or deflate, or as it is, without that header."}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(415, (int)response.StatusCode);
        Assert.Equal("gzip, deflate", string.Join(", ", response.Headers.NonValidated["Accept-Encoding"]));
    }

    private static ByteArrayContent Compress(string encoding, ByteArrayContent body)
    {
        using var compressed = new MemoryStream();
        using (Stream stream = encoding is "gzip" ? new GZipStream(compressed, CompressionLevel.Fastest) : new ZLibStream(compressed, CompressionLevel.Fastest))
            body.CopyTo(stream, null, CancellationToken.None);
        var content = new ByteArrayContent(compressed.ToArray()) { Headers = { ContentEncoding = { encoding } } };
        if (body.Headers.TryGetValues(TensorRequest.HeaderLength, out var length))
            content.Headers.Add(TensorRequest.HeaderLength, length);
        return content;
    }

    private static byte[] Decompress(string encoding, byte[] bytes)
    {
        using var compressed = new MemoryStream(bytes);
        using Stream stream = encoding is "gzip"
            ? new GZipStream(compressed, CompressionMode.Decompress)
            : new ZLibStream(compressed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}
