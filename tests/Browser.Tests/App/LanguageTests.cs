using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class LanguageTests(Site site)
{
    private static readonly string Folder = Path.Combine(Site.RepositoryRoot, "src", "MnistApi", "wwwroot");

    [Theory]
    [InlineData("de-AT", "de", "Zeichne eine Ziffer von 0 bis 9", "Das ist eine 7")]
    [InlineData("es-MX", "es", "Dibuja una cifra del 0 al 9", "Es un 7")]
    [InlineData("zh-CN", "zh", "请写一个 0 到 9 的数字", "这是 7")]
    [InlineData("fr-FR", "en", "Draw a digit from 0 to 9", "That’s a 7")]
    public async Task The_page_speaks_the_browsers_language_where_it_can(string locale, string language, string invitation, string answer)
    {
        await using var page = await site.OpenAsync(new() { Locale = locale });

        await Expect(page.Words).ToHaveTextAsync(invitation);
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
        await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("dir", "ltr");
        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(page.Words).ToHaveTextAsync(answer);
    }

    [Fact]
    public async Task Another_language_is_chosen_in_the_middle_of_it_and_remembered()
    {
        await using var page = await site.OpenAsync();
        await page.DrawAsync(PenDigit.Ours[7]);

        await page.Page.GetByLabel("Language").SelectOptionAsync("es");

        await Expect(page.Words).ToHaveTextAsync("Es un 7");
        await Expect(page.Page).ToHaveTitleAsync("Dibuja una cifra");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Abrir el dibujo leído como 7" })).ToBeVisibleAsync();
        await page.Page.ReloadAsync();
        await Expect(page.Words).ToHaveTextAsync("Es un 7"); // the drawing is kept
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Words).ToHaveTextAsync("Dibuja una cifra del 0 al 9");
    }

    [Theory]
    [InlineData("de")]
    [InlineData("es")]
    [InlineData("zh")]
    public void Every_text_is_there_with_the_same_places_for_values(string language)
    {
        var (english, other) = (Read("en"), Read(language));

        Assert.Equal(english.Keys, other.Keys);
        Assert.All(english, text => Assert.Equal(Places(text.Value), Places(other[text.Key])));
        Assert.All(other.Values, text => Assert.NotEmpty(text.Trim()));

        static IEnumerable<string> Places(string text) => Regex.Matches(text, @"\{\w+\}").Select(place => place.Value).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_is_painted_before_any_script_is_the_English_text()
    {
        var texts = Read("en");
        await using var page = await site.OpenAsync(new() { JavaScriptEnabled = false });

        var shown = await page.Page.EvaluateAsync<string[][]>(
            "[...document.querySelectorAll('[data-text]')].map(element => [element.dataset.text, element.textContent])");
        var labels = await page.Page.EvaluateAsync<string[][]>(
            "[...document.querySelectorAll('[data-label]')].map(element => [element.dataset.label, element.ariaLabel])");

        Assert.All(shown.Concat(labels), pair => Assert.Equal(texts[pair[0]], pair[1]));
        await Expect(page.Page.Locator("noscript p")).ToContainTextAsync("Drawing needs JavaScript");
    }

    [Fact]
    public void Scripts_ask_only_for_texts_that_are_there()
    {
        var texts = Read("en");
        var sources = Directory.EnumerateFiles(Path.Combine(Folder, "js"), "*.js", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();

        var asked = sources.SelectMany(source => Regex.Matches(source, @"\b(?:text|say)\('(\w+)'|, '(\w+File)'\]")
            .Select(match => match.Groups[1].Value + match.Groups[2].Value)).ToList();

        Assert.Contains("copied", asked);
        Assert.All(asked, key => Assert.Contains(key, texts.Keys));
    }

    private static Dictionary<string, string> Read(string language) =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Folder, "i18n", $"{language}.json")))!;
}
