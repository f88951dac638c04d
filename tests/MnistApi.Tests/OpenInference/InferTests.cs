using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Ink;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>The Open Inference Protocol V2 (https://github.com/kserve/open-inference-protocol), field by field as its REST document has it.</summary>
public class InferTests(Api api)
{
    public const string Malformed = "Send {\"inputs\": [{\"name\": \"pixels\", \"shape\": [N, 1, 28, 28], \"datatype\": \"FP32\", \"data\": [numbers]}]}.";

    [Fact]
    public async Task The_server_says_what_it_is() => Assert.Equal(
        """{"name":"mnist-service","version":"1.0.0","extensions":["binary_tensor_data","classification","parameters","statistics"]}""",
        (await api.Get("/v2")).GetRawText());

    [Fact]
    public async Task The_server_says_how_it_is()
    {
        Assert.Equal("""{"live":true}""", (await api.Get("/v2/health/live")).GetRawText());
        Assert.Equal("""{"ready":true}""", (await api.Get("/v2/health/ready")).GetRawText());
    }

    [Fact]
    public async Task The_model_says_what_it_takes_and_gives()
    {
        var version = await Version();

        var model = (await api.Get("/v2/models/mnist")).GetRawText();

        Assert.StartsWith(
            $$"""{"name":"mnist","versions":["{{version}}"],"platform":"onnx_onnxv1","inputs":""" +
            """[{"name":"pixels","datatype":"FP32","shape":[-1,1,28,28]},{"name":"image","datatype":"BYTES","shape":[-1]}]""" +
            ""","outputs":[{"name":"probabilities","datatype":"FP32","shape":[-1,10]}""",
            model, StringComparison.Ordinal);
        Assert.Equal(model, (await api.Get($"/v2/models/mnist/versions/{version}")).GetRawText());
        Assert.Equal("""{"name":"mnist","ready":true}""", (await api.Get("/v2/models/mnist/ready")).GetRawText());
        Assert.Equal("""{"name":"mnist","ready":true}""", (await api.Get($"/v2/models/mnist/versions/{version}/ready")).GetRawText());
    }

    [Theory]
    [InlineData("FP32", 255f)]
    [InlineData("UINT8", 1f)]
    public async Task A_tensor_gets_the_probabilities_that_predict_gives(string datatype, float divisor)
    {
        var expected = (await api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("probabilities");

        var answer = await Infer(
            $$"""{"id":"seven","inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"{{datatype}}","data":{{Pixels(3, divisor)}}}]}""");

        Assert.Equal(["model_name", "model_version", "id", "outputs"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("mnist", await Version(), "seven"),
            (answer.GetProperty("model_name").GetString(), answer.GetProperty("model_version").GetString(), answer.GetProperty("id").GetString()));
        var output = answer.GetProperty("outputs")[0];
        Assert.Equal("""probabilities FP32 [1,10]""",
            $"{output.GetProperty("name")} {output.GetProperty("datatype")} {output.GetProperty("shape").GetRawText()}");
        Assert.Equal(expected.GetRawText(), output.GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Nested_data_of_several_images_is_read_in_row_order()
    {
        string Nested(int digit)
        {
            var rows = JsonSerializer.Deserialize<float[]>(Pixels(digit, 255))!.Chunk(28);
            return $"[[{string.Join(',', rows.Select(row => JsonSerializer.Serialize(row)))}]]";
        }

        var answer = await Infer($$"""{"inputs":[{"name":"pixels","shape":[2,1,28,28],"datatype":"FP32","data":[{{Nested(3)}},{{Nested(8)}}] }]}""",
            $"/versions/{await Version()}");

        var output = answer.GetProperty("outputs")[0];
        Assert.Equal("[2,10]", output.GetProperty("shape").GetRawText());
        Assert.Equal([3, 8], output.GetProperty("data").EnumerateArray().Select(p => p.GetSingle()).Chunk(10).Select(row => Array.IndexOf(row, row.Max())));
        Assert.False(answer.TryGetProperty("id", out _));
    }

    [Fact]
    public async Task Parameters_and_outputs_that_clients_send_are_taken()
    {
        var answer = await Infer($$"""
            {"id":"","parameters":{"binary_data_output":true},
            "inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","parameters":{},"data":{{Pixels(3, 1)}}}],
            "outputs":[{"name":"probabilities","parameters":{"binary_data":false} }]}
            """);

        Assert.Equal("", answer.GetProperty("id").GetString());
    }

    [Theory]
    [InlineData(""","parameters":{"priority":1}""", "$.parameters.priority")]
    [InlineData(""","parameters":{"binary_data_output":"yes"}""", "$.parameters.binary_data_output")]
    [InlineData(""","outputs":[{"name":"probabilities","parameters":{"shared_memory_region":"a"} }]""", "$.outputs[0].parameters.shared_memory_region")]
    [InlineData(""","outputs":[{"name":"probabilities","parameters":{"classification":99999999999} }]""", "$.outputs[0].parameters.classification")]
    public Task A_parameter_that_is_not_known_or_not_of_its_type_is_refused_by_its_name(string rest, string name) => AssertError(400,
        name + " isn't known here, or its value isn't of its type. Known are \"binary_data_output\" (true or false) of a request, \"binary_data_size\" " +
        "(a number) of an input, and \"binary_data\" (true or false) and \"classification\" (a number) of an output.", "/v2/models/mnist/infer",
        Api.Json($$"""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","data":{{Pixels(3, 1)}} }]{{rest}} }"""));

    [Theory]
    [InlineData(null)]
    [InlineData("application/octet-stream")]
    [InlineData("application/json; charset=utf-8")]
    public async Task JSON_needs_no_Content_Type(string? type)
    {
        var body = Api.Raw(Encoding.UTF8.GetBytes(
            $$"""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","data":{{Pixels(3, 1)}}}]}"""), null);
        body.Headers.TryAddWithoutValidation("Content-Type", type);

        using var response = await api.Send(HttpMethod.Post, "/v2/models/mnist/infer", body);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("{}", "\"inputs\" isn't one tensor with a name, a shape and a datatype. Send \"pixels\" or \"image\".")]
    [InlineData("""{"inputs":[null]}""",
        "\"inputs\" isn't one tensor with a name, a shape and a datatype. Send \"pixels\" or \"image\".")]
    [InlineData("""{"inputs":[{"name":"x","shape":[1,1,28,28],"datatype":"FP32","data":[]}]}""",
        "\"inputs\" has \"x\", which the model doesn't take. Send \"pixels\" or \"image\".")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"BOOL","data":[]}]}""",
        "\"pixels\" has the datatype BOOL. Send FP16, BF16, FP32, FP64, INT8 to INT64, or UINT8 to UINT64.")]
    [InlineData("""{"inputs":[1,1,1]}""", "The JSON can't be read at $.inputs[0]. " + Malformed)]
    [InlineData("""{"inputs":[{},{},{},{},{},{},{},{},{}]}""", "The JSON can't be read at $.inputs[8]. " + Malformed)]
    [InlineData("""{"inputs":[{"shape":[1,1,1,1,1,1,1,1,1]}]}""", "The JSON can't be read at $.inputs[0].shape[8]. " + Malformed)]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,784],"datatype":"FP32","data":[]}]}""",
        "\"pixels\" has the shape [1, 784]. Send [N, 1, 28, 28] with N from 1 to 256.")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[257,1,28,28],"datatype":"FP32","data":[]}]}""",
        "\"pixels\" has the shape [257, 1, 28, 28]. Send [N, 1, 28, 28] with N from 1 to 256.")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"FP32","data":[1,2]}]}""",
        "\"pixels\" has 2 numbers, but its shape says 784. Send as many as the shape says.")]
    [InlineData("""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"FP32","data":[1,"2"]}]}""",
        "The JSON can't be read at $.inputs[0].data. " + Malformed)]
    [InlineData("""{"inputs":""", "The JSON can't be read at $.inputs. " + Malformed)]
    public Task What_the_model_does_not_take_is_refused(string json, string error) => AssertError(400, error, "/v2/models/mnist/infer", Api.Json(json));

    [Fact]
    public async Task Numbers_outside_of_the_range_of_their_datatype_are_refused()
    {
        string Request(string datatype, string first) => $$"""
            {"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"{{datatype}}","data":[{{first}}{{string.Concat(Enumerable.Repeat(",0", 783))}}]}]}
            """;

        foreach (var number in (string[])["255", "1.01", "-0.1", "1e300"])
            await AssertError(400, "\"pixels\" of FP32 has numbers that aren't from 0 to 1. Send 0 for paper and 1 for full ink.", "/v2/models/mnist/infer",
                Api.Json(Request("FP32", number)));
        foreach (var number in (string[])["256", "0.5", "-1", "1e300"])
            await AssertError(400, "\"pixels\" of UINT8 has numbers that aren't whole and from 0 to 255. Send 0 for paper and 255 for full ink.",
                "/v2/models/mnist/infer", Api.Json(Request("UINT8", number)));
    }

    [Fact]
    public async Task An_output_that_the_model_does_not_give_is_refused()
    {
        await AssertRefused("""{"name":"logits"}""",
            $"\"outputs\" asks for \"logits\", which the model doesn't give. Ask for {string.Join(" or ", await Outputs())}, or leave it out.");
        await AssertRefused("""{"name":"digit"},{"name":"digit"}""", "\"outputs\" asks for \"digit\" twice. Ask for it once.");
        await AssertRefused("""{"name":"probabilities","parameters":{"classification":0}}""",
            "\"outputs\" asks for 0 classes of \"probabilities\". Ask for 1 to 10.");

        Task AssertRefused(string outputs, string error) => AssertError(400, error, "/v2/models/mnist/infer",
            Api.Json($$"""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","data":{{Pixels(3, 1)}} }],"outputs":[{{outputs}}]}"""));
    }

    [Fact]
    public async Task An_unknown_model_or_version_is_not_found()
    {
        var version = await Version();
        string Error(string model, string asked) => $"There is no model '{model}' of version '{asked}'. This service has 'mnist' of version '{version}'.";

        await AssertError(404, Error("cats", version), "/v2/models/cats");
        await AssertError(404, Error("cats", version), "/v2/models/cats/ready");
        await AssertError(404, Error("mnist", "1"), "/v2/models/mnist/versions/1");
        await AssertError(404, Error("mnist", "1"), "/v2/models/mnist/versions/1/infer", Api.Json("{}"));
    }

    [Fact]
    public async Task Every_error_below_v2_is_one_of_the_protocol()
    {
        await AssertError(404, "There is nothing at /v2/models. /swagger lists what this service answers.", "/v2/models");
        await AssertError(405, "/v2/models/mnist/infer doesn't take GET. Use POST.", "/v2/models/mnist/infer");
        await AssertError(413, "The request is too large; the limit for an image is 100,000 bytes. Send a smaller one.", "/v2/models/mnist/infer",
            Api.Json(new string(' ', 300_000)));
        await AssertError(415, "This Content-Type isn't read here. Send application/json, or application/octet-stream for binary tensors.",
            "/v2/models/mnist/infer", Api.Raw([0], "text/plain"));
        await AssertError(415, "The charset of this Content-Type isn't known here. Send JSON in UTF-8.", "/v2/models/mnist/infer",
            new StringContent("{}", Encoding.Unicode, "application/json"));
    }

    private static string Pixels(int digit, float divisor) =>
        JsonSerializer.Serialize(DigitFraming.Frame(InkImage.Decode(Drawing.Of(digit)))!.Pixels.ToArray().Select(ink => ink / divisor));

    // in quotation marks
    private async Task<IEnumerable<string>> Outputs() =>
        (await api.Get("/v2/models/mnist")).GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetRawText());

    private async Task<string> Version() => (await api.Get("/model")).GetProperty("version").GetString()!;

    private async Task<JsonElement> Infer(string json, string version = "")
    {
        using var response = await api.Send(HttpMethod.Post, $"/v2/models/mnist{version}/infer", Api.Json(json));
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task AssertError(int status, string error, string path, HttpContent? body = null)
    {
        using var response = await api.Send(body is null ? HttpMethod.Get : HttpMethod.Post, path, body);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(error, JsonDocument.Parse(text).RootElement.GetProperty("error").GetString());
        Assert.Single(JsonDocument.Parse(text).RootElement.EnumerateObject());
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(new MediaTypeHeaderValue("application/json", "utf-8"), response.Content.Headers.ContentType);
    }
}
