using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests;

public class PageTests(Site site)
{
    [Fact]
    public async Task No_request_leaves_the_origin_and_the_console_stays_empty()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        var origin = new Uri(page.Page.Url).GetLeftPart(UriPartial.Authority);
        var requests = page.Requests.Where(url => !url.StartsWith("data:", StringComparison.Ordinal)).ToList();
        Assert.Contains($"{origin}/js/main.js", requests);
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
    public async Task Links_to_the_api()
    {
        await using var page = await site.OpenAsync();

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "API" }).ClickAsync();

        await Expect(page.Page).ToHaveURLAsync(new Regex("/swagger/"));
    }

    /// <summary>The pictures come to artifacts/screenshots; with UPDATE_SCREENSHOTS=1 the README's comes to docs as well.</summary>
    [Theory]
    [InlineData(360, 740, ColorScheme.Light)]
    [InlineData(360, 740, ColorScheme.Dark)]
    [InlineData(768, 1024, ColorScheme.Light)]
    [InlineData(1100, 760, ColorScheme.Light)]
    [InlineData(1440, 900, ColorScheme.Dark)]
    public async Task Canvas_and_answer_fit_on_the_screen(int width, int height, ColorScheme scheme)
    {
        await using var page = await site.OpenAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });

        await page.DrawAsync(PenDigit.Ours[3]);

        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await Expect(page.Pad).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Words).ToBeInViewportAsync(new() { Ratio = 1 });

        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", $"{width}-{scheme}.png") });
        if (width == 1100 && Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1")
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "docs", "screenshot.png") });
    }
}
