using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.OpenInference;

/// <summary>
/// What was asked (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_statistics.md), and which model can be.
/// </summary>
public class StatisticsTests(Api api)
{
    [Fact]
    public async Task Requests_images_and_runs_of_the_network_are_counted()
    {
        await using var own = Api.With();
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var version = (await own.Get("/model")).GetProperty("version").GetString();
        var threes = TensorRequest.Levels(3);

        await TensorRequest.Infer(own, TensorRequest.Body("pixels", "[1,1,28,28]", "UINT8", threes));
        await TensorRequest.Infer(own, TensorRequest.Body("pixels", "[3,1,28,28]", "UINT8", [.. threes, .. threes, .. threes]));
        var picture = Convert.ToBase64String(Drawing.Of(3));
        await TensorRequest.Infer(own, Api.Json($$"""{"inputs":[{"name":"image","shape":[2],"datatype":"BYTES","data":["{{picture}}","{{picture}}"]}]}"""));
        foreach (var refused in (HttpContent[])[Api.Json("{}"), Api.Json("{"), Api.Raw([0], "text/plain")])
            (await own.Send(HttpMethod.Post, "/v2/models/mnist/infer", refused)).Dispose();
        (await own.Send(HttpMethod.Post, "/v2/models/cats/infer", Api.Json("{}"))).Dispose(); // another model's
        await own.Predict(Api.Form(Drawing.Of(3))); // another road

        var stats = Assert.Single((await own.Get("/v2/models/mnist/stats")).GetProperty("model_stats").EnumerateArray());
        Assert.Equal(("mnist", version), (stats.GetProperty("name").GetString(), stats.GetProperty("version").GetString()));
        Assert.InRange(stats.GetProperty("last_inference").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal((6, 4), (stats.GetProperty("inference_count").GetInt32(), stats.GetProperty("execution_count").GetInt32()));
        var requests = stats.GetProperty("inference_stats").EnumerateObject().ToDictionary(each => each.Name, each => each.Value);
        Assert.Equal(["success", "fail", "queue", "compute_input", "compute_infer", "compute_output", "cache_hit", "cache_miss"], requests.Keys);
        Assert.Equal([3, 3, 3, 3, 3, 3, 0, 0], requests.Values.Select(each => each.GetProperty("count").GetInt32()));
        Assert.Equal(Ns(requests["success"]),
            Ns(requests["queue"]) + Ns(requests["compute_input"]) + Ns(requests["compute_infer"]) + Ns(requests["compute_output"]));
        Assert.All((string[])["fail", "compute_input", "compute_infer", "compute_output"], each => Assert.True(Ns(requests[each]) > 0, each));
        var batches = stats.GetProperty("batch_stats").EnumerateArray().ToList();
        Assert.Equal([(1, 3), (3, 1)],
            batches.Select(batch => (batch.GetProperty("batch_size").GetInt32(), batch.GetProperty("compute_infer").GetProperty("count").GetInt32())));
        Assert.Equal(Ns(requests["compute_infer"]), batches.Sum(batch => Ns(batch.GetProperty("compute_infer"))));

        Assert.Equal(stats.GetRawText(), (await own.Get("/v2/models/stats")).GetProperty("model_stats")[0].GetRawText());
        Assert.Equal(stats.GetRawText(), (await own.Get($"/v2/models/mnist/versions/{version}/stats")).GetProperty("model_stats")[0].GetRawText());

        static long Ns(JsonElement duration) => duration.GetProperty("ns").GetInt64();
    }

    [Fact]
    public async Task The_index_lists_the_model_that_serves()
    {
        using var response = await api.Send(HttpMethod.Post, "/v2/repository/index", new ByteArrayContent([]));

        var version = (await api.Get("/model")).GetProperty("version").GetString();
        Assert.Equal($$"""[{"name":"mnist","version":"{{version}}","state":"READY","reason":""}]""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("/v2/models/cats/stats", "cats", null)]
    [InlineData("/v2/models/mnist/versions/1/stats", "mnist", "1")]
    public async Task An_unknown_model_has_no_statistics(string path, string model, string? asked)
    {
        var version = (await api.Get("/model")).GetProperty("version").GetString();

        using var response = await api.Send(HttpMethod.Get, path);

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Equal($$"""{"error":"There is no model '{{model}}' of version '{{asked ?? version}}'. This service has 'mnist' of version '{{version}}'."}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
