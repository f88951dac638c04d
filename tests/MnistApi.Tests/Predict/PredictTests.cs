using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Ink;
using SkiaSharp;
using Xunit;

namespace MnistApi.Tests.Predict;

public class PredictTests(Api api)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Recognises_a_drawn_digit(int digit)
    {
        var answer = await api.Predict(Api.Form(Drawing.Of(digit)));

        Assert.Equal(digit, answer.GetProperty("digit").GetInt32());
    }

    [Fact]
    public async Task The_answer_is_the_digit_its_confidence_ten_probabilities_and_the_model()
    {
        var answer = await api.Predict(Api.Form(Drawing.Of(7)));

        var probabilities = Probabilities(answer);
        Assert.Equal(["isDigit", "digit", "candidates", "confidence", "probabilities", "model"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(10, probabilities.Length);
        Assert.Equal(1, probabilities.Sum(), 1e-5);
        Assert.Equal(probabilities.Max(), answer.GetProperty("confidence").GetSingle());
        Assert.Equal(probabilities.Max(), probabilities[answer.GetProperty("digit").GetInt32()]);
        Assert.Equal((await api.Get("/model")).GetProperty("version").GetString(), answer.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("/predict")]
    [InlineData("/predict?explain=true")]
    [InlineData("/predict/batch")]
    [InlineData("/read")]
    public async Task The_answer_goes_out_in_one_piece(string path)
    {
        using var answer = await api.Send(HttpMethod.Post, path, Api.Form(Drawing.Of(7)));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.NotEqual(true, answer.Headers.TransferEncodingChunked);
    }

    [Fact]
    public async Task A_digit_is_taken_for_one_without_a_reason()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(digit => api.Predict(Api.Form(Drawing.Of(digit)))));

        Assert.All(answers, answer => Assert.True(answer.GetProperty("isDigit").GetBoolean()));
        Assert.All(answers, answer => Assert.False(answer.TryGetProperty("reason", out _)));
    }

    [Theory]
    [InlineData(Drawing.Scribble)]
    [InlineData(Drawing.LetterM)]
    public async Task A_scribble_is_not_taken_for_a_digit_and_the_answer_says_why(string strokes)
    {
        var answer = await api.Predict(Api.Form(Drawing.Of(strokes)), "?explain=true");

        Assert.Equal(["isDigit", "reason", "digit", "candidates", "confidence", "probabilities", "model", "explanation"],
            answer.EnumerateObject().Select(member => member.Name));
        Assert.False(answer.GetProperty("isDigit").GetBoolean());
        Assert.Matches(@"^It doesn't look like a digit: the network puts the chance that it is one at \d+\.\d %, and \d+\.\d % are needed\.$",
            answer.GetProperty("reason").GetString());
        Assert.Equal(1, Probabilities(answer).Sum(), 1e-5); // what it would be if it were one
    }

    [Fact]
    public async Task Every_form_of_body_gets_the_same_answer()
    {
        var png = Drawing.Of(3);
        var base64 = Convert.ToBase64String(png);
        var expected = (await api.Predict(Api.Form(png))).GetRawText();

        Assert.Equal(expected, (await api.Predict(Api.Raw(png))).GetRawText());
        Assert.Equal(expected, (await api.Predict(Api.Raw(png, "application/octet-stream"))).GetRawText());
        Assert.Equal(expected, (await api.Predict(Api.Raw(png, mediaType: null))).GetRawText());
        Assert.Equal(expected, (await api.Predict(Api.Json($$"""{"image":"{{base64}}"}"""))).GetRawText());
        Assert.Equal(expected, (await api.Predict(Api.Json($$"""{"image":"data:image/png;base64,{{base64}}"}"""))).GetRawText());

        var base64Url = Base64Url.EncodeToString([.. png, 0xFB, 0xFF]); // nobody reads behind the image's end
        Assert.Contains('-', base64Url);
        Assert.Contains('_', base64Url);
        Assert.Equal(expected, (await api.Predict(Api.Json($$"""{"image":"{{base64Url}}"}"""))).GetRawText());
        Assert.Equal(expected, (await api.Predict(new StringContent($$"""{"image":"{{base64}}"}""")
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse("application/json; charset=\"utf-8\"") },
        })).GetRawText());
        Assert.Equal(expected, (await api.Predict(new ByteArrayContent(png) { Headers = { ContentEncoding = { "identity" } } })).GetRawText());
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public async Task The_format_is_told_by_content_whatever_the_label_says(SKEncodedImageFormat format)
    {
        var answer = await api.Predict(Api.Raw(Drawing.Of(7, format), "image/png"));

        Assert.Equal(7, answer.GetProperty("digit").GetInt32());
    }

    [Fact]
    public async Task Pixels_are_taken_as_already_framed()
    {
        var drawing = Drawing.Of(5);
        var pixels = DigitFraming.Frame(InkImage.Decode(drawing))!.Pixels.ToArray().Select(ink => (int)ink);

        var answer = await api.Predict(Api.Json($$"""{"pixels":{{JsonSerializer.Serialize(pixels)}}}"""));

        Assert.Equal((await api.Predict(Api.Form(drawing))).GetRawText(), answer.GetRawText());
    }

    [Fact]
    public async Task Fractions_of_a_grey_level_are_rounded()
    {
        string Pixels(string level) => $$"""{"pixels":[{{string.Join(',', Enumerable.Range(0, 784).Select(i => i % 28 == 14 ? level : "0"))}}]}""";

        var answer = await api.Predict(Api.Json(Pixels("199.6")), "?explain=true");

        Assert.Equal((await api.Predict(Api.Json(Pixels("200")), "?explain=true")).GetRawText(), answer.GetRawText());
    }

    [Theory]
    [InlineData("/predict")]
    [InlineData("/predict/batch")]
    public async Task The_answer_says_where_the_time_went(string path)
    {
        var clock = Stopwatch.StartNew();

        using var response = await api.Send(HttpMethod.Post, path, Api.Form(Drawing.Of(3)));

        var timing = Assert.Single(response.Headers.GetValues("Server-Timing"));
        var stages = timing.Split(", ").Select(stage => stage.Split(";dur=")).ToArray();
        Assert.Equal(["decode", "frame", "queue", "infer"], stages.Select(stage => stage[0]));
        var milliseconds = stages.Select(stage => double.Parse(stage[1], CultureInfo.InvariantCulture)).ToArray();
        Assert.All(milliseconds, spent => Assert.True(spent >= 0, timing));
        Assert.True(milliseconds[0] > 0 && milliseconds[3] > 0, timing); // neither decodes nor infers within half a microsecond
        Assert.InRange(milliseconds.Sum(), 0, clock.Elapsed.TotalMilliseconds + 0.002); // rounded four times
    }

    private static float[] Probabilities(JsonElement answer) => [.. answer.GetProperty("probabilities").EnumerateArray().Select(p => p.GetSingle())];
}
