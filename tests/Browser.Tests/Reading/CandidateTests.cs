using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using MnistApi.Tests;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

/// <summary>Shapes that may be several digits, read by the committed network under cards of other thresholds.</summary>
public sealed class CandidateTests(Site site) : IDisposable
{
    private const double Low = 0.02; // of a drawing between a 4 and a 9 both are more probable

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-candidates-");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Both_are_named_in_every_language()
    {
        await using var app = await ServiceAsync(Low);
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });

        await page.DrawAsync(PenDigit.FourOrNine);

        await AssertNamedAsync("en", "or", "Could be (a 4 or a 9|a 9 or a 4)");
        await AssertNamedAsync("de", "oder", "Vielleicht (eine 4 oder eine 9|eine 9 oder eine 4)");
        await AssertNamedAsync("es", "o", "Podría ser (un 4 o un 9|un 9 o un 4)");
        await AssertNamedAsync("zh", "或", "可能是 (4或9|9或4)");

        async Task AssertNamedAsync(string language, string or, string words)
        {
            await page.Page.Locator("#language").SelectOptionAsync(language);
            await Expect(page.Words).ToHaveTextAsync(new Regex($"^{words}$"));
            await Expect(page.Digit).ToHaveTextAsync(new Regex($"^(4 ?{or} ?9|9 ?{or} ?4)$"));
            await Expect(page.Page.Locator("#list b")).ToHaveTextAsync(new Regex($"^(4 ?{or} ?9|9 ?{or} ?4)$"));
        }
    }

    [Fact]
    public async Task Both_are_spoken_kept_and_marked_and_either_can_be_corrected_to()
    {
        await using var app = await ServiceAsync(
            Low, ("Corrections:Enabled", "true"), ("Corrections:Connection", Path.Combine(_folder.FullName, "corrections.db")));
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });

        await page.DrawAsync(PenDigit.FourOrNine);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "unsure");
        await Expect(page.Page.GetByRole(AriaRole.Status).First).ToHaveTextAsync(
            new Regex(@"^Could be a [49] or a [49]\. \d+\.\d% for the first, \d+\.\d% for the second\.$"));
        await Expect(page.Page.Locator("#list b")).ToHaveTextAsync(new Regex("^(4 or 9|9 or 4)$"));
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Open the drawing read as [49] or [49]$") })).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#bars .candidate")).ToHaveTextAsync([new Regex("^4"), new Regex("^9")]);
        await Expect(page.Page.Locator("#labels button:disabled")).ToHaveCountAsync(0);
        await SaveAsync(page, "candidates-1100");

        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.Ours[3]);

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Page.Locator("#bars .candidate")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator("#labels button:disabled")).ToHaveTextAsync(["3"]);
    }

    [Theory]
    [InlineData(360, 740, ColorScheme.Light, Low)]
    [InlineData(360, 740, ColorScheme.Dark, 0)] // all ten
    public async Task Fit_on_the_screen_and_axe_finds_nothing(int width, int height, ColorScheme scheme, double threshold)
    {
        await using var app = await ServiceAsync(threshold);
        await using var page = await site.OpenAsync(new()
        {
            BaseURL = app.Address.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });

        await page.DrawAsync(PenDigit.FourOrNine);

        await Expect(page.Words).ToHaveTextAsync(new Regex(threshold == 0 ? "^Could be a [49], a [49], .* or an? [0-9]$" : "^Could be a [49] or a [49]$"));
        await page.AxeFindsNothingAsync();
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Expect(page.Pad).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Words).ToBeInViewportAsync(new() { Ratio = 1 });
        await SaveAsync(page, $"candidates-{width}-{scheme}-{threshold}");
    }

    [Fact]
    public async Task In_a_row_what_may_be_several_digits_has_a_double_frame()
    {
        var seconds = await SecondsAsync();
        await using var app = await ServiceAsync(Math.Sqrt(seconds[0] * seconds[1])); // so that one of the two has several candidates
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });

        await RowTests.DrawFortyTwoAsync(page);

        var (unsure, digit) = seconds[0] > seconds[1] ? (0, "4") : (1, "2");
        await Expect(page.Digit).ToHaveTextAsync("42");
        await Expect(page.Page.Locator("#boxes [data-either]")).ToHaveCountAsync(1);
        await Expect(page.Page.Locator("#boxes span").Nth(unsure)).ToHaveTextAsync(new Regex($"^{digit}(/[0-9])+$"));
        await Expect(page.Page.Locator("#boxes span").Nth(unsure)).ToHaveCSSAsync("outline-style", "solid");
        await Expect(page.Page.Locator("#row li").Nth(unsure)).ToHaveTextAsync(new Regex($"^{digit}.* or [0-9]"));
        await Expect(page.Page.Locator("#row li").Nth(unsure)).ToHaveClassAsync("highest candidate");
        await Expect(page.Page.GetByRole(AriaRole.Status).First).ToHaveTextAsync(new Regex($"What has a double frame could be either: {digit}.* or [0-9]\\.$"));
        await SaveAsync(page, "candidates-row");
    }

    /// <summary>The second largest probability of each digit of the row.</summary>
    private async Task<double[]> SecondsAsync()
    {
        await using var page = await site.OpenAsync();
        var readings = new List<IResponse>(); // also of what was not yet whole
        page.Page.Response += (_, response) => readings.AddRange(response.Url.EndsWith("/predict/batch", StringComparison.Ordinal) ? [response] : []);
        await RowTests.DrawFortyTwoAsync(page);
        await Expect(page.Digit).ToHaveTextAsync("42");
        using var batch = JsonDocument.Parse(await readings[^1].TextAsync());
        var parts = batch.RootElement.GetProperty("answers").EnumerateArray().Skip(1).Select(answer => answer.GetProperty("prediction")).ToList();
        return
        [
            .. new[] { 4, 2 }
                .Select(digit => parts.Where(part => part.GetProperty("digit").GetInt32() == digit).MaxBy(part => part.GetProperty("confidence").GetDouble()))
                .Select(digit => digit.GetProperty("probabilities").EnumerateArray().Select(probability => probability.GetDouble()).Order().ElementAt(8)),
        ];
    }

    /// <summary>A service of its own whose model has another threshold in its card.</summary>
    private async Task<RunningSite> ServiceAsync(double threshold, params (string Name, string Value)[] settings)
    {
        var path = Path.Combine(_folder.FullName, "mnist.onnx");
        using var committed = MnistReader.Inference.DigitClassifier.Load(ModelFile.Committed, "mnist.onnx");
        var model = ModelFile.WithCard(JsonNode.Parse(committed.Card.ToJson())!, card => card["candidateThreshold"] = threshold);
        await File.WriteAllBytesAsync(path, model, TestContext.Current.CancellationToken);
        return new RunningSite(settings: settings.Append(("Model:Path", path)).ToDictionary());
    }

    private static async Task SaveAsync(DigitPage page, string name) =>
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", $"{name}.png".ToLowerInvariant()) });
}
