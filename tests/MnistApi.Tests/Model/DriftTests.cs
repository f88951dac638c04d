using System.Net;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary>A model whose card says what its validation images were like.</summary>
public sealed class DriftTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-drift-");
    private readonly Api _api;

    public DriftTests()
    {
        var path = Path.Combine(_folder.FullName, "mnist.onnx");
        File.WriteAllBytes(path, ModelFile.WithReference());
        _api = Api.With(("Model:Path", path));
    }

    public void Dispose()
    {
        _api.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Images_unlike_the_validation_data_show_once_there_are_enough()
    {
        using var client = _api.CreateClient();
        await Send(client, images: 250);
        await _api.Predict(Api.Form(Drawing.Of(3)));
        Assert.Equal(JsonValueKind.Null, (await _api.Get("/model")).GetProperty("drift").ValueKind);

        await Send(client, images: 249);

        var drift = (await _api.Get("/model")).GetProperty("drift");
        Assert.Equal(500, drift.GetProperty("images").GetInt64());
        var metrics = await Scrape.OfAsync(client);
        foreach (var of in new[] { "digits", "ink", "size" }) // blank images
        {
            Assert.InRange(drift.GetProperty(of).GetDouble(), 0.25, 100);
            Assert.Equal(drift.GetProperty(of).GetDouble(), metrics.Sum("mnist_drift", "of", of), 1e-9);
        }
    }

    [Fact]
    public async Task A_card_without_a_reference_tells_of_no_drift()
    {
        var path = Path.Combine(_folder.FullName, "without.onnx");
        File.WriteAllBytes(path, ModelFile.WithoutReference());
        await using var api = Api.With(("Model:Path", path));
        using var client = api.CreateClient();

        await Send(client, images: 256);
        await Send(client, images: 256);

        Assert.Equal(JsonValueKind.Null, (await api.Get("/model")).GetProperty("drift").ValueKind);
        Assert.Null((await Scrape.OfAsync(client)).LabelsOf("mnist_drift"));
    }

    /// <summary>Asks about blank images.</summary>
    internal static async Task Send(HttpClient client, int images)
    {
        using var body = Api.Json(
            $$"""{"inputs":[{"name":"pixels","shape":[{{images}},1,28,28],"datatype":"UINT8","data":[{{string.Join(',', new int[images * 784])}}]}]}""");
        using var response = await client.PostAsync(new Uri("/v2/models/mnist/infer", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
