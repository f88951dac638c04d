using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests;

public class ReadingTests(Site site)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Reads_a_digit_as_the_pen_is_lifted(int label)
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.Ours[label]);

        await Expect(page.Digit).ToHaveTextAsync($"{label}");
        await Expect(page.Words).ToContainTextAsync($" a {label}"); // "That’s a 3", "Could be a 3 or a 5"
    }

    [Fact]
    public async Task Reads_at_least_97_of_100_digits_that_other_people_drew()
    {
        const int perDigit = 10;
        var folder = Environment.GetEnvironmentVariable("PENDIGITS_DATA");
        Assert.SkipWhen(folder is null, "PENDIGITS_DATA is not set: the folder with strokes.txt of the UCI pen digits.");
        var samples = PenDigit.ReadAll(Path.Combine(folder, "strokes.txt"))
            .GroupBy(digit => digit.Label)
            .SelectMany(digits => digits.Chunk(digits.Count() / perDigit).Take(perDigit).Select(part => part[part.Length / 2])) // spread over the writers
            .ToList();
        await using var page = await site.OpenAsync();

        var wrong = new List<string>();
        foreach (var sample in samples)
        {
            await page.DrawAsync(sample);
            var digit = await page.Digit.InnerTextAsync();
            if (digit != $"{sample.Label}")
                wrong.Add($"{sample.Label} read as {digit}");
            await page.Page.Keyboard.PressAsync("Escape");
        }

        Assert.Equal(10 * perDigit, samples.Count);
        Assert.True(wrong.Count <= 3, $"{wrong.Count} of {samples.Count} wrong: {string.Join(", ", wrong)}");
    }

    [Fact]
    public async Task A_letter_is_not_taken_for_a_digit()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.LetterM);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");
        await Expect(page.Words).ToHaveTextAsync("Not a digit");
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(1100, 760)]
    public async Task What_the_service_rejects_is_shown_without_probabilities_and_with_what_to_do(int width, int height)
    {
        await using var page = await site.OpenAsync(new() { ViewportSize = new() { Width = width, Height = height } });
        await page.Page.RouteAsync("**/predict*", async route => // as a model answers that rejects it
        {
            var answer = await (await route.FetchAsync()).TextAsync();
            await route.FulfillAsync(new() { ContentType = "application/json", Body = answer.Replace("\"isDigit\":true", "\"isDigit\":false", StringComparison.Ordinal) });
        });

        await page.DrawAsync(PenDigit.LetterM);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");
        await Expect(page.Words).ToHaveTextAsync("Not a digit");
        await Expect(page.Detail).ToHaveTextAsync("Draw one digit, large and alone.");
        await Expect(page.Digit).ToHaveTextAsync("?");
        await Expect(page.Page.Locator("#seen")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#retry")).ToBeHiddenAsync();
        await Expect(page.Page.Locator(".highest")).ToHaveCountAsync(0);
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", $"rejected-{width}.png") });

        await page.Page.UnrouteAsync("**/predict*");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.Ours[3]);

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "prediction");
    }

    [Fact]
    public async Task Ten_bars_show_the_probabilities()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.Ours[3]);

        var rows = page.Page.Locator("#bars li");
        await Expect(rows).ToHaveCountAsync(10);
        await Expect(rows.Nth(3)).ToHaveClassAsync("highest");
        var probabilities = await rows.EvaluateAllAsync<double[]>("rows => rows.map(row => Number(row.style.getPropertyValue('--probability')))");
        Assert.Equal(1, probabilities.Sum(), 1e-3);
        Assert.Equal(3, Array.IndexOf(probabilities, probabilities.Max()));
    }

    [Fact]
    public async Task The_picture_that_the_network_saw_appears_with_crisp_pixels()
    {
        await using var page = await site.OpenAsync();
        var seen = page.Page.Locator("#seen");
        await Expect(seen).ToBeHiddenAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(seen).ToBeVisibleAsync();
        await Expect(seen).ToHaveCSSAsync("image-rendering", "pixelated");
        Assert.Equal(28, await seen.EvaluateAsync<int>("async image => (await image.decode(), image.naturalWidth)"));
    }

    [Fact]
    public async Task An_answer_about_an_older_drawing_is_dropped()
    {
        await using var page = await site.OpenAsync();
        var held = new TaskCompletionSource<IRoute>();
        await page.Page.RouteAsync("**/predict*", route => held.TrySetResult(route) ? Task.CompletedTask : route.ContinueAsync());
        await DrawUnansweredAsync(page);
        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.Ours[3]);

        var older = await held.Task;
        await page.Page.RunAndWaitForRequestFinishedAsync(() => older.ContinueAsync());

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Answer).ToHaveAttributeAsync("aria-busy", "false");
    }

    private static async Task DrawUnansweredAsync(DigitPage page)
    {
        var box = await page.PadBoxAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height / 4);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width / 2, box.Y + box.Height * 3 / 4);
        await page.Page.Mouse.UpAsync();
        await Expect(page.Answer).ToHaveAttributeAsync("aria-busy", "true");
    }
}
