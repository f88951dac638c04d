using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace MnistApi.OpenInference;

/// <summary>
/// The answer to a request for inference: JSON, and behind it the bytes of the outputs that are wanted so; in one piece with its length,
/// compressed where the request accepts that.
/// </summary>
/// <param name="response">The JSON.</param>
/// <param name="binary">The bytes of each output, in the JSON's order; empty where it has none.</param>
internal sealed class InferAnswer(InferResponse response, IReadOnlyList<byte[]> binary) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var options = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var json = JsonSerializer.SerializeToUtf8Bytes(response, options.GetTypeInfo(typeof(InferResponse)));
        var headers = httpContext.Response.Headers;
        headers.ContentType = "application/json; charset=utf-8";
        var body = json;
        if (response.Outputs.Any(output => output.Parameters is not null))
        {
            headers.ContentType = "application/octet-stream";
            headers[InferBody.HeaderLength] = $"{json.Length}";
            body = new byte[json.Length + binary.Sum(bytes => bytes.Length)];
            json.CopyTo(body, 0);
            var at = json.Length;
            foreach (var bytes in binary)
            {
                bytes.CopyTo(body, at);
                at += bytes.Length;
            }
        }

        headers.Vary = HeaderNames.AcceptEncoding;
        if (services.GetRequiredService<IResponseCompressionProvider>().GetCompressionProvider(httpContext) is { } compression)
        {
            headers.ContentEncoding = compression.EncodingName;
            body = Compress(body, compression);
        }

        headers.ContentLength = body.Length;
        await httpContext.Response.Body.WriteAsync(body, httpContext.RequestAborted);
    }

    private static byte[] Compress(byte[] body, ICompressionProvider compression)
    {
        using var compressed = new MemoryStream();
        using (var stream = compression.CreateStream(compressed))
            stream.Write(body);
        return compressed.ToArray();
    }
}
