using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Ink;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>Requests of the Open Inference Protocol with the bytes of a tensor behind the JSON, and their answers.</summary>
internal static class TensorRequest
{
    public const string HeaderLength = "Inference-Header-Content-Length";

    private const string AllBinary = ""","parameters":{"binary_data_output":true}""";

    /// <summary>The 784 levels of a digit, 0 = paper, 255 = ink.</summary>
    public static byte[] Levels(int digit) => DigitFraming.Frame(InkImage.Decode(Drawing.Of(digit)))!.Pixels.ToArray();

    /// <summary>A body of JSON and bytes, without a Content-Type, as Triton's clients send it.</summary>
    public static ByteArrayContent Body(string json, byte[] binary)
    {
        var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(json), .. binary]);
        content.Headers.Add(HeaderLength, Encoding.UTF8.GetByteCount(json).ToString(CultureInfo.InvariantCulture));
        return content;
    }

    /// <summary>A body with one tensor, all outputs wanted as bytes where <paramref name="rest"/> doesn't say otherwise.</summary>
    public static ByteArrayContent Body(string name, string shape, string datatype, byte[] binary, string rest = AllBinary) => Body($$"""
        {"inputs":[{"name":"{{name}}","shape":{{shape}},"datatype":"{{datatype}}","parameters":{"binary_data_size":{{binary.Length}} } }]{{rest}} }
        """, binary);

    /// <summary>Sends a body and cuts the answer in JSON and bytes.</summary>
    public static async Task<(JsonElement Json, byte[] Binary)> Infer(Api api, HttpContent body)
    {
        using var response = await api.Send(HttpMethod.Post, "/v2/models/mnist/infer", body);
        return Cut(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), response);
    }

    /// <summary>Cuts an answer in JSON and bytes.</summary>
    public static (JsonElement Json, byte[] Binary) Cut(byte[] answer, HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(answer));
        Assert.Equal("Accept-Encoding", string.Join(", ", response.Headers.Vary));
        var isBinary = response.Headers.TryGetValues(HeaderLength, out var length);
        Assert.Equal(isBinary ? "application/octet-stream" : "application/json", response.Content.Headers.ContentType?.MediaType);
        var end = isBinary ? int.Parse(Assert.Single(length!), CultureInfo.InvariantCulture) : answer.Length;
        return (JsonDocument.Parse(answer.AsMemory(0, end)).RootElement, answer[end..]);
    }

    /// <summary>Asserts the error that a body gets.</summary>
    public static async Task AssertError(Api api, int status, string error, HttpContent body)
    {
        using var response = await api.Send(HttpMethod.Post, "/v2/models/mnist/infer", body);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(error, JsonDocument.Parse(text).RootElement.GetProperty("error").GetString());
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("application/json", "utf-8"), response.Content.Headers.ContentType);
    }
}
