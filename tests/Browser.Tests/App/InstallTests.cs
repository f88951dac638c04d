using System.Text.Json;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class InstallTests(Site site)
{
    private static readonly string Folder = Path.Combine(Site.RepositoryRoot, "src", "MnistApi", "wwwroot");

    [Fact]
    public async Task The_browser_finds_the_page_installable_and_it_starts_without_a_network()
    {
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow });
        var devtools = await page.Page.Context.NewCDPSessionAsync(page.Page);
        await page.Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => {})");

        var found = (await devtools.SendAsync("Page.getAppManifest"))!.Value;
        Assert.EndsWith("/manifest.webmanifest", found.GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Empty(found.GetProperty("errors").EnumerateArray());
        var understood = found.GetProperty("manifest");
        Assert.Equal("kStandalone", understood.GetProperty("display").GetString());
        Assert.Equal(4, understood.GetProperty("icons").GetArrayLength());
        Assert.Equal(new Uri(page.Page.Url).ToString(), understood.GetProperty("startUrl").GetString());
        Assert.EndsWith("/share", understood.GetProperty("shareTarget").GetProperty("action").GetString(), StringComparison.Ordinal);
        // the whole browser says what is missing, chromium-headless-shell never does
        var hindrances = (await devtools.SendAsync("Page.getInstallabilityErrors"))!.Value.GetProperty("installabilityErrors");
        Assert.Empty(hindrances.EnumerateArray().Select(error => error.GetProperty("errorId").GetString())
            .Except(["in-incognito"])); // as is every context of a test
        Assert.Empty(page.Complaints);

        await page.Page.Context.SetOfflineAsync(true);
        await page.Page.GotoAsync("about:blank");
        await page.Page.GotoAsync(Manifest().GetProperty("start_url").GetString()!);

        await Expect(page.Words).ToHaveTextAsync("Draw a digit from 0 to 9");
    }

    [Fact]
    public async Task The_manifest_comes_as_one_and_is_asked_for_again_as_the_pages_files()
    {
        await using var page = await site.OpenAsync();

        var response = await page.Page.APIRequest.GetAsync("manifest.webmanifest");

        Assert.Equal("application/manifest+json", response.Headers["content-type"]);
        Assert.Equal("no-cache", response.Headers["cache-control"]);
    }

    [Fact]
    public void Icons_have_their_stated_sizes_and_a_mask_cuts_nothing_off()
    {
        var icons = Manifest().GetProperty("icons").EnumerateArray().ToList();
        Assert.Equal(["any any", "192x192 any", "512x512 any", "512x512 maskable"], icons.Select(icon => $"{Text(icon, "sizes")} {Purpose(icon)}"));

        foreach (var icon in icons.Where(icon => Text(icon, "type") == "image/png"))
        {
            var path = Path.Combine(Folder, Text(icon, "src"));
            using var picture = SKBitmap.Decode(path);
            Assert.Equal(Text(icon, "sizes"), $"{picture.Width}x{picture.Height}");
            Assert.InRange(new FileInfo(path).Length, 500, 15_000);
            Assert.Contains(SKColors.White, picture.Pixels); // the digit
            if (Purpose(icon) == "maskable")
                AssertSafe(picture);
        }

        static string Text(JsonElement icon, string name) => icon.GetProperty(name).GetString()!;

        static string Purpose(JsonElement icon) => icon.TryGetProperty("purpose", out var purpose) ? purpose.GetString()! : "any";
    }

    /// <summary>All but the ground is in the circle that every mask leaves: https://www.w3.org/TR/appmanifest/#icon-masks.</summary>
    private static void AssertSafe(SKBitmap picture)
    {
        var (ground, middle) = (picture.GetPixel(0, 0), picture.Width / 2.0);
        Assert.Equal(255, ground.Alpha);
        var farthest = from row in Enumerable.Range(0, picture.Height)
                       from column in Enumerable.Range(0, picture.Width)
                       where picture.GetPixel(column, row) != ground
                       select double.Hypot(column + 0.5 - middle, row + 0.5 - middle);
        Assert.InRange(farthest.Max(), 0.2 * picture.Width, 0.4 * picture.Width);
    }

    private static JsonElement Manifest() => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "manifest.webmanifest"))).RootElement;
}
