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
    public async Task A_problem_of_the_service_is_told_in_the_visitors_language_and_drawing_goes_on()
    {
        await using var page = await site.OpenAsync(new() { Locale = "de-DE" });
        await page.Page.RouteAsync("**/predict*", route => route.ContinueAsync(new() { PostData = "not an image"u8.ToArray() }));

        var response = await page.Page.RunAndWaitForResponseAsync(() => page.DrawAsync(PenDigit.Ours[7]), "**/predict*");

        Assert.Equal(400, response.Status);
        await Expect(page.Words).ToHaveTextAsync("Dieses Bild ist nicht lesbar");
        await Expect(page.Detail).ToHaveTextAsync("Öffne ein Bild als PNG, JPEG, WebP, GIF oder BMP.");
    }

    [Theory]
    [InlineData(500, "<h1>Oh</h1>")]
    [InlineData(200, "<h1>Welcome to the hotel</h1>")]
    public async Task A_server_that_answers_nonsense_is_left_alone_told_in_one_sentence_and_asked_again(int status, string html)
    {
        await using var page = await site.OpenAsync();
        await page.Page.Clock.InstallAsync();
        var asked = 0;
        await page.Page.RouteAsync("**/predict*", async route =>
        {
            asked++;
            await route.FulfillAsync(new() { Status = status, ContentType = "text/html", Body = html });
        });

        await page.DrawAsync(PenDigit.Ours[3]);

        await Expect(page.Words).ToHaveTextAsync("The server has a problem");
        await Expect(page.Detail).ToHaveTextAsync("Your drawing is kept. The page tries again by itself.");
        Assert.InRange(asked, 1, 6); // not at every movement of the pen
        await page.Page.UnrouteAsync("**/predict*");
        await page.Page.Clock.FastForwardAsync(10_000);
        await Expect(page.Digit).ToHaveTextAsync("3");
    }

    [Fact]
    public async Task An_answer_that_is_late_is_told()
    {
        await using var page = await site.OpenAsync();
        await page.Page.Clock.InstallAsync();
        var held = new TaskCompletionSource<IRoute>();
        await page.Page.RouteAsync("**/predict*", route =>
        {
            held.TrySetResult(route);
            return Task.CompletedTask;
        });
        var box = await page.PadBoxAsync();
        await page.Page.Mouse.ClickAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        var route = await held.Task;

        await page.Page.Clock.FastForwardAsync(3_000);

        await Expect(page.Words).ToHaveTextAsync("The server is slow");
        await Expect(page.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Your drawing is kept. The answer is still on its way.");
        await route.ContinueAsync();
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", new Regex("sure|rejected"));
    }

    [Fact]
    public async Task All_modules_of_the_first_load_are_asked_for_at_once_and_nothing_holds_up_the_first_paint_but_the_style_sheet()
    {
        await using var page = await site.OpenAsync();

        var asked = await page.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('[rel=modulepreload]')].map(link => link.href)");

        var loaded = page.Requests.Where(url => url.Contains("/js/", StringComparison.Ordinal) && !url.EndsWith("/main.js", StringComparison.Ordinal));
        Assert.Equal(loaded.Distinct().Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
        var blocking = await page.Page.EvaluateAsync<string[]>(
            "performance.getEntriesByType('resource').filter(entry => entry.renderBlockingStatus === 'blocking').map(entry => new URL(entry.name).pathname)");
        Assert.Equal(["/site.css"], blocking);
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
    public async Task The_first_load_weighs_at_most_60_kB_the_page_with_all_languages_and_what_reads_on_the_device_75_and_the_model_card_9()
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
        var otherLanguages = weights.Where(weight => weight.Key is "i18n/de.json" or "i18n/es.json" or "i18n/zh.json").ToDictionary();
        AssertAtMost(60_000, weights.Except(onDevice).Except(card).Except(otherLanguages));
        AssertAtMost(75_000, weights.Except(card));
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
    [InlineData(360, 640, ColorScheme.Light)]
    [InlineData(667, 375, ColorScheme.Light)]
    [InlineData(740, 360, ColorScheme.Dark)]
    [InlineData(844, 390, ColorScheme.Light)]
    public async Task Canvas_and_answer_fit_on_the_screen(int width, int height, ColorScheme scheme)
    {
        var isPhone = Math.Min(width, height) < 400;
        await using var page = await site.OpenAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce,
            HasTouch = isPhone, IsMobile = isPhone,
        });

        await page.DrawAsync(PenDigit.Ours[3]);

        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Expect(page.Pad).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Words).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Page.Locator("#clear")).ToBeInViewportAsync(new() { Ratio = 1 });
        if (isPhone)
            await Expect(page.Page.Locator(".photo")).ToBeInViewportAsync(new() { Ratio = 1 });
    }
}
