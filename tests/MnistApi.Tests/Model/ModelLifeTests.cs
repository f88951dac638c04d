using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using MnistReader.Framing;
using MnistReader.Ink;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary>The model file changes while the service runs.</summary>
public sealed class ModelLifeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-models-");
    private readonly string _path;
    private readonly Api _api;

    public ModelLifeTests()
    {
        _path = Path.Combine(_folder.FullName, "mnist.onnx");
        File.WriteAllBytes(_path, ModelFile.Committed);
        // without the networks of photos, which are most of what each swap loads
        _api = Api.With(("Model:Path", _path), ("Model:InkPath", "none.onnx"), ("Model:NumberPath", "none.onnx"), ("Model:PollSeconds", "600"));
    }

    public void Dispose()
    {
        _api.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_model_tells_its_file_and_since_when_it_serves()
    {
        var model = await _api.Get("/model");

        Assert.Equal(
            ["version", "sha256", "loadedAt", "lastFailedLoad", "card", "ink", "number", "drift", "shadow"],
            model.EnumerateObject().Select(member => member.Name));
        Assert.Equal(ModelFile.Sha256(ModelFile.Committed), model.GetProperty("sha256").GetString());
        Assert.InRange(DateTimeOffset.UtcNow - model.GetProperty("loadedAt").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal(JsonValueKind.Null, model.GetProperty("lastFailedLoad").ValueKind);
        Assert.Equal(model.GetProperty("card").GetProperty("version").GetString(), model.GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_changed_file_serves_without_a_restart()
    {
        var card = JsonNode.Parse((await _api.Get("/model")).GetProperty("card").GetRawText())!;
        var newer = ModelFile.WithCard(card, changed => changed["version"] = "2031.01.01-00000000");

        ModelFile.Replace(_path, newer);

        await Serves(newer);
        Assert.Equal("2031.01.01-00000000", (await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("model").GetString());
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(1.01, false)]
    public async Task The_threshold_of_the_card_decides_what_is_a_digit(double threshold, bool isDigit)
    {
        var card = JsonNode.Parse((await _api.Get("/model")).GetProperty("card").GetRawText())!;
        var rejecting = ModelFile.WithCard(card, changed => changed["rejectionThreshold"] = threshold);
        ModelFile.Replace(_path, rejecting);
        await Serves(rejecting);

        var answer = await _api.Predict(Api.Form(Drawing.Of(3)));

        Assert.Equal((isDigit, 3), (answer.GetProperty("isDigit").GetBoolean(), answer.GetProperty("digit").GetInt32()));
        if (isDigit)
            Assert.False(answer.TryGetProperty("reason", out _));
        else
            Assert.Matches(@"^It doesn't look like a digit: the network puts the chance that it is one at \d+\.\d %, and \d+\.\d % are needed\.$",
                answer.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_network_that_learned_to_reject_has_a_second_output_tensor()
    {
        Assert.Equal("""[{"name":"probabilities","datatype":"FP32","shape":[-1,10]},{"name":"digit","datatype":"FP32","shape":[-1,1]}]""",
            (await _api.Get("/v2/models/mnist")).GetProperty("outputs").GetRawText());
        var both = await Infer("");
        Assert.Equal(["probabilities [2,10]", "digit [2,1]"],
            both.Select(output => $"{output.GetProperty("name")} {output.GetProperty("shape").GetRawText()}"));
        Assert.All(both[1].GetProperty("data").EnumerateArray().Select(p => p.GetSingle()), digit => Assert.InRange(digit, 0, 1));
        Assert.Equal("digit", Assert.Single(await Infer(""","outputs":[{"name":"digit"}]""")).GetProperty("name").GetString());

        async Task<JsonElement[]> Infer(string outputs)
        {
            var zeros = string.Join(',', new int[2 * 784]);
            using var response = await _api.Send(HttpMethod.Post, "/v2/models/mnist/infer",
                Api.Json($$"""{"inputs":[{"name":"pixels","shape":[2,1,28,28],"datatype":"UINT8","data":[{{zeros}}]}]{{outputs}}}"""));
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return [.. JsonDocument.Parse(text).RootElement.GetProperty("outputs").EnumerateArray()];
        }
    }

    [Fact]
    public async Task Answers_are_explained_while_the_file_changes()
    {
        var drawing = Drawing.Of(3);
        var expected = Layers(await _api.Predict(Api.Form(drawing), "?explain=true"));

        for (var number = 1; number <= 3; number++)
        {
            var asking = Enumerable.Range(0, 8).Select(_ => _api.Predict(Api.Form(drawing), "?explain=true")).ToList();
            var newer = ModelFile.Variant(number);
            ModelFile.Replace(_path, newer);
            Assert.All(await Task.WhenAll(asking), answer => Assert.Equal(expected, Layers(answer)));
            await Serves(newer);
        }

        static string Layers(JsonElement answer) => answer.GetProperty("explanation").GetProperty("layers").GetRawText();
    }

    [Fact]
    public async Task A_file_that_is_overwritten_in_small_pieces_serves_when_it_is_whole()
    {
        var newer = ModelFile.Variant(1);

        await using (var file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            foreach (var piece in newer.Chunk(40_000))
            {
                await file.WriteAsync(piece, TestContext.Current.CancellationToken);
                await file.FlushAsync(TestContext.Current.CancellationToken);
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }

        await Serves(newer);
        Assert.Equal(JsonValueKind.Null, (await _api.Get("/model")).GetProperty("lastFailedLoad").ValueKind);
    }

    [Fact]
    public async Task A_half_copied_file_is_refused_and_the_model_before_goes_on()
    {
        await File.WriteAllBytesAsync(_path, ModelFile.Variant(1)[..200_000], TestContext.Current.CancellationToken);

        await Refuses($"'{_path}' is not an ONNX model that can be loaded. Write one with MnistTrainer train.");
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    public async Task A_file_with_one_flipped_bit_is_refused_though_it_answers(double place)
    {
        byte[] damaged = [.. ModelFile.Committed];
        damaged[(int)(place * damaged.Length)] ^= 1; // the lowest bit of a weight

        ModelFile.Replace(_path, damaged);

        await Refuses($"The network in '{_path}' isn't the one of its model card: the file is damaged. Copy it again.");
    }

    [Theory]
    [InlineData("networkSha256")]
    [InlineData("selfTest")]
    public async Task A_file_of_an_older_trainer_is_refused_with_what_its_card_lacks(string member)
    {
        var card = JsonNode.Parse((await _api.Get("/model")).GetProperty("card").GetRawText())!;

        ModelFile.Replace(_path, ModelFile.WithCard(card, changed => changed.Remove(member)));

        await Refuses($"The model card in '{_path}' can't be read: it has no {member}, so an older MnistTrainer wrote it. Train the model again.");
    }

    [Fact]
    public async Task A_file_too_large_to_be_a_model_is_refused_without_reading_it()
    {
        using (var file = new FileStream(_path, FileMode.Create))
            file.SetLength(1L << 40); // a terabyte with nothing in it: whoever read it would still be reading

        await Refuses($"'{_path}' has 1,099,511,627,776 bytes; a model file has at most 100,000,000. Give the right path.");
    }

    [Fact]
    public async Task Without_its_file_the_model_goes_on()
    {
        File.Delete(_path);

        await Refuses($"There is no model file at '{_path}'. Train one with MnistTrainer, or give the right path.");
    }

    [Theory]
    [InlineData(3, 3, null)]
    [InlineData(3, 7, "fails its self-test: it reads the card's 7 as 3.")]
    [InlineData(null, 3, "fails its self-test: the digit in its card has 2 pixels, not 784.")]
    public async Task A_file_serves_only_if_it_reads_the_digit_that_its_card_brings(int? drawn, int digit, string? fault)
    {
        var pixels = drawn is { } shape ? DigitFraming.Frame(InkImage.Decode(Drawing.Of(shape)))!.Pixels.ToArray() : [0, 255];
        var card = JsonNode.Parse((await _api.Get("/model")).GetProperty("card").GetRawText())!;
        var newer = ModelFile.WithCard(card,
            changed => changed["selfTest"] = new JsonObject { ["pixels"] = Convert.ToBase64String(pixels), ["digit"] = digit });

        ModelFile.Replace(_path, newer);

        await (fault is null ? Serves(newer) : Refuses($"The model in '{_path}' {fault}"));
    }

    [Fact]
    public async Task After_a_refusal_the_next_good_file_serves()
    {
        ModelFile.Replace(_path, "no model"u8.ToArray());
        await Refuses($"'{_path}' is not an ONNX model that can be loaded. Write one with MnistTrainer train.");

        ModelFile.Replace(_path, ModelFile.Variant(2));

        await Serves(ModelFile.Variant(2));
        Assert.Equal(JsonValueKind.Object, (await _api.Get("/model")).GetProperty("lastFailedLoad").ValueKind); // the last one stays told
    }

    [Fact]
    public async Task A_change_that_no_event_announces_is_found_by_polling()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.FullName, "elsewhere"));
        var target = Path.Combine(elsewhere.FullName, "model");
        await File.WriteAllBytesAsync(target, ModelFile.Variant(1), TestContext.Current.CancellationToken);
        var link = Path.Combine(_folder.FullName, "link.onnx");
        File.CreateSymbolicLink(link, target);
        await using var api = Api.With(("Model:Path", link), ("Model:PollSeconds", "0.1"));

        ModelFile.Replace(target, ModelFile.Variant(2)); // not in the watched folder

        await Eventually(async () => (await api.Get("/model")).GetProperty("sha256").GetString() == ModelFile.Sha256(ModelFile.Variant(2)));
    }

    [Fact]
    public async Task A_hundred_swaps_under_load_lose_no_request()
    {
        const int swaps = 100;
        using var done = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 4).Select(digit => Task.Run(async () =>
        {
            using var client = _api.CreateClient();
            var drawing = Drawing.Of(digit);
            var answers = new List<(HttpStatusCode Status, int? Digit)>();
            while (!done.IsCancellationRequested)
            {
                using var body = Api.Raw(drawing);
                using var response = await client.PostAsync(new Uri("/predict", UriKind.Relative), body);
                var text = await response.Content.ReadAsStringAsync();
                answers.Add((response.StatusCode, response.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("digit").GetInt32() : null));
            }

            return answers.Select(answer => (answer.Status, answer.Digit, Expected: (int?)digit)).ToList();
        })).ToArray();

        for (var swap = 1; swap <= swaps; swap++)
        {
            ModelFile.Replace(_path, ModelFile.Variant(swap));
            await Serves(ModelFile.Variant(swap));
        }

        await done.CancelAsync();
        var answers = (await Task.WhenAll(clients)).SelectMany(client => client).ToList();
        Assert.True(answers.Count > swaps, $"Only {answers.Count} requests were sent.");
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, answer.Expected), (answer.Status, answer.Digit)));
    }

    private Task Serves(byte[] file) => Eventually(async () => (await _api.Get("/model")).GetProperty("sha256").GetString() == ModelFile.Sha256(file));

    private async Task Refuses(string reason)
    {
        await Eventually(async () => (await _api.Get("/model")).GetProperty("lastFailedLoad") is { ValueKind: JsonValueKind.Object } failed
            && failed.GetProperty("reason").GetString() == reason);
        Assert.Equal(ModelFile.Sha256(ModelFile.Committed), (await _api.Get("/model")).GetProperty("sha256").GetString());
        Assert.Equal(3, (await _api.Predict(Api.Form(Drawing.Of(3)))).GetProperty("digit").GetInt32());
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await condition())
            await Task.Delay(10, limit.Token);
    }
}
