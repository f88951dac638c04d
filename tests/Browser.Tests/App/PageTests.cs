using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class PageTests(Site site)
{
    [Fact]
    public async Task No_request_leaves_the_origin_and_the_console_stays_empty()
    {
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow });

        await page.DrawAsync(PenDigit.Ours[7]);

        var origin = new Uri(page.Page.Url).GetLeftPart(UriPartial.Authority);
        var requests = page.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)).ToList();
        Assert.Contains($"{origin}/js/app/main.js", requests);
        Assert.All(requests, url => Assert.StartsWith($"{origin}/", url, StringComparison.Ordinal));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task An_unreachable_server_is_told_in_words_and_can_be_tried_again()
    {
        await using var page = await site.OpenAsync();
        await page.Page.RouteAsync("**/predict*", route => route.AbortAsync());

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "problem");
        await Expect(page.Words).ToHaveTextAsync("The server can’t be reached");

        await page.Page.UnrouteAsync("**/predict*");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();

        await Expect(page.Digit).ToHaveTextAsync("7");
    }

    [Fact]
    public async Task A_problem_of_the_server_is_told_in_its_own_words()
    {
        await using var page = await site.OpenAsync();
        await page.Page.RouteAsync("**/predict*", route => route.ContinueAsync(new() { PostData = "not an image"u8.ToArray() }));

        var response = await page.Page.RunAndWaitForResponseAsync(() => page.DrawAsync(PenDigit.Ours[7]), "**/predict*");

        Assert.Equal(400, response.Status);
        using var problem = JsonDocument.Parse(await response.TextAsync());
        await Expect(page.Words).ToHaveTextAsync(problem.RootElement.GetProperty("title").GetString()!);
        await Expect(page.Detail).ToHaveTextAsync(problem.RootElement.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task The_curl_command_is_the_readmes_for_this_service_and_can_be_copied()
    {
        await using var page = await site.OpenAsync(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        var address = new Uri(page.Page.Url).Authority;

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();

        await Expect(page.Page.Locator("#note")).ToHaveTextAsync("Copied");
        var copied = await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        var readme = await File.ReadAllTextAsync(Path.Combine(Site.RepositoryRoot, "README.md"));
        readme = readme.Replace("@bench/three.png", "@three.png", StringComparison.Ordinal); // the visitor's own picture has no folder
        Assert.Contains(copied.Replace(address, "localhost:8080", StringComparison.Ordinal) + "\n", readme, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_weighs_at_most_53_kB_with_all_its_languages_the_model_card_9_and_what_reads_and_learns_on_the_device_16()
    {
        await using var page = await site.OpenAsync();
        var folder = Path.Combine(Site.RepositoryRoot, "src", "MnistApi", "wwwroot");
        using var client = new HttpClient { BaseAddress = new Uri(page.Page.Url), DefaultRequestHeaders = { { "Accept-Encoding", "br" } } };

        var weights = new Dictionary<string, int>();
        // pictures are for other sites and for installing, not for visitors
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is not (".jpg" or ".png")))
        {
            var name = Path.GetRelativePath(folder, file).Replace('\\', '/');
            weights[name] = (await client.GetByteArrayAsync(new Uri(name, UriKind.Relative))).Length;
        }

        Assert.Contains("index.html", weights.Keys);
        var onDevice = weights.Where(weight => weight.Key.StartsWith("js/device/", StringComparison.Ordinal)).ToDictionary();
        var card = weights.Where(weight => weight.Key is "model.html" or "model.css" or "js/app/model.js" or "js/app/curve.js").ToDictionary();
        AssertAtMost(53_000, weights.Except(onDevice).Except(card));
        AssertAtMost(8_600, card);
        AssertAtMost(15_600, onDevice.Append(new("js/reading/place.js", weights["js/reading/place.js"])));

        static void AssertAtMost(int bytes, IEnumerable<KeyValuePair<string, int>> files) => Assert.True(files.Sum(file => file.Value) <= bytes,
            string.Join(", ", files.OrderByDescending(file => file.Value).Select(file => $"{file.Key} {file.Value}")));
    }

    [Fact]
    public async Task What_reads_on_the_device_comes_when_the_page_has_nothing_else_to_do()
    {
        await using var page = await site.OpenAsync(); // where that never happens

        await page.DrawAsync(PenDigit.Ours[7]);

        Assert.DoesNotContain(page.Requests, url => url.Contains("/device/", StringComparison.Ordinal) || url.Contains("/model/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_holds_up_the_first_paint_but_the_style_sheet()
    {
        await using var page = await site.OpenAsync();

        var blocking = await page.Page.EvaluateAsync<string[]>(
            "performance.getEntriesByType('resource').filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => new URL(entry.name).pathname)");

        Assert.Equal(["/site.css"], blocking);
    }

    [Fact]
    public async Task Links_to_the_api()
    {
        await using var page = await site.OpenAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "API" }).ClickAsync();

        await Expect(page.Page).ToHaveURLAsync(new Regex("/swagger/"));
    }

    [Theory]
    [InlineData(360, 740, ColorScheme.Light)]
    [InlineData(360, 740, ColorScheme.Dark)]
    [InlineData(768, 1024, ColorScheme.Light)]
    [InlineData(1100, 760, ColorScheme.Light)]
    [InlineData(1440, 900, ColorScheme.Dark)]
    public async Task Canvas_and_answer_fit_on_the_screen(int width, int height, ColorScheme scheme)
    {
        await using var page = await site.OpenAsync(
            new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });

        await page.DrawAsync(PenDigit.Ours[3]);

        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Expect(page.Pad).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Words).ToBeInViewportAsync(new() { Ratio = 1 });
    }
}
