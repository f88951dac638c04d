using System.Net;
using System.Text.Json;
using MnistApi.Tests.OpenInference;
using Xunit;

namespace MnistApi.Tests.Platforms;

/// <summary>What platforms that run containers ask for, as they ask.</summary>
public class PlatformTests(Api api)
{
    [Fact]
    public async Task SageMaker_pings_and_invokes()
    {
        using var ping = await api.Send(HttpMethod.Get, "/ping");
        using var picture = await api.Send(HttpMethod.Post, "/invocations", Api.Raw(Drawing.Of(3)));
        using var json = await api.Send(HttpMethod.Post, "/invocations", Api.Json($$"""{"image":"{{Convert.ToBase64String(Drawing.Of(7))}}"}"""));
        using var nothing = await api.Send(HttpMethod.Post, "/invocations", Api.Raw([]));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (ping.StatusCode, nothing.StatusCode));
        Assert.Equal((3, 7), ((await Body(picture)).GetProperty("digit").GetInt32(), (await Body(json)).GetProperty("digit").GetInt32()));
    }

    [Fact]
    public async Task Vertex_AI_names_the_routes_and_sends_instances()
    {
        await using var vertex = Api.With(("AIP_HEALTH_ROUTE", "/v1/endpoints/1/deployedModels/2"), ("AIP_PREDICT_ROUTE", "/predict")); // a name of ours
        var pixels = string.Join(',', TensorRequest.Levels(7));
        var instances = $$"""[{"image":"{{Convert.ToBase64String(Drawing.Of(3))}}"},{"pixels":[{{pixels}}]},{"pixels":[1]}]""";

        using var health = await vertex.Send(HttpMethod.Get, "/v1/endpoints/1/deployedModels/2");
        using var answer = await vertex.Send(HttpMethod.Post, "/predict", Api.Json($$"""{"instances":{{instances}}}"""));
        using var form = await vertex.Send(HttpMethod.Post, "/predict", Api.Form(Drawing.Of(3)));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.StatusCode, form.StatusCode));
        var predictions = (await Body(answer)).GetProperty("predictions").EnumerateArray().ToList();
        Assert.Equal([3, 7], predictions[..2].Select(prediction => prediction.GetProperty("digit").GetInt32()));
        Assert.Equal((3, 400), (predictions.Count, predictions[2].GetProperty("status").GetInt32()));
        foreach (var wrong in (string[])["{}", "[]", """{"instances":{}}""", """{"instances":null}"""])
        {
            using var refused = await vertex.Send(HttpMethod.Post, "/predict", Api.Json(wrong));
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Contains("Send {\"instances\": [", (await Body(refused)).GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    private static async Task<JsonElement> Body(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}
