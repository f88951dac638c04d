using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

/// <summary>Browsers that are old, or that forbid what others allow.</summary>
public class BlockedTests(Site site)
{
    private const string NothingToRead = "for (const name of ['localStorage', 'sessionStorage']) "
        + "Object.defineProperty(self, name, { get() { throw new DOMException('Not here', 'SecurityError'); } });";

    private const string NothingToWrite = "Storage.prototype.setItem = () => { throw new DOMException('Full', 'QuotaExceededError'); };";

    private const string Old = "delete AbortSignal.any; delete Array.prototype.with; delete Array.prototype.toSorted; delete Array.prototype.findLast; "
        + "delete Array.prototype.findLastIndex; delete Object.groupBy; delete Promise.withResolvers;";

    [Theory]
    [InlineData(NothingToRead)]
    [InlineData(NothingToWrite)]
    [InlineData(Old)]
    public async Task The_page_reads_and_explains_without_what_a_browser_lacks(string lack)
    {
        await using var page = await site.OpenAsync();
        await page.Page.AddInitScriptAsync(lack);
        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("#penSize")).Not.ToBeEmptyAsync(); // the script runs

        await page.LookInsideAsync();
        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Words).ToHaveTextAsync("That’s a 7");
        await page.ExplainedAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(page.Page.Locator("#list li")).ToHaveCountAsync(1);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Without_the_file_of_texts_the_page_speaks_the_English_of_its_HTML()
    {
        await using var page = await site.OpenAsync();
        await page.Page.RouteAsync("**/i18n/*.json", route => route.AbortAsync());
        await page.Page.ReloadAsync();
        await Expect(page.Words).ToHaveTextAsync("Draw a digit from 0 to 9");

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Words).Not.ToBeEmptyAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.LetterM);
        await Expect(page.Words).ToHaveTextAsync("Not a digit");
    }
}
