using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class OfflineTests(Site site)
{
    [Fact]
    public async Task Without_a_network_the_page_says_so_and_reads_as_soon_as_it_is_back()
    {
        await using var page = await site.OpenAsync();
        await page.Page.Context.SetOfflineAsync(true);

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "problem");
        await Expect(page.Words).ToHaveTextAsync("You’re offline");

        await page.Page.Context.SetOfflineAsync(false);

        await Expect(page.Digit).ToHaveTextAsync("7");
    }

    [Fact]
    public async Task Once_loaded_the_page_opens_and_draws_without_a_network()
    {
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow });
        await page.Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => {})");
        await page.Page.Context.SetOfflineAsync(true);

        await page.Page.ReloadAsync();
        await Expect(page.Words).ToHaveTextAsync("Draw a digit from 0 to 9");
        await page.Page.Locator("#language").SelectOptionAsync("de");
        await page.DrawAsync(PenDigit.Ours[3]);

        await Expect(page.Words).ToHaveTextAsync("Du bist offline");
        var box = await page.PadBoxAsync();
        Assert.NotNull(await page.InkAroundAsync(box.X + box.Width / 2, box.Y + box.Height / 2, radiusPx: 80));

        await page.Page.Context.SetOfflineAsync(false);

        await Expect(page.Words).ToHaveTextAsync("Das ist eine 3");
    }

    [Fact]
    public async Task A_server_that_stops_is_told_and_answers_again_when_it_is_back()
    {
        var app = new RunningSite();
        var address = app.Address;
        await using var page = await site.OpenAsync(new() { BaseURL = address.ToString() });
        await app.DisposeAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Words).ToHaveTextAsync("The server can’t be reached");

        await using var again = new RunningSite(address.Port);

        await Expect(page.Digit).ToHaveTextAsync("7", new() { Timeout = 30_000 }); // nobody pressed anything
    }

    [Fact]
    public async Task A_service_that_is_asked_too_much_is_asked_again_later()
    {
        await using var app = new RunningSite(settings: new Dictionary<string, string> { ["Limits:ClientRequestsPerSecond"] = "1" });
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7", new() { Timeout = 30_000 });
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "sure");
    }

    [Fact]
    public async Task The_service_worker_keeps_every_file_of_the_page()
    {
        var folder = Path.Combine(Site.RepositoryRoot, "src", "MnistApi", "wwwroot");
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow });
        await page.Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => {})");

        var kept = await page.Page.EvaluateAsync<string[]>(
            "caches.open('page').then(cache => cache.keys()).then(keys => keys.map(key => new URL(key.url).pathname))");

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => "/" + Path.GetRelativePath(folder, file).Replace('\\', '/'));
        var expected = files.Except(["/sw.js", "/card.jpg", "/model.html", "/model.css", "/js/app/model.js", "/js/app/curve.js", "/js/app/swaggerForms.js"])
            .Select(file => file == "/index.html" ? "/" : file);
        Assert.Equal(expected.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
    }
}
