using Xunit;

namespace MnistApi.Tests.Hosting;

public class ProblemTests(Api api)
{
    [Theory]
    [InlineData("7")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("")]
    public async Task Rejects_a_body_that_is_not_an_image(string text)
    {
        var body = System.Text.Encoding.UTF8.GetBytes(text);

        await api.AssertProblem(400, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", "/predict", Api.Raw(body));
        await api.AssertProblem(400, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", "/predict", Api.Form(body));
        await api.AssertProblem(400, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", "/predict",
            Api.Json($$"""{"image":"{{Convert.ToBase64String(body)}}"}"""));
    }

    [Fact]
    public Task Rejects_a_damaged_image() =>
        api.AssertProblem(400, "The Png image is damaged or cut off (IncompleteInput). Save it again and resend it.", "/predict",
            Api.Raw(Drawing.Of(3)[..200]));

    [Fact]
    public async Task Rejects_a_blank_image()
    {
        const string detail = "The image is blank: no ink stands out from the paper. Draw a digit and send it again.";

        await api.AssertProblem(422, detail, "/predict", Api.Form(Drawing.Blank()));
        await api.AssertProblem(422, detail, "/predict", Api.Json($$"""{"pixels":[{{string.Join(',', Enumerable.Repeat(0, 784))}}]}"""));
    }

    [Fact]
    public Task Rejects_more_bytes_than_an_image_may_have() =>
        api.AssertProblem(413, "The image has 100,001 bytes; the limit is 100,000.", "/predict", Api.Form(new byte[Api.MaxBytes + 1]));

    [Fact]
    public Task Rejects_more_pixels_than_an_image_may_have() =>
        api.AssertProblem(413, "The image has 1,001×1,000 pixels; the limit is 1,000,000 pixels in all.", "/predict", Api.Form(Drawing.Blank(1001, 1000)));

    [Fact]
    public async Task Rejects_a_request_larger_than_any_image_while_it_arrives()
    {
        const string detail = "The request is too large; the limit for an image is 100,000 bytes. Send a smaller one.";
        var body = new byte[Api.MaxBytes * 2];

        await api.AssertProblem(413, detail, "/predict", Api.Form(body));
        await api.AssertProblem(413, detail, "/predict", Api.Raw(body));
        await api.AssertProblem(413, detail, "/predict", Api.Json($$"""{"image":"{{Convert.ToBase64String(body)}}"}"""));
    }

    [Fact]
    public async Task Reads_a_request_of_base64_as_large_as_the_largest_image()
    {
        byte[] image = [.. Drawing.Of(3), .. new byte[Api.MaxBytes]];

        var answer = await api.Predict(Api.Json($$"""{"image":"{{Convert.ToBase64String(image[..Api.MaxBytes])}}"}"""));

        Assert.Equal(3, answer.GetProperty("digit").GetInt32());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public Task Rejects_a_content_type_that_it_does_not_read(string mediaType) => api.AssertProblem(415,
        "This Content-Type isn't read here. Send a form (multipart/form-data) with a file field 'image', " +
        "the image itself (image/* or application/octet-stream), or application/json.", "/predict", Api.Raw(Drawing.Of(3), mediaType));

    [Fact]
    public Task Rejects_a_form_without_the_field() =>
        api.AssertProblem(400, "The form has no file field 'image'. Send the picture under that name.", "/predict", Api.Form(Drawing.Of(3), "picture"));

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\ncut off")]
    [InlineData("multipart/form-data", "no boundary")]
    [InlineData("application/json", "")]
    [InlineData("application/json", "null")]
    public Task Rejects_a_body_that_is_not_what_its_content_type_says(string mediaType, string text) =>
        api.AssertProblem(400, "The request is incomplete or can't be read. /swagger shows what to send.", "/predict",
            new StringContent(text) { Headers = { ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(mediaType) } });

    [Theory]
    [InlineData("""{"image":""", "$.image")]
    [InlineData("""{"image":7}""", "$.image")]
    [InlineData("""{"pixels":[0,"x"]}""", "$.pixels[1]")]
    [InlineData("""{"pixels":7}""", "$.pixels")]
    [InlineData("digit", "$")]
    public Task Rejects_malformed_json_and_says_where(string json, string place) => api.AssertProblem(400,
        $$"""The JSON can't be read at {{place}}. Send {"image": "<base64 or data URL>"} or {"pixels": [784 numbers from 0 to 255]}.""",
            "/predict", Api.Json(json));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"img":"iVBORw0KGgo="}""")]
    [InlineData("""{"image":null,"pixels":null}""")]
    [InlineData("""{"image":"iVBORw0KGgo=","pixels":[]}""")]
    public Task Rejects_json_with_neither_or_both_members(string json) =>
        api.AssertProblem(400, "The JSON has neither or both of \"image\" and \"pixels\". Send one of them.", "/predict", Api.Json(json));

    [Theory]
    [InlineData("a picture of a 3!")]
    [InlineData("data:image/png,%89PNG")]
    [InlineData("data:image/png;base64")]
    public Task Rejects_text_that_is_not_base64(string text) => api.AssertProblem(400,
        "\"image\" is neither base64 nor a base64 data URL. Encode the bytes of an image file.", "/predict", Api.Json($$"""{"image":"{{text}}"}"""));

    [Theory]
    [InlineData(0, "255")]
    [InlineData(783, "255")]
    [InlineData(785, "255")]
    [InlineData(784, "256")]
    [InlineData(784, "-1")]
    [InlineData(784, "1e300")]
    public Task Rejects_pixels_of_another_number_or_range(int count, string level) => api.AssertProblem(400,
        "\"pixels\" isn't 784 numbers from 0 to 255. Send 28 rows of 28, 0 for paper and 255 for ink.", "/predict",
        Api.Json($$"""{"pixels":[{{string.Join(',', Enumerable.Repeat(level, count))}}]}"""));

    [Theory]
    [InlineData("/predict?explain=perhaps")]
    [InlineData("/predict/batch?explain=yes")]
    [InlineData("/read?explain=1")]
    [InlineData("/read?explain=true&explain=false")]
    public Task Rejects_a_query_that_it_can_not_read_and_names_the_parameter(string path) =>
        api.AssertProblem(400, "The parameter 'explain' is neither true nor false. Send explain=true, or leave it out.", path, Api.Form(Drawing.Of(3)));

    [Theory]
    [InlineData("0.5")]
    [InlineData("1")]
    public async Task Rejects_pixels_from_0_to_1_and_says_which_range_is_meant(string ink)
    {
        var pixels = $$"""{"pixels":[{{string.Join(',', Enumerable.Range(0, 784).Select(i => i % 28 == 14 ? ink : "0"))}}]}""";

        const string detail = "All of \"pixels\" are from 0 to 1, which would be blank. Send them from 0 for paper to 255 for ink: multiply by 255.";
        await api.AssertProblem(400, detail, "/predict", Api.Json(pixels));
        await api.AssertProblem(400, detail, "/read", Api.Json(pixels));
    }

    [Theory]
    [InlineData("/predict", "gzip")]
    [InlineData("/predict/batch", "br")]
    [InlineData("/read", "deflate, gzip")]
    public async Task Rejects_a_compressed_body_and_names_its_encoding(string path, string encoding)
    {
        var body = Api.Raw(Drawing.Of(3));
        body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);

        await api.AssertProblem(
            415, $"A body in Content-Encoding {encoding} isn't read here. Send it as it is, without that header; pictures gain nothing by " +
                "being compressed again.",
            path, body);
    }

    [Fact]
    public Task An_unknown_address_is_a_problem() =>
        api.AssertProblem(404, "There is nothing at /digits. /swagger lists what this service answers.", "/digits");

    [Fact]
    public Task A_wrong_method_is_a_problem() => api.AssertProblem(405, "/predict doesn't take GET. Use POST.", "/predict");
}
