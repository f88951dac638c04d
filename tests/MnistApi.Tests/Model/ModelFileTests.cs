using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary><c>GET /model/file</c>.</summary>
public class ModelFileTests(Api api)
{
    private const string Path = "/model/file";
    private static readonly EntityTagHeaderValue Tag = new($"\"{ModelFile.Sha256(ModelFile.Committed)}\"");

    [Fact]
    public async Task The_file_is_that_which_serves_and_its_tag_is_its_hash()
    {
        using var response = await api.Send(HttpMethod.Get, Path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(ModelFile.Committed, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("mnist.onnx", response.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal((Tag, true), (response.Headers.ETag, response.Headers.CacheControl?.NoCache));
    }

    [Fact]
    public async Task Head_tells_its_size_and_tag()
    {
        using var response = await api.Send(HttpMethod.Head, Path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((Tag, ModelFile.Committed.Length), (response.Headers.ETag, response.Content.Headers.ContentLength));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_has_the_file_gets_it_again_only_when_it_is_another()
    {
        var folder = Directory.CreateTempSubdirectory("mnist-models-");
        var path = System.IO.Path.Combine(folder.FullName, "mnist.onnx");
        await File.WriteAllBytesAsync(path, ModelFile.Committed, TestContext.Current.CancellationToken);
        await using var own = Api.With(("Model:Path", path), ("Model:PollSeconds", "0.1"));
        var newer = ModelFile.Variant(1);

        Assert.Empty(await Ask());
        ModelFile.Replace(path, newer);

        byte[] received;
        while ((received = await Ask()).Length == 0)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(newer, received);
        folder.Delete(recursive: true);

        async Task<byte[]> Ask()
        {
            using var client = own.CreateClient();
            client.DefaultRequestHeaders.IfNoneMatch.Add(Tag);
            using var response = await client.GetAsync(new Uri(Path, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Contains(response.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.NotModified });
            Assert.NotNull(response.Headers.ETag);
            return await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        }
    }
}
