using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests.Corrections;

/// <summary>The whole loop with both programs: a wrong answer, its corrections, their export, a training, and a service with the new model.</summary>
public sealed class CorrectionLoopTests : IDisposable
{
    private const string Key = "0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-loop-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_people_corrected_is_read_right_by_the_next_model()
    {
        var mnist = Environment.GetEnvironmentVariable("MNIST_DATA");
        Assert.SkipUnless(Directory.Exists(mnist), "Needs MNIST's four files in the folder that MNIST_DATA names.");
        // a 7 that is written as in a mirror
        var drawings = Enumerable.Range(0, 24)
            .Select(n => Drawing.Of($"M{200 + n % 5 * 3} {60 + n % 3 * 5}L{75 + n % 4 * 4} {58 + n % 2 * 6}L{140 + n % 6 * 4} 240")).ToList();
        var archive = Path.Combine(_folder.FullName, "corrections.zip");

        using (var before = await RunningService.StartAsync("--Corrections:Enabled=true", $"--Corrections:Connection={_folder.FullName}/corrections.db",
            $"--Auth:ApiKeys:0={Key}"))
        {
            before.Client.DefaultRequestHeaders.Add("X-Api-Key", Key);
            foreach (var drawing in drawings)
            {
                var wrong = await Read(before, drawing);
                Assert.NotEqual(7, wrong);
                using var form = new MultipartFormDataContent
                {
                    { Api.Raw(drawing), "image", "drawing.png" }, { new StringContent("7"), "label" }, { new StringContent($"{wrong}"), "predicted" },
                        { new StringContent("true"), "consent" },
                };
                using var stored = await before.Client.PostAsync(new Uri("/corrections", UriKind.Relative), form, TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
            }

            await File.WriteAllBytesAsync(archive,
                await before.Client.GetByteArrayAsync(new Uri("/corrections/export", UriKind.Relative), TestContext.Current.CancellationToken),
                TestContext.Current.CancellationToken);
        }

        var model = Path.Combine(_folder.FullName, "new.onnx");
        await Train($"train --recipe quick --set batchSize=200 --validation 5000 --train-images 15000 --corrections {archive} --data {mnist} --runs " +
            $"{_folder.FullName}/runs --output {model}");

        using var after = await RunningService.StartAsync($"--Model:Path={model}");
        foreach (var drawing in drawings)
            Assert.Equal(7, await Read(after, drawing));
        for (var digit = 0; digit < 10; digit++)
            Assert.Equal(digit, await Read(after, Drawing.Of(digit))); // and the rest isn't forgotten
        var card = (await ReadJson(await after.Client.GetAsync(new Uri("/model", UriKind.Relative), TestContext.Current.CancellationToken)))
            .GetProperty("card");
        Assert.True(card.GetProperty("training").GetProperty("corrections").GetBoolean());
        Assert.Matches("^[0-9a-f]{64}$", card.GetProperty("dataSha256").GetProperty("corrections").GetString());
        Assert.Contains("24 corrections by people who used the service", card.GetProperty("dataCredits").GetRawText(), StringComparison.Ordinal);
    }

    private static async Task<int> Read(RunningService service, byte[] drawing)
    {
        using var form = Api.Form(drawing);
        using var response = await service.Client.PostAsync(new Uri("/predict", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (await ReadJson(response)).GetProperty("digit").GetInt32();
    }

    private static async Task<JsonElement> ReadJson(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;

    private static async Task Train(string arguments)
    {
        var program = Path.Combine(ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory)), "artifacts", "bin", "MnistTrainer",
            new DirectoryInfo(AppContext.BaseDirectory).Name, "MnistTrainer");
        using var trainer = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = trainer.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await trainer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await trainer.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(trainer.ExitCode == 0, output + await error);
    }
}
