using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MnistApi.Tests.Predict;

/// <summary>Which digits a picture may show, by the committed network under cards of other thresholds.</summary>
public sealed class CandidatesTests(Api committed) : IDisposable
{
    private static readonly string[] Paths = ["/predict", "/predict/batch", "/read"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-candidates-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Without_a_threshold_the_digit_is_the_only_candidate()
    {
        await using var api = await Serving(threshold: null);

        foreach (var path in Paths)
        {
            var answer = await Ask(api, path, Drawing.Of(7));
            Assert.Equal([7], Candidates(answer));
        }
    }

    [Fact]
    public async Task Digits_that_reach_the_threshold_are_candidates_the_most_probable_one_first()
    {
        var drawing = Drawing.Of(7);
        var ranked = Ranked(await Ask(committed, "/predict", drawing));
        await using var api = await Serving((ranked[1].Probability + ranked[2].Probability) / 2);

        foreach (var path in Paths)
        {
            var answer = await Ask(api, path, drawing);
            Assert.Equal([7, ranked[1].Digit], Candidates(answer));
            Assert.Equal(7, answer.GetProperty("digit").GetInt32());
        }
    }

    [Fact]
    public async Task The_text_of_a_row_has_the_most_probable_digit_of_several_candidates()
    {
        await using var api = await Serving(threshold: 0);

        using var response = await api.Send(HttpMethod.Post, "/read", Api.Raw(Drawing.Row([4, 2])));

        var row = await Json(response);
        Assert.Equal("42", row.GetProperty("text").GetString());
        Assert.All(row.GetProperty("digits").EnumerateArray(), digit => Assert.Equal(Ranked(digit).Select(each => each.Digit), Candidates(digit)));
    }

    [Fact]
    public async Task What_is_not_a_digit_has_none()
    {
        await using var api = await Serving(threshold: 0);

        foreach (var path in Paths)
        {
            var answer = await Ask(api, path, Drawing.Of(Drawing.LetterM));
            Assert.False(answer.GetProperty("isDigit").GetBoolean());
            Assert.Empty(Candidates(answer));
        }
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(0, "10")]
    public async Task Answers_are_counted_by_the_number_of_their_candidates(double threshold, string size)
    {
        using var service = await RunningService.StartAsync([("Model__Path", await WithThreshold(threshold))]); // alone in its process, as it counts

        foreach (var (path, picture) in new[] { ("/predict", Drawing.Of(7)), ("/read", Drawing.Row([4, 2])), ("/predict", Drawing.Of(Drawing.LetterM)) })
            await service.Client.PostAsync(new Uri(path, UriKind.Relative), Api.Raw(picture), TestContext.Current.CancellationToken);

        var metrics = await Scrape.OfAsync(service.Client);
        Assert.Equal((3, 3), (metrics.Sum("mnist_candidates_total", "size", size), metrics.Sum("mnist_candidates_total"))); // the M is no digit
    }

    private async Task<Api> Serving(double? threshold) => Api.With(("Model:Path", await WithThreshold(threshold)));

    /// <summary>A file of the committed network with another threshold in its card.</summary>
    private async Task<string> WithThreshold(double? threshold)
    {
        var card = JsonNode.Parse((await committed.Get("/model")).GetProperty("card").GetRawText())!;
        var path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        var model = ModelFile.WithCard(card, changed => changed["candidateThreshold"] = threshold);
        await File.WriteAllBytesAsync(path, model, TestContext.Current.CancellationToken);
        return path;
    }

    /// <summary>What is said of the one digit of a picture.</summary>
    private static async Task<JsonElement> Ask(Api api, string path, byte[] picture)
    {
        using var response = await api.Send(HttpMethod.Post, path, Api.Form(picture));
        var answer = await Json(response);
        return path switch
        {
            "/predict/batch" => answer.GetProperty("answers")[0].GetProperty("prediction"),
            "/read" => answer.GetProperty("digits")[0],
            _ => answer,
        };
    }

    private static async Task<JsonElement> Json(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private static int[] Candidates(JsonElement answer) => [.. answer.GetProperty("candidates").EnumerateArray().Select(digit => digit.GetInt32())];

    private static (int Digit, double Probability)[] Ranked(JsonElement answer) =>
    [
        .. answer.GetProperty("probabilities").EnumerateArray().Select((probability, digit) => (Digit: digit, Probability: probability.GetDouble()))
            .OrderByDescending(each => each.Probability),
    ];
}
