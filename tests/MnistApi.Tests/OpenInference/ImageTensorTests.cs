using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>The tensor <c>image</c>: picture files, read as <c>/predict</c> reads them.</summary>
public class ImageTensorTests(Api api)
{
    private const string Numbers = ""","outputs":[{"name":"probabilities"}]""";

    [Fact]
    public async Task Pictures_get_the_probabilities_that_predict_gives_them()
    {
        var expected = new List<string>();
        foreach (var digit in (int[])[3, 8])
            expected.AddRange(Texts((await api.Predict(Api.Form(Drawing.Of(digit)))).GetProperty("probabilities")));

        var (binary, _) = await TensorRequest.Infer(api, TensorRequest.Body("image", "[2]", "BYTES", Files(Drawing.Of(3), Drawing.Of(8)), Numbers));
        var (base64, _) = await TensorRequest.Infer(api, Api.Json($$"""
            {"inputs":[{"name":"image","shape":[2],"datatype":"BYTES",
            "data":["{{Convert.ToBase64String(Drawing.Of(3))}}","data:image/png;base64,{{Convert.ToBase64String(Drawing.Of(8))}}"]}]{{Numbers}} }
            """));

        foreach (var answer in (JsonElement[])[binary, base64])
        {
            Assert.Equal("[2,10]", answer.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
            Assert.Equal(expected, Texts(answer.GetProperty("outputs")[0].GetProperty("data")));
        }
    }

    [Fact]
    public async Task A_picture_that_can_not_be_read_is_named_with_its_place()
    {
        await AssertError(400, "\"image\" can't be read at [1]. These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", [1, 2, 3]);
        await AssertError(422, "\"image\" can't be read at [1]. The image is blank: no ink stands out from the paper. Draw a digit and send it again.",
            Drawing.Of(""));
        await AssertError(413, "\"image\" can't be read at [1]. The image has 100,001 bytes; the limit is 100,000.", new byte[100_001]);

        Task AssertError(int status, string error, byte[] second) =>
            TensorRequest.AssertError(api, status, error, TensorRequest.Body("image", "[2]", "BYTES", Files(Drawing.Of(3), second), Numbers));
    }

    [Theory]
    [InlineData("[1]", "", 1)]
    [InlineData("[1]", "000000", 1)]
    [InlineData("[1]", "05000000AABBCCDD", 1)]
    [InlineData("[1]", "FFFFFFFFAABBCCDD", 1)]
    [InlineData("[1]", "FCFFFFFFAABBCCDD", 1)]
    [InlineData("[1]", "04000000AABBCCDDEE", 1)]
    [InlineData("[3]", "0000000000000000", 3)]
    public Task Lengths_that_do_not_fit_the_bytes_are_refused(string shape, string bytes, int count) => TensorRequest.AssertError(api, 400,
        $"The bytes of \"image\" aren't {count} files, each behind its length in four bytes, as its shape says. Send as many as the shape says.",
        TensorRequest.Body("image", shape, "BYTES", Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("[1,1]", "BYTES", "[]", "\"image\" has the shape [1, 1]. Send [N] with N from 1 to 256.")]
    [InlineData("[257]", "BYTES", "[]", "\"image\" has the shape [257]. Send [N] with N from 1 to 256.")]
    [InlineData("[1]", "UINT8", "[1]", "\"image\" has the datatype UINT8. Send BYTES: image files as they are, in JSON in base64.")]
    [InlineData("[2]", "BYTES", """["aa"]""", "\"image\" has 1 texts, but its shape says 2. Send as many as the shape says.")]
    [InlineData("[1]", "BYTES", """["?"]""",
        "\"image\" can't be read at [0]. \"image\" is neither base64 nor a base64 data URL. Encode the bytes of an image file.")]
    [InlineData("[1]", "BYTES", "[1]", "The JSON can't be read at $.inputs[0].data. " + InferTests.Malformed)]
    [InlineData("[1]", "BYTES", """["\ud800"]""", "The JSON can't be read at $.inputs[0].data. " + InferTests.Malformed)]
    public Task What_is_no_tensor_of_pictures_is_refused(string shape, string datatype, string data, string error) => TensorRequest.AssertError(api, 400, error,
        Api.Json($$"""{"inputs":[{"name":"image","shape":{{shape}},"datatype":"{{datatype}}","data":{{data}}}]}"""));

    private static byte[] Files(params byte[][] files) => [.. files.SelectMany(file => BitConverter.GetBytes(file.Length).Concat(file))];

    private static IEnumerable<string> Texts(JsonElement numbers) => numbers.EnumerateArray().Select(number => number.GetRawText());
}
