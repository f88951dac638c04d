using System.Text.RegularExpressions;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

/// <summary>"Learn my hand": what is corrected changes answers in this browser, and goes nowhere.</summary>
public class HandTests(Site site)
{
    [Theory]
    [InlineData("a digit that may be two")]
    [InlineData("what is rejected")]
    public async Task What_was_corrected_is_read_as_its_writer_said_until_it_is_forgotten(string drawing)
    {
        var (sign, said) = drawing == "what is rejected" ? (PenDigit.LetterM, "?") : (PenDigit.FourOrNine, null);
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.Page.GetByLabel("Learn my hand").CheckAsync();
        await page.DrawAsync(sign);
        await page.Page.Locator("#private[data-ready]").WaitForAsync();
        var before = await page.Digit.InnerTextAsync();
        var truth = before.StartsWith('4') ? 9 : 4;
        Assert.Equal(said ?? before, before);
        page.Requests.Clear();

        await page.Page.Locator("#labels button").Nth(truth).ClickAsync();

        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync($"Thank you! This device has learned a {truth}.");
        await Expect(page.Page.Locator("#forgetHand")).ToHaveTextAsync("Forget my hand (1)");
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", "hand.png"), FullPage = true });
        Assert.DoesNotContain(page.Requests, url => url.Contains("correction", StringComparison.Ordinal));
        await AgainAsync(page, sign);
        await Expect(page.Digit).ToHaveTextAsync(new Regex($"^{truth}"));
        await Expect(page.Page.Locator("#timing")).ToContainTextAsync("· Leaning towards your hand.");
        await page.Page.ReloadAsync(); // kept
        await AgainAsync(page, sign);
        await Expect(page.Digit).ToHaveTextAsync(new Regex($"^{truth}"));

        await page.Page.Locator("#forgetHand").ClickAsync();

        await Expect(page.Digit).ToHaveTextAsync(before);
        await Expect(page.Page.Locator("#forgetHand")).ToBeHiddenAsync();
        Assert.Equal("[]", await page.Page.EvaluateAsync<string>("localStorage.getItem('hand')"));
    }

    [Fact]
    public async Task Other_digits_are_read_as_before_and_nothing_is_learned_unless_it_is_turned_on()
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.DrawAsync(PenDigit.FourOrNine);
        await Expect(page.Page.Locator("#correction")).ToBeHiddenAsync();

        await page.Page.GetByLabel("Learn my hand").CheckAsync();
        await page.Page.Locator("#labels button").Nth(9).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync("Thank you! This device has learned a 9.");

        foreach (var (digit, sign) in PenDigit.Ours)
        {
            await AgainAsync(page, sign);
            await Expect(page.Digit).ToHaveTextAsync($"{digit}");
        }
    }

    private static async Task AgainAsync(DigitPage page, PenDigit sign)
    {
        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(sign);
        await page.Page.Locator("#private[data-ready]").WaitForAsync();
    }
}
