using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

/// <summary>The readable page of the model card.</summary>
public class ModelPageTests(Site site)
{
    private const string History =
        """[{"epoch":1,"training":0.91,"validation":0.962,"strokes":0.93},{"epoch":2,"training":0.97,"validation":0.991,"strokes":0.96},{"epoch":1,"training":0.98,"validation":0.9955,"strokes":0.98}]""";

    [Fact]
    public async Task Shows_what_the_model_file_says_of_itself()
    {
        await using var page = await Open();
        var card = (await Card(page))["card"]!;
        var matrix = card["confusionMatrix"]!.AsArray().Select(row => row!.AsArray().Select(count => count!.GetValue<int>()).ToArray()).ToArray();
        var errors = matrix.Sum(row => row.Sum()) - Enumerable.Range(0, 10).Sum(digit => matrix[digit][digit]);

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("Model card");
        await Expect(page.Page.Locator("[data-of=accuracy]"))
            .ToHaveTextAsync(FormattableString.Invariant($"{100 * card["testAccuracy"]!.GetValue<double>():F2} %"));
        await Expect(page.Page.Locator("[data-of=errors]")).ToHaveTextAsync($"{errors}");
        await Expect(page.Page.Locator("[data-of=version]")).ToHaveTextAsync(card["version"]!.GetValue<string>());
        foreach (var credit in card["dataCredits"]!.AsArray())
            await Expect(page.Page.Locator("#credits")).ToContainTextAsync(credit!.GetValue<string>());
        var cells = await page.Page.Locator("#matrix tbody td").AllInnerTextsAsync();
        for (var digit = 0; digit < 10; digit++)
            Assert.Equal(matrix[digit].Select(count => $"{count}"),
                cells.Skip(11 * digit).Take(10).Select(text => text.Replace(",", "", StringComparison.Ordinal)));
        Assert.True(page.Complaints.Count == 0, string.Join("; ", page.Complaints));
        Assert.All(page.Requests, url => Assert.StartsWith(new Uri(page.Page.Url).GetLeftPart(UriPartial.Authority), url, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Draws_the_learning_curves_and_gives_the_same_numbers_as_a_table()
    {
        await using var page = await Open(card => card["history"] = JsonNode.Parse(History));

        var curve = page.Page.Locator("#history");
        await Expect(curve.Locator("polyline")).ToHaveCountAsync(3);
        var heights = (await curve.Locator("polyline.validation").GetAttributeAsync("points"))!.Split(' ')
            .Select(point => double.Parse(point.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(heights.OrderDescending(), heights); // better is higher up
        await curve.GetByText("The same as a table").ClickAsync();
        await Expect(curve.GetByRole(AriaRole.Row, new() { Name = "3 98.00 % 99.55 % 98.00 %" })).ToBeVisibleAsync();
        await Expect(page.Page.Locator("[data-if=unmeasured]")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Says_plainly_what_a_file_does_not_tell()
    {
        await using var everything = await Open(card =>
        {
            card["history"] = JsonNode.Parse("""[{"epoch":1,"training":0.9}]""");
            card["calibrationHistory"] = JsonNode.Parse(History);
            card["rejectionThreshold"] = null;
            card["candidateThreshold"] = null;
            foreach (var figure in (string[])["testAccuracy", "confusionMatrix", "calibrationError"])
                card[figure] = null;
        });
        await Expect(everything.Page.GetByText("its training left them alone")).ToBeVisibleAsync();
        await Expect(everything.Page.Locator("#confusion")).ToBeHiddenAsync();
        await Expect(everything.Page.Locator("[data-of=accuracy]")).ToBeHiddenAsync();
        await Expect(everything.Page.GetByText("none left to measure an epoch on")).ToBeVisibleAsync();
        await Expect(everything.Page.Locator("#calibrationHistory polyline")).ToHaveCountAsync(3);
        await Expect(everything.Page.GetByText("It never learned to say so")).ToBeVisibleAsync();
        await Expect(everything.Page.GetByText("It names the more probable one alone.")).ToBeVisibleAsync();
        await Expect(everything.Page.GetByText("names every digit whose probability reaches")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Says_from_which_probability_on_a_digit_is_named()
    {
        await using var page = await Open(card => card["candidateThreshold"] = 0.1234);

        await Expect(page.Page.GetByText("names every digit whose probability reaches 12.34 %")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("It names the more probable one alone.")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Tells_in_words_when_there_is_no_card_to_be_had()
    {
        await using var unreachable = await site.OpenAsync();
        await unreachable.Page.RouteAsync("**/model", route => route.AbortAsync());
        await unreachable.Page.GotoAsync("/model.html");
        await Expect(unreachable.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("The server can’t be reached. Load this page again when it runs.");

        await using var locked = await site.OpenAsync();
        await locked.Page.RouteAsync("**/model", route => route.FulfillAsync(new() { Status = 401, ContentType = "application/problem+json", Body = "{}" }));
        await locked.Page.GotoAsync("/model.html");
        await Expect(locked.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("needs an API key");
    }

    [Theory]
    [InlineData(360)]
    [InlineData(1100)]
    public async Task Everyone_can_read_it(int width)
    {
        await using var page = await Open(card => card["history"] = JsonNode.Parse(History), new() { ViewportSize = new() { Width = width, Height = 900 } });

        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(part => part.open = true)");
            await page.AxeFindsNothingAsync(scheme);
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            await page.Page.EvaluateAsync("document.querySelectorAll('details').forEach(part => part.open = false)");
            await page.Page.ScreenshotAsync(new()
            {
                FullPage = true, Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", $"model-{width}-{scheme}.png".ToLowerInvariant()),
            });
        }
    }

    /// <summary>The page, of the card that serves or of one that is changed on its way.</summary>
    private async Task<DigitPage> Open(Action<JsonNode>? change = null, BrowserNewContextOptions? options = null)
    {
        var page = await site.OpenAsync(options);
        if (change is not null)
        {
            await page.Page.RouteAsync("**/model", async route =>
            {
                var model = JsonNode.Parse(await (await route.FetchAsync()).TextAsync())!;
                change(model["card"]!);
                await route.FulfillAsync(new() { Json = model });
            });
        }

        await page.Page.GotoAsync("/model.html");
        await Expect(page.Page.Locator("main")).ToBeVisibleAsync();
        return page;
    }

    private static async Task<JsonNode> Card(DigitPage page) =>
        JsonNode.Parse(await (await page.Page.APIRequest.GetAsync(new Uri(new Uri(page.Page.Url), "/model").ToString())).TextAsync())!;
}
