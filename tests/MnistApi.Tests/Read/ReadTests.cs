using System.Net;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.Read;

public class ReadTests(Api api)
{
    [Fact]
    public async Task Reads_a_row_of_digits_with_their_places()
    {
        var answer = await Read(Api.Form(Drawing.Row([2, 0, 2, 4])));

        Assert.Equal(["text", "written", "lines", "digits", "width", "height", "model"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal("2024", answer.GetProperty("text").GetString());
        Assert.Equal((4 * 280, 280), (answer.GetProperty("width").GetInt32(), answer.GetProperty("height").GetInt32()));
        var digits = answer.GetProperty("digits").EnumerateArray().ToList();
        Assert.Equal([2, 0, 2, 4], digits.Select(digit => digit.GetProperty("digit").GetInt32()));
        foreach (var (place, digit) in digits.Index())
        {
            Assert.Equal(["digit", "candidates", "confidence", "isDigit", "probabilities", "box", "line"],
                digit.EnumerateObject().Select(member => member.Name));
            Assert.True(digit.GetProperty("isDigit").GetBoolean());
            Assert.Equal(1, digit.GetProperty("probabilities").EnumerateArray().Sum(p => p.GetDouble()), 1e-5);
            var (left, right) = (digit.GetProperty("box").GetProperty("x").GetInt32(), digit.GetProperty("box").GetProperty("width").GetInt32());
            Assert.InRange(left, place * 280, place * 280 + 140);
            Assert.InRange(left + right, place * 280 + 140, place * 280 + 280);
            Assert.InRange(digit.GetProperty("box").GetProperty("height").GetInt32(), 150, 240);
        }
    }

    [Theory]
    [InlineData("a 3 that touches a 0",
        "M20 70C60 40 90 90 50 120C100 130 80 200 20 190M90 130C90 60 150 60 150 130C150 200 90 200 90 130M230 45L230 235", "301", "301")]
    [InlineData("a 7 that touches a 3", "M30 60L90 60L50 200M80 110C140 60 160 110 120 130C170 150 150 210 110 200M230 45L230 235", "731", "731")]
    [InlineData("a dot between digits", "M60 45L60 235M140 225L140 226M220 45L220 235", "11", "1.1")]
    [InlineData("a dash between digits", "M40 45L40 235M100 140L160 140M220 45L220 235", "11", "1-1")]
    public async Task Digits_that_touch_and_what_separates_them_are_read(string what, string strokes, string text, string written)
    {
        var answer = await Read(Api.Form(Drawing.Of(strokes)));

        Assert.Equal((what, text, written), (what, answer.GetProperty("text").GetString(), answer.GetProperty("written").GetString()));
        Assert.False(answer.TryGetProperty("warning", out _));
    }

    [Fact]
    public async Task What_cant_be_read_stands_as_a_question_mark_and_is_warned_of()
    {
        var answer = await Read(Api.Form(Drawing.Of("M120 60L30 60L30 200L120 200M30 130L100 130M230 45L230 235"))); // an E and a 1

        Assert.Equal("?1", answer.GetProperty("text").GetString());
        Assert.Equal("1 of 2 pieces of writing can't be read and stand as ? in the text: digits that touch, a dot, a dash, or no digit.",
            answer.GetProperty("warning").GetString());
    }

    [Fact]
    public async Task Several_rows_are_lines_from_above()
    {
        var answer = await Read(Api.Form(Drawing.Of("M60 30L60 120M120 30L120 120M90 160L90 250M150 160L150 250M210 160L210 250")));

        Assert.Equal("11\n111", answer.GetProperty("text").GetString());
        var lines = answer.GetProperty("lines").EnumerateArray().ToList();
        Assert.Equal(["11", "111"], lines.Select(line => line.GetProperty("text").GetString()));
        Assert.Equal(["text", "written", "confidence", "box"], lines[0].EnumerateObject().Select(member => member.Name));
        Assert.InRange(lines[0].GetProperty("confidence").GetDouble(), 0.5, 1);
        Assert.InRange(lines[1].GetProperty("box").GetProperty("y").GetInt32(), 140, 170);
        Assert.Equal([0, 0, 1, 1, 1], answer.GetProperty("digits").EnumerateArray().Select(digit => digit.GetProperty("line").GetInt32()));
    }

    [Theory]
    [InlineData("digits=4", "2024", true)]
    [InlineData("digits=5", "2024", false)]
    [InlineData("pattern=2(7|0)dd", "2024", true)]
    [InlineData("pattern=luhn", "2024", false)]
    [InlineData("pattern=date", "2024", false)]
    public async Task What_must_be_valid_is_said_to_be_or_not(string query, string text, bool valid)
    {
        using var response = await api.Send(HttpMethod.Post, $"/read?{query}", Api.Form(Drawing.Row([2, 0, 2, 4])));

        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal((query, text, valid), (query, answer.GetProperty("text").GetString(), answer.GetProperty("valid").GetBoolean()));
        Assert.Equal(valid, answer.GetProperty("lines")[0].GetProperty("valid").GetBoolean());
    }

    [Theory]
    [InlineData("digits=0", "The pattern 'd{0}' can't be read at character 2: a count is {n} or {n,m}, of 1 to 64 times at most.")]
    [InlineData("pattern=4x", "The pattern '4x' can't be read at character 2: 'x' is neither d, a digit, nor one of . , - / :.")]
    [InlineData("digits=4&pattern=luhn", "Ask by 'digits' or by 'pattern', not by both: d{5} is a pattern of five digits.")]
    public async Task A_pattern_that_cant_be_read_is_refused(string query, string detail) =>
        await api.AssertProblem(400, detail, $"/read?{query}", Api.Form(Drawing.Of(3)));

    [Fact]
    public async Task A_row_that_rises_is_one_row()
    {
        var answer = await Read(Api.Form(Drawing.Of("M40 190L40 260M90 150L90 220M140 110L140 180M190 70L190 140M240 30L240 100")));

        Assert.Equal("11111", answer.GetProperty("text").GetString());
        Assert.False(answer.TryGetProperty("warning", out _));
    }

    [Fact]
    public async Task One_digit_is_a_row_of_one_with_what_predict_answers()
    {
        var digit = (await Read(Api.Form(Drawing.Of(7)))).GetProperty("digits").EnumerateArray().Single();

        var prediction = await api.Predict(Api.Form(Drawing.Of(7)));

        Assert.Equal(prediction.GetProperty("probabilities").GetRawText(), digit.GetProperty("probabilities").GetRawText());
    }

    [Fact]
    public async Task Every_form_of_body_gets_the_same_answer()
    {
        var png = Drawing.Row([1, 9]);
        var expected = (await Read(Api.Form(png))).GetRawText();

        Assert.Equal(expected, (await Read(Api.Raw(png))).GetRawText());
        Assert.Equal(expected, (await Read(Api.Raw(png, mediaType: null))).GetRawText());
        Assert.Equal(expected, (await Read(Api.Json($$"""{"image":"{{Convert.ToBase64String(png)}}"}"""))).GetRawText());
    }

    [Fact]
    public async Task Explains_each_digit_as_predict_explains_one()
    {
        using var response = await api.Send(HttpMethod.Post, "/read?explain=true", Api.Form(Drawing.Row([4, 2])));

        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(["ink"], answer.GetProperty("lines")[0].GetProperty("explanation").GetProperty("steps").EnumerateArray()
            .Select(step => step.GetProperty("name").GetString()));
        foreach (var digit in answer.GetProperty("digits").EnumerateArray())
        {
            var explanation = digit.GetProperty("explanation");
            Assert.Equal(["crop", "input"], explanation.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()));
            Assert.Equal(digit.GetProperty("digit").GetInt32(), explanation.GetProperty("saliency").GetProperty("digit").GetInt32());
            Assert.NotEqual(digit.GetProperty("digit").GetInt32(), explanation.GetProperty("runnerUp").GetProperty("digit").GetInt32());
            Assert.Equal("conv1", explanation.GetProperty("layers")[0].GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task Predict_points_to_read_where_it_sees_several_digits()
    {
        var answer = await api.Predict(Api.Form(Drawing.Row([2, 0, 2, 4])));

        Assert.Equal("There seem to be 4 digits side by side, and they were taken for one. Send the picture to /read, which reads each.",
            answer.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task Predict_gives_no_hint_on_one_digit()
    {
        for (var digit = 0; digit < 10; digit++)
            Assert.False((await api.Predict(Api.Form(Drawing.Of(digit)))).TryGetProperty("hint", out _));
        // a 5 and its bar
        Assert.False((await api.Predict(Api.Form(Drawing.Of("M105 80L95 130C150 105 200 140 190 185C180 240 110 245 85 215 M110 45L195 45"))))
            .TryGetProperty("hint", out _));
    }

    [Fact]
    public async Task A_blank_picture_is_refused() =>
        await api.AssertProblem(422, "The image is blank: no ink stands out from the paper. Draw a digit and send it again.", "/read",
            Api.Form(Drawing.Blank()));

    [Fact]
    public async Task Bytes_that_are_no_image_are_refused() =>
        await api.AssertProblem(400, "These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.", "/read", Api.Raw("7"u8.ToArray()));

    [Fact]
    public async Task A_form_without_a_picture_is_refused() =>
        await api.AssertProblem(400, "The form has no file field 'image'. Send the picture under that name.", "/read",
            Api.Form(Drawing.Of(3), field: "picture"));

    [Fact]
    public async Task A_photo_of_twelve_megapixels_needs_no_more_than_150_MB()
    {
        var photo = Drawing.Photo(4000, 3000, 7);
        using var service = await RunningService.StartAsync();
        using var warmUp = await service.Client.PostAsync(new Uri("/read", UriKind.Relative), Api.Raw(Drawing.Of(3)), TestContext.Current.CancellationToken);
        var before = service.ResidentMemory;

        for (var i = 0; i < 5; i++)
        {
            using var response = await service.Client.PostAsync(new Uri("/read", UriKind.Relative), Api.Raw(photo), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            Assert.Equal("7", answer.GetProperty("text").GetString());
            Assert.Equal(4000, answer.GetProperty("width").GetInt32());
        }

        Assert.InRange(service.PeakResidentMemory - before, 0, 150_000_000);
    }

    private async Task<JsonElement> Read(HttpContent body)
    {
        using var response = await api.Send(HttpMethod.Post, "/read", body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
