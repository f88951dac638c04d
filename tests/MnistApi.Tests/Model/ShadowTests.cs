using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.RateLimiting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary>A second model beside the one that serves: the same network, which takes nothing for a digit.</summary>
public sealed class ShadowTests : IDisposable
{
    private const int NoDigit = 10;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-shadow-");
    private readonly byte[] _rejecting;
    private readonly Api _api;

    public ShadowTests(Api api)
    {
        var card = JsonNode.Parse(api.Get("/model").GetAwaiter().GetResult().GetProperty("card").GetRawText())!;
        _rejecting = ModelFile.WithCard(card, changed => (changed["version"], changed["rejectionThreshold"]) = ("2031.01.01-00000000", 1.01));
        File.WriteAllBytes(In("mnist.onnx"), ModelFile.Committed);
        File.WriteAllBytes(In("shadow.onnx"), _rejecting);
        _api = Api.With(
            ("Model:Path", In("mnist.onnx")), ("Model:ShadowPath", In("shadow.onnx")), ("Model:ShadowShare", "1"), ("Model:PollSeconds", "600"),
            ("Limits:Concurrency", "1"), ("Corrections:Enabled", "true"), ("Corrections:Connection", In("corrections.db")));
    }

    public void Dispose()
    {
        _api.Dispose();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_shadow_is_compared_by_digit_and_by_corrections()
    {
        await Eventually(async () => (await Shadow()).GetProperty("version").GetString() == "2031.01.01-00000000");
        foreach (var digit in new[] { 3, 3, 7 })
            Assert.Equal(digit, (await _api.Predict(Api.Form(Drawing.Of(digit)))).GetProperty("digit").GetInt32());
        for (var correction = 0; correction < 5; correction++)
        {
            using var body = new MultipartFormDataContent
            {
                { Api.Raw(Drawing.Of(3)), "image", "drawing.png" }, { new StringContent("3"), "label" }, { new StringContent("true"), "consent" },
            };
            using var response = await _api.Send(HttpMethod.Post, "/corrections", body);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }

        await Eventually(async () => (await Shadow()).GetProperty("corrections").GetProperty("servedOnly").GetInt64() == 5);

        var shadow = await Shadow();
        Assert.Equal((3, 0, 0), (Count(shadow, "compared"), Count(shadow, "same"), Count(shadow, "dropped")));
        Assert.Equal((2, 1), (shadow.GetProperty("answers")[3][NoDigit].GetInt64(), shadow.GetProperty("answers")[7][NoDigit].GetInt64()));
        Assert.Equal("""{"both":0,"servedOnly":5,"shadowOnly":0,"neither":0,"p":0.0625}""",
            JsonSerializer.Serialize(JsonNode.Parse(shadow.GetProperty("corrections").GetRawText())!.AsObject()
                .ToDictionary(member => member.Key, member => Math.Round((double)member.Value!, 12)))); // of 2⁵ tosses, the two that are all alike
        using var client = _api.CreateClient();
        var metrics = await Scrape.OfAsync(client);
        Assert.Equal((3, 5), (metrics.Sum("mnist_shadow_answers_total", "outcome", "other"), metrics.Sum("mnist_shadow_corrections_total", "right", "served")));
    }

    [Fact]
    public async Task While_requests_wait_the_shadow_is_dropped_first()
    {
        const int requests = 5, images = 64; // more than wait for the shadow
        await Eventually(async () => (await Shadow()).GetProperty("version").ValueKind == JsonValueKind.String);
        var zeros = string.Join(',', new int[images * 784]);
        var queue = _api.Services.GetRequiredService<ConcurrencyLimiter>();
        var place = queue.AttemptAcquire();
        var answers = Enumerable.Range(0, requests).Select(_ => _api.Send(HttpMethod.Post, "/v2/models/mnist/infer",
            Api.Json($$"""{"inputs":[{"name":"pixels","shape":[{{images}},1,28,28],"datatype":"UINT8","data":[{{zeros}}]}]}"""))).ToList();
        await Eventually(() => Task.FromResult(queue.GetStatistics()!.CurrentQueuedCount == requests));

        place.Dispose();

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await Eventually(async () => await Shadow() is var shadow && Count(shadow, "compared") + Count(shadow, "dropped") == requests * images);
        Assert.True(Count(await Shadow(), "dropped") > 0, "Nothing was dropped.");
    }

    [Fact]
    public async Task A_shadow_that_is_refused_disturbs_nobody_and_one_comes_and_goes_with_its_file()
    {
        ModelFile.Replace(In("shadow.onnx"), "no model"u8.ToArray());
        await Eventually(async () => (await Shadow()).GetProperty("lastFailedLoad") is { ValueKind: JsonValueKind.Object } failed
            && failed.GetProperty("reason").GetString()!.StartsWith($"'{In("shadow.onnx")}' is not an ONNX model", StringComparison.Ordinal));
        Assert.Equal(3, (await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("digit").GetInt32());

        ModelFile.Replace(In("shadow.onnx"), _rejecting);
        await Eventually(async () => (await Shadow()).GetProperty("sha256").GetString() == ModelFile.Sha256(_rejecting));

        File.Delete(In("shadow.onnx"));
        await Eventually(async () => (await Shadow()).GetProperty("sha256").ValueKind == JsonValueKind.Null);
    }

    [Fact]
    public async Task A_shadow_that_serves_is_rolled_back_by_renaming()
    {
        File.Copy(In("mnist.onnx"), In("before.onnx"));
        File.Move(In("shadow.onnx"), In("mnist.onnx"), overwrite: true);
        await Eventually(async () => await Serving() == ModelFile.Sha256(_rejecting));
        Assert.False((await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("isDigit").GetBoolean());

        File.Move(In("before.onnx"), In("mnist.onnx"), overwrite: true);

        await Eventually(async () => await Serving() == ModelFile.Sha256(ModelFile.Committed));
        Assert.True((await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("isDigit").GetBoolean());
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private async Task<JsonElement> Shadow() => (await _api.Get("/model")).GetProperty("shadow");

    private async Task<string?> Serving() => (await _api.Get("/model")).GetProperty("sha256").GetString();

    private static long Count(JsonElement shadow, string member) => shadow.GetProperty(member).GetInt64();

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, limit.Token);
    }
}
