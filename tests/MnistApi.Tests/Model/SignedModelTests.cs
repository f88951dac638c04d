using System.Text.Json;
using MnistReader.Inference;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary>A service that takes signed files alone.</summary>
public sealed class SignedModelTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-signed-");
    private readonly string _privateKey;
    private readonly Api _api;

    public SignedModelTests()
    {
        (_privateKey, var publicKey) = ModelSignature.NewKey();
        foreach (var name in new[] { "mnist.onnx", "ink.onnx", "number.onnx" })
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "models", name), In(name));
            Sign(In(name));
        }

        File.Copy(In("mnist.onnx"), In("shadow.onnx"));
        File.WriteAllText(In("key.pub.pem"), publicKey);
        _api = Api.With(
            ("Model:Path", In("mnist.onnx")), ("Model:InkPath", In("ink.onnx")), ("Model:NumberPath", In("number.onnx")),
            ("Model:ShadowPath", In("shadow.onnx")), ("Model:PublicKey", In("key.pub.pem")), ("Model:PollSeconds", "600"));
    }

    public void Dispose()
    {
        _api.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_newer_file_serves_when_it_is_signed_and_not_before()
    {
        var (path, newer) = (In("mnist.onnx"), ModelFile.Variant(1));
        ModelFile.Replace(path, newer);
        await Refuses($"The signature '{path}.sig' isn't that of '{path}' by the key in Model:PublicKey.");
        Assert.Equal(ModelFile.Sha256(ModelFile.Committed), await Serving());

        Sign(path);

        await Eventually(async () => await Serving() == ModelFile.Sha256(newer));
    }

    [Fact]
    public async Task Each_file_needs_its_signature()
    {
        foreach (var name in new[] { "number.onnx", "ink.onnx", "mnist.onnx" }) // the last is looked at first
        {
            File.Delete(In(name) + ".sig");
            await Refuses($"'{In(name)}' isn't signed: there is no '{In(name)}.sig'. Sign it with MnistTrainer sign.");
        }

        Assert.Equal(3, (await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("digit").GetInt32());
    }

    [Fact]
    public async Task The_shadow_needs_its_signature_too()
    {
        var path = In("shadow.onnx");
        await Eventually(async () => Reason(await Shadow()) == $"'{path}' isn't signed: there is no '{path}.sig'. Sign it with MnistTrainer sign.");

        Sign(path);

        await Eventually(async () => (await Shadow()).GetProperty("sha256").GetString() == ModelFile.Sha256(ModelFile.Committed));
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private void Sign(string path) => ModelFile.Replace(path + ".sig", ModelSignature.Sign(File.ReadAllBytes(path), _privateKey));

    private async Task<string?> Serving() => (await _api.Get("/model")).GetProperty("sha256").GetString();

    private Task Refuses(string reason) => Eventually(async () => Reason(await _api.Get("/model")) == reason);

    private async Task<JsonElement> Shadow() => (await _api.Get("/model")).GetProperty("shadow");

    private static string? Reason(JsonElement model) =>
        model.GetProperty("lastFailedLoad") is { ValueKind: JsonValueKind.Object } failed ? failed.GetProperty("reason").GetString() : null;

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, limit.Token);
    }
}
