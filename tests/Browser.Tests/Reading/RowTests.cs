using System.Numerics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

/// <summary>Several digits at once, drawn or photographed.</summary>
public class RowTests(Site site)
{
    [Theory]
    [InlineData("2026")]
    [InlineData("90731")]
    public async Task A_photo_of_a_row_is_read_with_a_frame_around_each_digit(string text)
    {
        var row = PhotoRow.Of(text);
        await using var page = await site.OpenAsync();

        await page.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "photo.jpg", MimeType = "image/jpeg", Buffer = row.Jpeg });

        await Expect(page.Digit).ToHaveTextAsync(text);
        await Expect(page.Words).ToHaveTextAsync($"That reads {text}");
        await AssertFramedAsync(page, text, row.Ink.Select(ink => (PhotoRow.OnPaper(ink), 0.02f)));
        await Expect(page.Page.Locator("#row li")).ToHaveTextAsync(text.Select(digit => new Regex($@"^{digit}> ?\d|^{digit}\d+\.\d%$")));
        await Expect(page.Page.Locator("#bars")).ToBeHiddenAsync();
        await Expect(page.Page.GetByRole(AriaRole.Status))
            .ToContainTextAsync($"That reads {string.Join(' ', text.AsEnumerable())}. {text.Length} digits.");
        await Expect(page.Page.Locator("#list b")).ToHaveTextAsync([text]);
    }

    [Fact]
    public async Task Two_digits_that_are_drawn_are_read_both()
    {
        await using var page = await site.OpenAsync();

        await DrawFortyTwoAsync(page);

        await Expect(page.Digit).ToHaveTextAsync("42");
        await AssertFramedAsync(page, "42", [(new SKRect(0.15f, 0.25f, 0.41f, 0.7f), 0.06f), (new SKRect(0.56f, 0.25f, 0.83f, 0.7f), 0.06f)]);
        await page.Page.Keyboard.PressAsync("Control+z"); // the 4 alone
        await Expect(page.Digit).ToHaveTextAsync("4");
        await Expect(page.Page.Locator("#boxes span")).ToHaveCountAsync(0);
        await Expect(page.Page.Locator("#bars")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#row")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Each_digit_is_explained_when_its_frame_is_tapped()
    {
        await using var page = await site.OpenAsync();
        await page.LookInsideAsync();

        await DrawFortyTwoAsync(page);

        var why = page.Page.Locator("#why");
        await Expect(why).ToHaveTextAsync(new Regex("^Why 4 and not "));
        await page.Page.Locator("#boxes b").Nth(1).ClickAsync();
        await Expect(why).ToHaveTextAsync(new Regex("^Why 2 and not "));
        await Expect(page.Page.Locator("#boxes [data-chosen]")).ToHaveTextAsync("2");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "4", Exact = true }).First.ClickAsync(); // by keyboard, too
        await Expect(why).ToHaveTextAsync(new Regex("^Why 4 and not "));
    }

    [Fact]
    public async Task What_is_no_digit_among_them_has_a_dashed_frame_and_no_probability()
    {
        await using var page = await site.OpenAsync();
        await DrawSharesAsync(page, [[(0.2f, 0.28f), (0.18f, 0.5f), (0.38f, 0.5f)], [(0.36f, 0.28f), (0.34f, 0.67f)]]);

        await page.DrawAsync((left, top, width, height) =>
            PenDigit.LetterM.FitInto(left + width * 0.55f, top + height * 0.25f, width * 0.4f, height * 0.4f).Select(Stepped));

        await Expect(page.Page.Locator("#boxes [data-unclear]")).ToHaveCSSAsync("border-top-style", "dashed");
        await Expect(page.Page.Locator("#boxes [data-unclear]")).ToHaveTextAsync("?");
        await Expect(page.Page.Locator("#row")).ToContainTextAsync("?no digit");
        await Expect(page.Detail).ToContainTextAsync("What has a dashed frame doesn’t look like a digit.");
        await Expect(page.Digit).ToHaveTextAsync("4?");
    }

    [Fact]
    public async Task One_digit_is_asked_about_once()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        Assert.DoesNotContain(page.Requests, url => url.EndsWith("/read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Axe_finds_nothing_and_a_long_row_does_not_stick_out()
    {
        const string text = "2024073119";
        await using var page = await site.OpenAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await page.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "photo.jpg", MimeType = "image/jpeg", Buffer = PhotoRow.Of(text).Jpeg });
        await Expect(page.Page.Locator("#boxes span")).ToHaveCountAsync(text.Length);

        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1100), (ColorScheme.Dark, 1100), (ColorScheme.Dark, 360), (ColorScheme.Dark, 320) })
        {
            await page.Page.SetViewportSizeAsync(width, 760);
            await page.AxeFindsNothingAsync(scheme);
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            Assert.True(await page.Digit.EvaluateAsync<bool>(
                "digit => digit.getBoundingClientRect().right <= digit.closest('section').getBoundingClientRect().right"));
            Assert.True(await page.Page.Locator("#list b").EvaluateAsync<bool>(
                "name => name.scrollWidth <= name.clientWidth && name.getBoundingClientRect().right <= name.closest('li').getBoundingClientRect().right"));
        }
    }

    /// <summary>A 4 and a 2, each of one stroke or two, side by side.</summary>
    internal static Task DrawFortyTwoAsync(DigitPage page) => DrawSharesAsync(page,
    [
        [(0.2f, 0.28f), (0.18f, 0.5f), (0.38f, 0.5f)],
        [(0.36f, 0.28f), (0.34f, 0.67f)],
        [(0.6f, 0.37f), (0.63f, 0.3f), (0.71f, 0.28f), (0.78f, 0.34f), (0.76f, 0.44f), (0.67f, 0.56f), (0.59f, 0.67f), (0.8f, 0.67f)],
    ]);

    private static Task DrawSharesAsync(DigitPage page, (float X, float Y)[][] strokes) => page.DrawAsync((left, top, width, height) =>
        strokes.Select(stroke => Stepped([.. stroke.Select(point => new Vector2(left + point.X * width, top + point.Y * height))])));

    /// <summary>With three points more between two, as a hand's stroke has.</summary>
    private static IReadOnlyList<Vector2> Stepped(IReadOnlyList<Vector2> stroke) =>
        [stroke[0], .. stroke.Zip(stroke.Skip(1)).SelectMany(pair => Enumerable.Range(1, 4).Select(step => Vector2.Lerp(pair.First, pair.Second, step / 4f)))];

    /// <summary>Asserts that the frames stand where the ink is: places in shares of the paper, and how much a frame's edges may be off.</summary>
    private static async Task AssertFramedAsync(DigitPage page, string text, IEnumerable<(SKRect Ink, float Tolerance)> places)
    {
        await Expect(page.Page.Locator("#boxes span")).ToHaveTextAsync(text.Select(digit => $"{digit}"));
        var paper = await page.PadBoxAsync();
        foreach (var (i, (ink, tolerance)) in places.Index())
        {
            var frame = await page.Page.Locator("#boxes span").Nth(i).BoundingBoxAsync();
            Assert.Equal(ink.Left, (frame!.X - paper.X) / paper.Width, tolerance);
            Assert.Equal(ink.Top, (frame.Y - paper.Y) / paper.Height, tolerance);
            Assert.Equal(ink.Right, (frame.X + frame.Width - paper.X) / paper.Width, tolerance);
            Assert.Equal(ink.Bottom, (frame.Y + frame.Height - paper.Y) / paper.Height, tolerance);
        }
    }
}
