using System.Net.Http.Headers;
using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Ink;
using Xunit;

namespace MnistApi.Tests.Predict;

public class BatchTests(Api api)
{
    [Fact]
    public async Task A_form_of_files_is_answered_in_order()
    {
        var answers = await Answers(Form([.. Enumerable.Range(0, 10).Select(digit => Drawing.Of(digit))]));

        Assert.Equal(Enumerable.Range(0, 10), answers.Select(answer => answer.GetProperty("prediction").GetProperty("digit").GetInt32()));
    }

    [Fact]
    public async Task An_array_of_json_is_answered_in_order()
    {
        var pixels = DigitFraming.Frame(InkImage.Decode(Drawing.Of(5)))!.Pixels.ToArray().Select(ink => (int)ink);

        var answers = await Answers(Api.Json($$"""[{{Image(Drawing.Of(3))}},{"pixels":{{JsonSerializer.Serialize(pixels)}}}]"""));

        Assert.Equal([3, 5], answers.Select(answer => answer.GetProperty("prediction").GetProperty("digit").GetInt32()));
    }

    [Fact]
    public async Task Each_answer_is_that_of_predict()
    {
        var single = await api.Predict(Api.Form(Drawing.Of(3)), "?explain=true");

        var batch = (await Answers(Form(Drawing.Of(8), Drawing.Of(3)), "?explain=true"))[1].GetProperty("prediction");

        var step = Assert.Single(batch.GetProperty("explanation").GetProperty("steps").EnumerateArray());
        Assert.Equal(single.GetProperty("explanation").GetProperty("steps")[2].GetRawText(), step.GetRawText());
        Assert.Equal(["steps"], batch.GetProperty("explanation").EnumerateObject().Select(member => member.Name)); // the rest would take a full batch seconds
        Assert.Equal(single.GetProperty("model").GetString(), batch.GetProperty("model").GetString());
        Assert.All(single.GetProperty("probabilities").EnumerateArray().Zip(batch.GetProperty("probabilities").EnumerateArray()),
            pair => Assert.Equal(pair.First.GetDouble(), pair.Second.GetDouble(), 1e-6));
    }

    [Fact]
    public async Task A_picture_that_can_not_be_read_has_a_problem_in_its_place()
    {
        var answers = await Answers(Api.Json(
            $$"""[{"image":7},{{Image(Drawing.Of(3))}},{},null,4,{"image":"?"},{"pixels":[1]},{{Image("text"u8.ToArray())}},{{Image(Drawing.Blank())}},{{Image(Drawing.Blank(1001, 1000))}},{{Image(Drawing.Of(4))}}]"""));

        Assert.Equal(
            [
                """400 The JSON can't be read at $.image. Send {"image": "<base64 or data URL>"} or {"pixels": [784 numbers from 0 to 255]}.""",
                "3",
                """400 The JSON has neither or both of "image" and "pixels". Send one of them.""",
                """400 The JSON has neither or both of "image" and "pixels". Send one of them.""",
                """400 The JSON can't be read at $. Send {"image": "<base64 or data URL>"} or {"pixels": [784 numbers from 0 to 255]}.""",
                """400 "image" is neither base64 nor a base64 data URL. Encode the bytes of an image file.""",
                """400 "pixels" isn't 784 numbers from 0 to 255. Send 28 rows of 28, 0 for paper and 255 for ink.""",
                "400 These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.",
                "422 The image is blank: no ink stands out from the paper. Draw a digit and send it again.",
                "413 The image has 1,001×1,000 pixels; the limit is 1,000,000 pixels in all.",
                "4",
            ],
            answers.Select(answer => answer.TryGetProperty("problem", out var problem)
                ? $"{problem.GetProperty("status")} {problem.GetProperty("detail")}"
                : answer.GetProperty("prediction").GetProperty("digit").GetRawText()));
    }

    [Fact]
    public async Task A_batch_of_problems_alone_is_answered_too() =>
        Assert.Equal(400, (await Answers(Form("text"u8.ToArray())))[0].GetProperty("problem").GetProperty("status").GetInt32());

    [Fact]
    public async Task An_empty_array_has_no_answers() => Assert.Empty(await Answers(Api.Json("[]")));

    [Fact]
    public async Task As_many_as_256_pictures_are_answered() =>
        Assert.Equal(256, (await Answers(Form([.. Enumerable.Repeat("text"u8.ToArray(), 256)]))).Length);

    [Fact]
    public async Task More_than_256_pictures_are_refused()
    {
        const string detail = "The batch has more than 256 pictures. Send several batches.";

        await api.AssertProblem(413, detail, "/predict/batch", Form([.. Enumerable.Repeat("text"u8.ToArray(), 257)]));
        await api.AssertProblem(413, detail, "/predict/batch", Api.Json($"[{string.Join(',', Enumerable.Repeat("{}", 257))}]"));
    }

    [Fact]
    public Task A_form_without_the_files_is_refused() =>
        api.AssertProblem(400, "The form has no file field 'image'. Send each picture under that name.", "/predict/batch", Api.Form(Drawing.Of(3), "picture"));

    [Theory]
    [InlineData("""{"image":"iVBORw0KGgo="}""", "$")]
    [InlineData("""[{"image":"iVBORw0KGgo="}""", "$[1]")]
    public Task Malformed_json_is_refused_as_a_whole(string json, string place) => api.AssertProblem(400,
        $$"""The JSON can't be read at {{place}}. Send an array of {"image": "<base64 or data URL>"} or {"pixels": [784 numbers from 0 to 255]}.""",
            "/predict/batch", Api.Json(json));

    [Fact]
    public Task Another_content_type_is_refused() => api.AssertProblem(415,
        "This Content-Type isn't read here. Send a form (multipart/form-data) with several files under the name 'image', or application/json.",
        "/predict/batch", Api.Raw(Drawing.Of(3)));

    private async Task<JsonElement[]> Answers(HttpContent body, string query = "")
    {
        using var response = await api.Send(HttpMethod.Post, "/predict/batch" + query, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("answers").EnumerateArray()];
    }

    private static MultipartFormDataContent Form(params byte[][] images)
    {
        var form = new MultipartFormDataContent();
        foreach (var image in images)
            form.Add(new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, "image", "drawing.png");
        return form;
    }

    private static string Image(byte[] bytes) => $$"""{"image":"{{Convert.ToBase64String(bytes)}}"}""";
}
