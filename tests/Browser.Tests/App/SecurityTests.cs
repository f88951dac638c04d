using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class SecurityTests(Site site)
{
    private const string Key = "0123456789abcdef";

    [Fact]
    public async Task Asks_for_the_key_where_the_service_wants_one_and_remembers_it()
    {
        await using var app = new RunningSite(settings: new Dictionary<string, string> { ["Auth:ApiKeys:0"] = Key });
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        var input = page.Page.GetByLabel("API key");
        await Expect(input).ToBeHiddenAsync();

        var box = await page.PadBoxAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height * 0.2f);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height * 0.8f, new() { Steps = 4 });
        await Expect(page.Words).ToHaveTextAsync("This service needs a key");
        await Expect(input).ToBeHiddenAsync(); // the pen is down
        await page.Page.Mouse.UpAsync();

        await Expect(input).ToBeFocusedAsync();
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", "key.png") });
        await input.PressSequentiallyAsync($"{Key}x");
        await input.PressAsync("Enter");
        await Expect(page.Words).ToHaveTextAsync("This service needs a key"); // and the drawing is still there
        await input.FillAsync(Key);
        await input.PressAsync("Delete"); // is not the page's Delete
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Use this key" }).ClickAsync();

        await Expect(page.Digit).ToHaveTextAsync("1");
        await Expect(input).ToBeHiddenAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Digit).ToHaveTextAsync("1");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.Ours[3]);
        await Expect(page.Digit).ToHaveTextAsync("3");
    }

    [Theory]
    [InlineData("() => { const script = document.createElement('script'); script.text = 'window.broken = true'; document.head.append(script); " +
        "return window.broken ?? false }")]
    [InlineData("() => { const image = document.createElement('img'); image.setAttribute('onerror', 'window.broken = true'); image.src = 'none'; " +
        "document.body.append(image); " +
        "return new Promise(done => setTimeout(() => done(window.broken ?? false), 200)) }")]
    public async Task Script_that_is_smuggled_into_the_page_does_not_run(string smuggle)
    {
        await using var page = await site.OpenAsync();

        Assert.False(await page.Page.EvaluateAsync<bool>(smuggle));
        Assert.Contains(page.Complaints, complaint => complaint.Contains("Content Security Policy", StringComparison.Ordinal));
    }
}
