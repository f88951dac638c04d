using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class EveryoneTests(Site site)
{
    [Fact]
    public async Task Axe_finds_nothing_in_any_state_and_in_either_scheme()
    {
        await using var page = await site.OpenAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.LookInsideAsync();

        foreach (var state in new[] { "empty", "sure", "rejected", "problem" })
        {
            if (state == "problem")
                await page.Page.Context.SetOfflineAsync(true);
            await page.Page.Keyboard.PressAsync("Escape");
            if (state != "empty")
                await page.DrawAsync(state == "rejected" ? PenDigit.LetterM : PenDigit.Ours[7]);
            await Expect(page.Answer).ToHaveAttributeAsync("data-state", state);

            await page.AxeFindsNothingAsync(ColorScheme.Light);
            await page.AxeFindsNothingAsync(ColorScheme.Dark);
        }
    }

    [Fact]
    public async Task A_digit_is_drawn_and_read_by_the_keyboard_alone()
    {
        await using var page = await site.OpenAsync();
        await PressAsync("Tab", 3); // language, colours, canvas
        await Expect(page.Pad).ToBeFocusedAsync();
        await Expect(page.Page.Locator("#cursor")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#padHelp")).ToBeVisibleAsync();

        await PressAsync("ArrowLeft", 5); // a 7
        await PressAsync("Space");
        await PressAsync("ArrowRight", 9);
        for (var step = 0; step < 6; step++)
        {
            await PressAsync("ArrowDown", 2);
            await PressAsync("ArrowLeft");
        }

        await PressAsync("Space");
        await page.AnsweredAsync();

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("That’s a 7");
        Assert.Equal(0, await page.Page.EvaluateAsync<int>("scrollY"));

        async Task PressAsync(string key, int times = 1)
        {
            for (var i = 0; i < times; i++)
                await page.Page.Keyboard.PressAsync(key);
        }
    }

    [Fact]
    public async Task The_answer_is_read_out_in_words()
    {
        await using var page = await site.OpenAsync();
        var spoken = page.Page.GetByRole(AriaRole.Status);

        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(spoken).ToContainTextAsync("That’s a 7");

        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.LetterM);
        await Expect(spoken).ToContainTextAsync("Not a digit. Draw one digit, large and alone.");
    }

    [Fact]
    public async Task Every_control_shows_its_focus()
    {
        await using var page = await site.OpenAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        await page.Page.EvaluateAsync("document.activeElement.blur(); scrollTo(0, 0); document.getElementById('language').focus()");

        var reached = new List<string>();
        for (var i = 0; i < 16; i++)
        {
            var (name, outline) = (await FocusedAsync("element.id || element.tagName"),
                await FocusedAsync("getComputedStyle(element.closest('.button') ?? element).outlineStyle"));
            Assert.True(outline == "solid", $"The focus of {name} can't be seen.");
            reached.Add(name);
            await page.Page.Keyboard.PressAsync("Tab");
        }

        Assert.All(new[] { "language", "theme", "pad", "undo", "eraser", "clear", "share", "width", "file", "SUMMARY", "saveAll", "forget" },
            name => Assert.Contains(name, reached));

        Task<string> FocusedAsync(string what) => page.Page.EvaluateAsync<string>($"() => {{ const element = document.activeElement; return {what} }}");
    }

    [Fact]
    public async Task Touch_targets_are_44_pixels_and_nothing_sticks_out()
    {
        await using var page = await site.OpenAsync(new() { HasTouch = true });
        await page.DrawAsync(PenDigit.Ours[7]);

        foreach (var language in new[] { "en", "de", "es", "zh" })
        {
            await page.Page.Locator("#language").SelectOptionAsync(language);
            await Expect(page.Page.Locator("html")).ToHaveAttributeAsync("lang", language);
            foreach (var (width, height) in new[] { (320, 568), (480, 800), (768, 1024), (900, 500), (3840, 2160) })
                await AssertAsync(language, width, height);
        }

        async Task AssertAsync(string language, int width, int height)
        {
            await page.Page.SetViewportSizeAsync(width, height);
            var small = await page.Page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('button, select, summary, .button, a, input[type=range]')].filter(element => element.checkVisibility())
                  .map(element => [element.getBoundingClientRect(), element]).filter(([box]) => box.height < 44 || box.width < 44)
                  .map(([box, element]) => `${element.id || element.textContent.trim()} ${box.width} × ${box.height}`)
                """);
            Assert.True(small.Length == 0, $"{language}, {width}: {string.Join("; ", small)}");
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            var lines = await page.Page.EvaluateAsync<int[]>(
                "[...new Set([...document.querySelectorAll('.tools button:not([hidden])')].map(tool => tool.offsetTop))]");
            Assert.True(lines.Length == 1, $"{language}, {width}: the tools stand in {lines.Length} lines.");
        }
    }

    [Fact]
    public async Task The_theme_is_the_systems_until_it_is_switched_and_is_remembered()
    {
        await using var page = await site.OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        var button = page.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" });
        const string dark = "rgb(18, 19, 24)", light = "rgb(246, 245, 242)";
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", dark);

        await button.ClickAsync();
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", light);
        await Expect(page.Page.Locator("[name=theme-color]").Last).ToHaveAttributeAsync("content", light); // the browser around it, too
        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", light);
        await button.ClickAsync();
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", dark);

        await page.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light }); // back with the system
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", light);
    }

    [Fact]
    public async Task Another_tab_and_the_model_card_follow_the_theme_and_another_tab_the_language()
    {
        await using var page = await site.OpenAsync();
        var other = await page.Page.Context.NewPageAsync();
        await other.GotoAsync("/");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
        await page.Page.GetByLabel("Language").SelectOptionAsync("de");

        await Expect(other.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Expect(other.Locator("#words")).ToHaveTextAsync("Zeichne eine Ziffer von 0 bis 9");
        await other.GotoAsync("/model.html");
        await Expect(other.Locator("html")).ToHaveCSSAsync("color-scheme", "dark");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Borders_of_buttons_are_seen_and_high_contrast_keeps_bars_frames_and_ink(ColorScheme scheme)
    {
        await using var page = await site.OpenAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        await page.DrawAsync(PenDigit.Ours[7]);

        var contrasts = await page.Page.EvaluateAsync<double[]>(
            """
            () => {
              const luminance = color => color.match(/[\d.]+/g).slice(0, 3).map(level => level / 255)
                .map(level => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4))
                .reduce((sum, level, i) => sum + level * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = luminance(getComputedStyle(document.body).backgroundColor);
              return [...document.querySelectorAll('button, select, .button')]
                .filter(control => control.checkVisibility() && !control.matches('.history .icon'))
                .map(control => luminance(getComputedStyle(control).borderTopColor))
                .map(edge => (Math.max(edge, ground) + 0.05) / (Math.min(edge, ground) + 0.05));
            }
            """);
        Assert.All(contrasts, contrast => Assert.True(contrast >= 3, $"{contrast:F2} : 1"));

        await page.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        var ink = await page.Pad.EvaluateAsync<string>("pad => getComputedStyle(pad).color");
        Assert.Equal(ink, await page.Page.Locator(".paper").EvaluateAsync<string>("paper => getComputedStyle(paper).outlineColor"));
        Assert.NotEqual(ink, await page.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        var bars = await page.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('.bar')].slice(6, 8).map(bar => getComputedStyle(bar, '::before').backgroundColor)");
        Assert.NotEqual(bars[0], bars[1]); // the highest one is another
    }

    [Fact]
    public async Task Printed_it_is_dark_on_light_without_what_can_be_pressed()
    {
        await using var page = await site.OpenAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.DrawAsync(PenDigit.Ours[7]);

        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });

        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("color", "rgb(29, 31, 42)");
        await Expect(page.Pad).ToHaveCSSAsync("filter", "brightness(0)");
        await Expect(page.Page.Locator("#undo")).ToBeHiddenAsync();
        await Expect(page.Page.Locator("#digit")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Text_of_twice_the_size_reflows_on_a_phone_and_a_wall_is_used()
    {
        await using var page = await site.OpenAsync(new() { BypassCSP = true, ViewportSize = new() { Width = 3840, Height = 2160 } });
        await page.DrawAsync(PenDigit.Ours[7]);
        Assert.InRange((await page.Page.Locator("main").BoundingBoxAsync())!.Width, 2 / 3f * 3840, 3840);

        await page.Page.SetViewportSizeAsync(360, 740);
        await page.Page.AddStyleTagAsync(new() { Content = "html { font-size: 200% }" });

        Assert.Equal(360, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Bars_move_only_for_those_who_like_it()
    {
        await using var page = await site.OpenAsync();

        foreach (var (motion, duration) in new[] { (ReducedMotion.Reduce, "0s"), (ReducedMotion.NoPreference, "0.18s") })
        {
            await page.Page.EmulateMediaAsync(new() { ReducedMotion = motion });

            Assert.Equal(duration,
                await page.Page.Locator(".bar").First.EvaluateAsync<string>("bar => getComputedStyle(bar, '::before').transitionDuration"));
        }
    }

    [Fact]
    public async Task From_right_to_left_the_page_is_mirrored_and_the_drawing_is_not()
    {
        await using var page = await site.OpenAsync();
        await page.Page.EvaluateAsync("document.documentElement.dir = 'rtl'");

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        var (pad, answer) = (await page.PadBoxAsync(), await page.Answer.BoundingBoxAsync());
        Assert.True(pad.X > answer!.X + answer.Width, "The answer stands left of the drawing.");
        Assert.Equal(1100, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
