using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

public class ReadingTests(Site site)
{
    [Fact]
    public async Task Reads_a_digit_as_the_pen_is_lifted()
    {
        await using var page = await site.OpenAsync();

        foreach (var (label, drawing) in PenDigit.Ours)
        {
            await page.DrawAsync(drawing);

            await Expect(page.Digit).ToHaveTextAsync($"{label}");
            await Expect(page.Words).ToContainTextAsync($" a {label}"); // "That’s a 3", "Could be a 3 or a 5"
            await page.Page.Keyboard.PressAsync("Escape");
        }
    }

    /// <summary>Two of each digit; DRAWN_DIGITS=20 draws twenty, two hundred in all.</summary>
    [Fact]
    public async Task Reads_at_least_97_percent_of_digits_that_other_people_drew()
    {
        var perDigit = int.Parse(Environment.GetEnvironmentVariable("DRAWN_DIGITS") ?? "2", CultureInfo.InvariantCulture);
        var folder = Environment.GetEnvironmentVariable("PENDIGITS_DATA");
        Assert.SkipWhen(folder is null, "PENDIGITS_DATA is not set: the folder with strokes.txt of the UCI pen digits.");
        var samples = PenDigit.ReadAll(Path.Combine(folder, "strokes.txt"))
            .GroupBy(digit => digit.Label)
            .SelectMany(digits => digits.Chunk(digits.Count() / perDigit).Take(perDigit).Select(part => part[part.Length / 2])) // spread over the writers
            .ToList();
        await using var page = await site.OpenAsync();

        var wrong = await WrongAsync(page, samples);

        Assert.Equal(10 * perDigit, samples.Count);
        Assert.True(wrong.Count <= 0.03 * samples.Count, $"{wrong.Count} of {samples.Count} wrong: {string.Join(", ", wrong)}");
    }

    private static async Task<List<string>> WrongAsync(DigitPage page, IEnumerable<PenDigit> drawings)
    {
        var wrong = new List<string>();
        foreach (var drawing in drawings)
        {
            await page.DrawAsync(drawing);
            var digit = (await page.Digit.InnerTextAsync()).Split(' ')[0]; // the most probable one of "4 or 9"
            if (digit != $"{drawing.Label}")
                wrong.Add($"{drawing.Label} read as {digit}");
            await page.Page.Keyboard.PressAsync("Escape");
        }

        return wrong;
    }

    [Theory]
    [InlineData(0, "a slash through it")]
    [InlineData(7, "a bar across it")]
    public async Task Reads_at_least_97_percent_of_slashed_zeros_and_crossed_sevens(int label, string crossedBy)
    {
        const int count = 34;
        var folder = Environment.GetEnvironmentVariable("UNIPEN_DATA");
        Assert.SkipWhen(folder is null, "UNIPEN_DATA is not set: the folder with digits.txt of UniPen's strokes.");
        var crossed = PenDigit.ReadAll(Path.Combine(folder, "digits.txt")).Where(digit => digit.Label == label && IsCrossed(digit)).ToList();
        var samples = crossed.Chunk(crossed.Count / count).Take(count).Select(part => part[0]).ToList(); // spread over the writers
        await using var page = await site.OpenAsync();

        var wrong = await WrongAsync(page, samples);

        Assert.Equal(count, samples.Count);
        Assert.True(wrong.Count <= 0.03 * samples.Count, $"{wrong.Count} of {samples.Count} with {crossedBy} wrong: {string.Join(", ", wrong)}");

        // two strokes, the second nearly straight, half as wide or high as the digit at least, and through its middle
        static bool IsCrossed(PenDigit digit)
        {
            if (digit.Strokes is not [var first, var second])
                return false;
            var (low, high) = (first.Aggregate(Vector2.Min), first.Aggregate(Vector2.Max));
            var (start, end) = (second[0], second[^1]);
            var way = second.Zip(second.Skip(1), Vector2.Distance).Sum();
            return Vector2.Distance(start, end) is var length && length > 0.9f * way && length > 0.5f * Math.Min(high.X - low.X, high.Y - low.Y)
                && Vector2.Distance((start + end) / 2, (low + high) / 2) < 0.25f * (high.Y - low.Y);
        }
    }

    [Fact]
    public async Task A_letter_is_not_taken_for_a_digit()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.LetterM);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");
        await Expect(page.Words).ToHaveTextAsync("Not a digit");
    }

    [Fact]
    public async Task A_rejection_waits_for_another_stroke()
    {
        await using var page = await site.OpenAsync();
        await page.Page.Clock.InstallAsync();
        await page.Page.Clock.PauseAtAsync(DateTime.UtcNow.AddHours(1));

        var asked = page.Page.WaitForResponseAsync("**/predict*");
        var box = await page.PadBoxAsync();
        await page.Page.Mouse.ClickAsync(box.X + box.Width / 2, box.Y + box.Height / 2); // a dot: no digit
        await asked;
        await page.Page.Clock.RunForAsync(600);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "drawing");
        await Expect(page.Page.GetByRole(AriaRole.Status)).ToBeEmptyAsync();
        await page.Page.Clock.RunForAsync(200);
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
            await route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = answer.Replace("\"isDigit\":true", "\"isDigit\":false", StringComparison.Ordinal),
            });
        });
        await page.LookInsideAsync();

        await page.DrawAsync(PenDigit.LetterM);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");
        await Expect(page.Words).ToHaveTextAsync("Not a digit");
        await Expect(page.Detail).ToContainTextAsync("Draw one digit, large and alone.");
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
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "sure");
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
        await page.LookInsideAsync();
        await Expect(seen).ToBeHiddenAsync();

        await page.DrawAsync(PenDigit.Ours[7]);
        await page.ExplainedAsync();

        await Expect(seen).ToBeVisibleAsync();
        await Expect(seen).ToHaveCSSAsync("image-rendering", "pixelated");
        Assert.Equal(28, await seen.EvaluateAsync<int>("async image => (await image.decode(), image.naturalWidth)"));
        var (image, frame) = (await seen.BoundingBoxAsync(), await page.Page.Locator("#frame").BoundingBoxAsync());
        Assert.InRange(frame!.Height / image!.Height, 19 / 28f, 21 / 28f); // MNIST's 20 pixels of ink, and the grey of its edges
        Assert.InRange(frame.Width, image.Width / 6, image.Width * 20 / 28);
    }

    [Fact]
    public async Task The_answer_comes_while_the_pen_is_down()
    {
        await using var page = await site.OpenAsync();
        var box = await page.PadBoxAsync();
        var strokes = PenDigit.Ours[3].FitInto(box.X, box.Y, box.Width, box.Height).Single();

        await page.Page.Mouse.MoveAsync(strokes[0].X, strokes[0].Y);
        await page.Page.Mouse.DownAsync();
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", new Regex("drawing|sure"));
        foreach (var point in strokes)
            await page.Page.Mouse.MoveAsync(point.X, point.Y);

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Page.Locator("#bars .highest")).ToHaveTextAsync(new Regex("^3"));
        await Expect(page.Page.GetByRole(AriaRole.Status)).ToBeEmptyAsync(); // read out when it is done
        await page.Page.Mouse.UpAsync();
        await Expect(page.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("That’s a 3");
    }

    [Fact]
    public async Task One_question_at_most_is_on_its_way_with_a_small_picture()
    {
        await using var page = await site.OpenAsync();
        var (asking, most, largest) = (0, 0, 0);
        page.Page.Request += (_, request) =>
        {
            if (!request.Url.EndsWith("/predict", StringComparison.Ordinal))
                return;
            most = Math.Max(most, ++asking);
            largest = Math.Max(largest, request.PostDataBuffer!.Length);
        };
        page.Page.RequestFinished += (_, request) => asking -= request.Url.EndsWith("/predict", StringComparison.Ordinal) ? 1 : 0;
        page.Page.RequestFailed += (_, request) => asking -= request.Url.EndsWith("/predict", StringComparison.Ordinal) ? 1 : 0;
        await page.Page.RouteAsync("**/predict*", async route =>
        {
            await Task.Delay(30); // so that the pen is faster
            await route.ContinueAsync();
        });

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        Assert.Equal(1, most);
        Assert.InRange(largest, 100, 12_000);
    }

    [Fact]
    public async Task A_drawing_between_two_digits_is_told_with_both()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.FourOrNine);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "unsure");
        await Expect(page.Words).ToHaveTextAsync(new Regex("^Could be a (4 or a 9|9 or a 4)$"));
        await Expect(page.Detail).ToHaveTextAsync(new Regex(@"^\d+\.\d% for the first, \d+\.\d% for the second\.$"));
    }

    [Fact]
    public async Task How_long_it_took_stands_below()
    {
        await using var page = await site.OpenAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Page.Locator("#timing")).ToHaveTextAsync(new Regex(@"^[\d,.]+ ms there and back, [\d,.]+ ms of it on the server$"));
    }

    [Fact]
    public async Task An_answer_about_an_older_drawing_is_dropped()
    {
        await using var page = await site.OpenAsync();
        var held = new TaskCompletionSource<IRoute>();
        await page.Page.RouteAsync("**/predict*", route => held.TrySetResult(route) ? Task.CompletedTask : route.ContinueAsync());
        await DrawUnansweredAsync(page);
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "empty");

        await page.DrawAsync(PenDigit.Ours[3]);
        await (await held.Task).ContinueAsync(); // asked about a 1; nobody waits for it any more

        await page.Page.WaitForTimeoutAsync(300);
        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Answer).ToHaveAttributeAsync("aria-busy", "false");
    }

    [Fact]
    public async Task The_bars_follow_the_pen_within_100_ms()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MEASURE") == "1", "Set MEASURE=1 on a quiet machine.");
        await using var page = await site.OpenAsync();
        await page.Page.EvaluateAsync(
            """
            () => {
              window.delays = [];
              document.getElementById('pad').addEventListener('pointermove', event => { window.moved ??= event.timeStamp; }, { capture: true });
              new MutationObserver(() => {
                if (window.moved) window.delays.push(performance.now() - window.moved);
                window.moved = null;
              }).observe(document.getElementById('bars'), { attributes: true, subtree: true });
            }
            """);
        var box = await page.PadBoxAsync();
        foreach (var stroke in PenDigit.Ours[3].FitInto(box.X, box.Y, box.Width, box.Height))
        {
            await page.Page.Mouse.MoveAsync(stroke[0].X, stroke[0].Y);
            await page.Page.Mouse.DownAsync();
            foreach (var point in stroke)
                await page.Page.Mouse.MoveAsync(point.X, point.Y, new() { Steps = 8 });
            await page.Page.Mouse.UpAsync();
        }

        await page.AnsweredAsync();
        var delays = await page.Page.EvaluateAsync<double[]>("window.delays.toSorted((a, b) => a - b)");

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"From pen to bars: median {delays[delays.Length / 2]:F0} ms, longest {delays[^1]:F0} ms, of {delays.Length}.");
        Assert.InRange(delays[delays.Length / 2], 0, 100);
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
