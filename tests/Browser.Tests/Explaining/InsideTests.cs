using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Explaining;

/// <summary>The panel "What the network saw".</summary>
public class InsideTests(Site site)
{
    private const string Explained = "**/predict?explain=true";

    // warmth of the picture around a mark: red less blue of its pixels, 255 at most
    private const string WarmthBelow =
        """
        mark => {
          const image = mark.parentElement.querySelector('img');
          const context = new OffscreenCanvas(28, 28).getContext('2d');
          context.drawImage(image, 0, 0);
          const [x, y] = ['--x', '--y'].map(name => Number(mark.style.getPropertyValue(name)));
          const { data } = context.getImageData(x - 1, y - 1, 2, 2);
          return [0, 4, 8, 12].reduce((sum, i) => sum + (data[i] - data[i + 2]) / 4, 0);
        }
        """;

    [Fact]
    public async Task The_steps_are_shown_from_the_ink_to_the_networks_input()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();
        await Expect(page.Page.Locator("#unexplained")).ToBeVisibleAsync();

        var explanation = await DrawExplainedAsync(page, PenDigit.Ours[7]);

        await Expect(page.Page.Locator("#unexplained")).ToBeHiddenAsync();
        Assert.Equal(["ink", "crop", "input"], explanation.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("name").GetString()));
        foreach (var step in explanation.GetProperty("steps").EnumerateArray())
        {
            var image = page.Page.Locator($"[data-step={step.GetProperty("name")}] img");
            await Expect(image).ToBeVisibleAsync();
            await Expect(image).ToHaveAttributeAsync("src", step.GetProperty("image").GetString()!);
            await Expect(image).ToHaveCSSAsync("image-rendering", "pixelated");
            Assert.Equal(step.GetProperty("width").GetInt32(), await image.EvaluateAsync<int>("async image => (await image.decode(), image.naturalWidth)"));
        }
    }

    [Fact]
    public async Task Why_this_digit_and_not_the_runner_up_is_told_in_colours_marks_and_words()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();

        var explanation = await DrawExplainedAsync(page, PenDigit.FourOrNine);

        var digits = new[] { "saliency", "runnerUp" }.Select(part => explanation.GetProperty(part).GetProperty("digit").GetInt32()).ToArray();
        Assert.Equal([4, 9], digits.Order());
        await Expect(page.Page.Locator("#why")).ToHaveTextAsync($"Why {digits[0]} and not {digits[1]}");
        for (var i = 0; i < 2; i++)
        {
            var figure = page.Page.Locator("[data-evidence]").Nth(i);
            await Expect(figure.Locator("img")).ToHaveAttributeAsync("alt", $"The ink in colours: what speaks for {digits[i]} and what against it");
            await Expect(figure.Locator("figcaption"))
                .ToHaveTextAsync(new Regex($@"^{digits[i]} Most for it: the ink (at|on|in) the [a-z ]+\. Most against it: the ink (at|on|in) the [a-z ]+\.$"));
            await Expect(figure.Locator(".for")).ToHaveTextAsync("+");
            await Expect(figure.Locator(".against")).ToHaveTextAsync("−");
            Assert.InRange(await figure.Locator(".for").EvaluateAsync<double>(WarmthBelow), 40, 255);
            Assert.InRange(await figure.Locator(".against").EvaluateAsync<double>(WarmthBelow), -255, -40);
        }
    }

    [Fact]
    public async Task The_places_in_words_are_those_of_the_marks()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();
        string[] places = ["at the top left", "at the top", "at the top right", "on the left", "in the middle", "on the right", "at the bottom left",
            "at the bottom", "at the bottom right"];

        foreach (var digit in new[] { PenDigit.FourOrNine, PenDigit.Ours[3], PenDigit.Ours[1] })
        {
            await DrawExplainedAsync(page, digit);

            foreach (var figure in await page.Page.Locator("[data-evidence]").AllAsync())
            {
                var words = await figure.Locator("figcaption span").InnerTextAsync();
                foreach (var (sign, start, none) in new[] { ("for", "Most for it", "Nothing speaks for it."),
                    ("against", "Most against it", "Nothing speaks against it.") })
                {
                    var mark = figure.Locator($".{sign}");
                    if (!await mark.IsVisibleAsync())
                    {
                        Assert.Contains(none, words, StringComparison.Ordinal);
                        continue;
                    }

                    var (ink, at) = (await ReadAsync(page.Page.Locator("#frame"), "--left", "--top", "--width", "--height"),
                        await ReadAsync(mark, "--x", "--y"));
                    var (column, row) = (Third(at[0] - ink[0], ink[2]), Third(at[1] - ink[1], ink[3]));
                    Assert.Contains($"{start}: the ink {places[3 * row + column]}.", words, StringComparison.Ordinal);
                }
            }

            await page.Page.Keyboard.PressAsync("Escape");
            await Expect(page.Page.Locator("#unexplained")).ToBeVisibleAsync();
        }

        static Task<double[]> ReadAsync(ILocator element, params string[] names) =>
            element.EvaluateAsync<double[]>("(element, names) => names.map(name => Number(element.style.getPropertyValue(name)))", names);

        static int Third(double at, double side) => side < 6 ? 1 : Math.Clamp((int)Math.Floor(3 * at / side), 0, 2);
    }

    [Fact]
    public async Task What_is_no_digit_is_explained_as_what_it_would_be()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();

        await DrawExplainedAsync(page, PenDigit.LetterM);

        await Expect(page.Page.Locator("#why")).ToHaveTextAsync(new Regex(@"^If it had to be a digit: why \d and not \d$"));
    }

    [Theory]
    [InlineData(320, 1)]
    [InlineData(360, 3)]
    [InlineData(1440, 1)]
    public async Task Each_layer_is_one_crisp_picture_with_its_number_and_size_in_words(int width, float pixelRatio)
    {
        await using var page = await site.OpenAsync(new() { ViewportSize = new() { Width = width, Height = 800 }, DeviceScaleFactor = pixelRatio });
        await page.LookInsideAsync();

        var explanation = await DrawExplainedAsync(page, PenDigit.Ours[3]);

        var layers = explanation.GetProperty("layers").EnumerateArray().ToList();
        var figures = page.Page.Locator("#layers figure");
        await Expect(figures).ToHaveCountAsync(layers.Count);
        foreach (var (i, layer) in layers.Index())
        {
            var (channels, side) = (layer.GetProperty("channels").GetInt32(), layer.GetProperty("width").GetInt32());
            var image = figures.Nth(i).Locator("img");
            await Expect(figures.Nth(i).Locator("figcaption"))
                .ToHaveTextAsync($"Layer {i + 1} {channels} maps of {side} by {layer.GetProperty("height").GetInt32()} pixels");
            await Expect(image).ToHaveAttributeAsync("alt", new Regex($"^{channels} maps of layer {i + 1} side by side"));
            await Expect(image).ToHaveAttributeAsync("src", layer.GetProperty("image").GetString()!);
            await Expect(image).ToHaveCSSAsync("image-rendering", "pixelated");
            var scale = await image.EvaluateAsync<double>("async image => (await image.decode(), image.clientWidth / image.naturalWidth)");
            Assert.Equal(Math.Max(1, Math.Round(scale)), scale, 1e-6); // all pixels are of one size
        }

        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Nothing_is_asked_for_while_the_panel_is_closed()
    {
        await using var page = await site.OpenAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        Assert.Empty(Explanations(page));

        await page.LookInsideAsync();
        await Expect(page.Page.Locator("#seen")).ToBeVisibleAsync(); // of what was drawn before
        await page.LookInsideAsync(); // closes it
        await page.Page.Keyboard.PressAsync("Escape");
        var asked = Explanations(page).Count;
        await page.DrawAsync(PenDigit.Ours[3]);

        Assert.Equal(1, asked);
        Assert.Equal(asked, Explanations(page).Count);
    }

    [Fact]
    public async Task The_panel_follows_the_pen()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();
        var box = await page.PadBoxAsync();

        var sources = new HashSet<string?>();
        await page.Page.Mouse.MoveAsync(box.X + box.Width * 0.3f, box.Y + box.Height * 0.2f);
        await page.Page.Mouse.DownAsync();
        foreach (var (x, y) in new[] { (0.7f, 0.2f), (0.6f, 0.5f), (0.5f, 0.8f) })
        {
            await page.Page.RunAndWaitForResponseAsync(() =>
                page.Page.Mouse.MoveAsync(box.X + box.Width * x, box.Y + box.Height * y, new() { Steps = 5 }), Explained);
            await page.ExplainedAsync();
            sources.Add(await page.Page.Locator("#seen").GetAttributeAsync("src"));
        }

        await page.Page.Mouse.UpAsync();
        Assert.Equal(3, sources.Count);
    }

    [Fact]
    public async Task An_explanation_that_takes_long_holds_up_no_answer_and_is_dropped_when_it_is_of_another_drawing()
    {
        await using var page = await site.OpenAsync();
        var held = new List<IRoute>();
        await page.Page.RouteAsync(Explained, route =>
        {
            held.Add(route);
            return Task.CompletedTask;
        });
        await page.LookInsideAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Answer).ToHaveAttributeAsync("aria-busy", "false");
        await Expect(page.Page.Locator("#explained")).ToBeHiddenAsync();
        Assert.Single(held); // one on its way at most, however long the pen moved

        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "empty");
        await held[0].ContinueAsync();
        await page.Page.UnrouteAsync(Explained);
        await page.Page.WaitForTimeoutAsync(300);
        await Expect(page.Page.Locator("#explained")).ToBeHiddenAsync();

        await page.DrawAsync(PenDigit.Ours[3]);
        await Expect(page.Page.Locator("#why")).ToHaveTextAsync(new Regex("^Why 3 and not"));
    }

    [Fact]
    public async Task It_comes_back_by_itself_after_a_failure()
    {
        await using var page = await site.OpenAsync();
        await page.Page.RouteAsync(Explained, route => route.AbortAsync());
        await page.LookInsideAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(page.Page.Locator("#unexplained")).ToBeVisibleAsync();

        await page.Page.UnrouteAsync(Explained);

        await Expect(page.Page.Locator("#why")).ToHaveTextAsync(new Regex("^Why 7 and not"), new() { Timeout = 15_000 });
    }

    [Fact]
    public async Task It_changes_its_language_with_the_page()
    {
        await using var page = await site.OpenAsync(new() { ViewportSize = new() { Width = 320, Height = 568 } });
        await page.LookInsideAsync();
        await DrawExplainedAsync(page, PenDigit.Ours[7]);

        foreach (var (language, why) in new[] { ("de", "Warum 7 und nicht"), ("es", "Por qué 7 y no"), ("zh", "为什么是 7 而不是") })
        {
            await page.Page.Locator("#language").SelectOptionAsync(language);

            await Expect(page.Page.Locator("#why")).ToContainTextAsync(why);
            var texts = await page.Page.Locator("#explained").InnerTextAsync();
            Assert.DoesNotContain("{", texts, StringComparison.Ordinal);
            Assert.DoesNotContain("undefined", texts, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"\b(the|ink|layer|maps)\b", texts); // nothing is left in English
            Assert.Equal(320, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        }
    }

    [Theory]
    [InlineData(320)]
    [InlineData(1440)]
    public async Task Axe_finds_nothing_in_either_scheme(int width)
    {
        await using var page = await site.OpenAsync(new() { ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = 800 } });
        await page.LookInsideAsync();
        await DrawExplainedAsync(page, PenDigit.FourOrNine);

        await page.AxeFindsNothingAsync(ColorScheme.Light);
        await page.AxeFindsNothingAsync(ColorScheme.Dark);
    }

    private static List<string> Explanations(DigitPage page) => [.. page.Requests.Where(url => url.EndsWith("explain=true", StringComparison.Ordinal))];

    /// <summary>Draws with the panel open, and waits until it shows what is drawn.</summary>
    /// <returns>The service's explanation.</returns>
    private static async Task<JsonElement> DrawExplainedAsync(DigitPage page, PenDigit digit)
    {
        IResponse? last = null;
        void Keep(object? _, IResponse response) => last = response.Url.EndsWith("explain=true", StringComparison.Ordinal) ? response : last;
        page.Page.Response += Keep;
        await page.DrawAsync(digit);
        await page.ExplainedAsync();
        page.Page.Response -= Keep;

        Assert.NotNull(last);
        using var answer = JsonDocument.Parse(await last.TextAsync());
        return answer.RootElement.GetProperty("explanation").Clone();
    }
}
