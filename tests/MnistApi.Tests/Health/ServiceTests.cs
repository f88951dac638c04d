using System.Net;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.Health;

public class ServiceTests(Api api)
{
    [Fact]
    public async Task The_model_says_what_it_is()
    {
        var card = (await api.Get("/model")).GetProperty("card");

        Assert.Equal("mnist", card.GetProperty("name").GetString());
        Assert.InRange(card.GetProperty("testAccuracy").GetDouble(), 0.99, 0.9999); // too good is a bug
        Assert.Equal(10_000, card.GetProperty("confusionMatrix").EnumerateArray().SelectMany(row => row.EnumerateArray()).Sum(count => count.GetInt32()));
    }

    [Theory]
    [InlineData("/health/live", "live")]
    [InlineData("/health/ready", "ready")]
    public async Task Says_how_it_is(string path, string answer)
    {
        using var response = await api.Send(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/model")]
    [InlineData("/v2")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/mnist")]
    [InlineData("/v2/models/mnist/ready")]
    public async Task Head_is_answered_as_get_is_without_the_body(string path)
    {
        using var get = await api.Send(HttpMethod.Get, path);
        using var head = await api.Send(HttpMethod.Head, path);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (get.StatusCode, head.StatusCode));
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Does_not_name_its_server()
    {
        using var response = await api.Send(HttpMethod.Get, "/health/live");

        Assert.Empty(response.Headers.Server);
    }

    [Fact]
    public async Task Swagger_page_is_served()
    {
        using var response = await api.Send(HttpMethod.Get, "/swagger/index.html");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("//", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_document_shows_each_form_of_body_with_a_file_to_pick()
    {
        var content = (await Predict()).GetProperty("requestBody").GetProperty("content");

        Assert.Equal("binary", content.GetProperty("multipart/form-data").GetProperty("schema").GetProperty("properties").GetProperty("image")
            .GetProperty("format").GetString());
        Assert.Equal("binary", content.GetProperty("image/png").GetProperty("schema").GetProperty("format").GetString());
        Assert.Equal("binary", content.GetProperty("application/octet-stream").GetProperty("schema").GetProperty("format").GetString());
        Assert.Equal("#/components/schemas/PredictRequest", content.GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
    }

    [Fact]
    public async Task OpenApi_examples_of_json_are_recognised()
    {
        var examples = (await Predict()).GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("examples");

        var answers = await Task.WhenAll(examples.EnumerateObject().Select(example => api.Predict(Api.Json(example.Value.GetProperty("value").GetRawText()))));
        Assert.Equal(1, answers[0].GetProperty("digit").GetInt32());
        Assert.Equal(answers[0].GetRawText(), answers[1].GetRawText()); // the same picture in both forms
    }

    [Theory]
    [InlineData("200", "application/json")]
    [InlineData("400", "application/problem+json")]
    [InlineData("413", "application/problem+json")]
    [InlineData("415", "application/problem+json")]
    [InlineData("422", "application/problem+json")]
    public async Task OpenApi_document_describes_each_answer_with_examples(string status, string mediaType)
    {
        var answer = (await Predict()).GetProperty("responses").GetProperty(status);

        Assert.NotEmpty(answer.GetProperty("description").GetString()!);
        var examples = answer.GetProperty("content").GetProperty(mediaType).GetProperty("examples").EnumerateObject().ToArray();
        Assert.NotEmpty(examples);
        if (mediaType is "application/problem+json")
            Assert.All(examples, example => Assert.Equal(status, example.Value.GetProperty("value").GetProperty("status").GetRawText()));
    }

    private async Task<JsonElement> Predict() =>
        (await api.Get("/swagger/v1/swagger.json")).GetProperty("paths").GetProperty("/predict").GetProperty("post");
}
