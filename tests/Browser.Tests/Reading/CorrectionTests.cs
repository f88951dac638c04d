using System.IO.Compression;
using System.Net.Http.Headers;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

/// <summary>"It's actually a …", against a service that stores what it is told.</summary>
public sealed class CorrectionTests(Site site) : IDisposable
{
    private const string Key = "0123456789abcdef";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-corrections-");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("7", 1)]
    [InlineData("M", 8)]
    [InlineData("M", -1)] // no digit, it said; but it is the one that it would have been
    public async Task One_tap_stores_what_it_really_is(string drawing, int label)
    {
        await using var app = Service();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        await page.DrawAsync(drawing == "M" ? PenDigit.LetterM : PenDigit.Ours[7]);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.Page.Locator("#answer[aria-busy=false]").WaitForAsync();
        var answer = page.Page.WaitForResponseAsync(response => new Uri(response.Url).AbsolutePath.StartsWith("/predict", StringComparison.Ordinal));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Redo" }).ClickAsync();
        var reply = (await (await answer).JsonAsync())!.Value;
        if (reply.TryGetProperty("answers", out var answers)) // it may have been several digits; the first answer is about all of it
            reply = answers[0].GetProperty("prediction");
        var predicted = reply.GetProperty("digit").GetInt32();
        await page.AnsweredAsync();
        label = label < 0 ? predicted : label;

        await page.Page.Locator("#consent").CheckAsync();
        await Label(page, label).ClickAsync();

        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync($"Thank you! It is stored as {(label == 8 ? "an" : "a")} {label}.");
        var model = await page.Page.EvaluateAsync<string>("async () => (await (await fetch('model')).json()).card.version");
        var (row, picture) = Assert.Single(await ExportAsync(app));
        Assert.Equal([$"{label}", $"{predicted}", model], row[2..5]);
        Assert.Equal((128, 128), (picture.Width, picture.Height)); // as the page sent it to be read
        Assert.InRange(picture.Pixels.Count(pixel => pixel.Red > 127), 500, 8000);
    }

    [Fact]
    public async Task Without_consent_nothing_is_sent()
    {
        await using var app = Service();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(page.Page.Locator("#consent")).Not.ToBeCheckedAsync();
        page.Requests.Clear();

        await Label(page, 1).ClickAsync();

        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync("Tick the box first: nothing is sent without your consent.");
        await Expect(page.Page.Locator("#consent")).ToBeFocusedAsync();
        Assert.Empty(page.Requests);
        Assert.Empty(await ExportAsync(app));
    }

    [Fact]
    public async Task Where_corrections_are_off_nothing_is_shown()
    {
        await using var page = await site.OpenAsync();
        Assert.Contains(page.Requests, url => url.EndsWith("/corrections", StringComparison.Ordinal));

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Page.Locator("#correction")).ToBeHiddenAsync();
        await Expect(page.Page.GetByText("actually")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Consent_lasts_for_the_visit_and_no_longer()
    {
        await using var app = Service();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        await page.DrawAsync(PenDigit.Ours[7]);
        await page.Page.Locator("#consent").CheckAsync();
        await Label(page, 1).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToContainTextAsync("Thank you!");
        await Label(page, 2).ClickAsync(new() { Force = true }); // is stored already

        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Page.Locator("#correction")).ToBeHiddenAsync();
        await page.DrawAsync(PenDigit.Ours[3]);
        await Expect(page.Page.Locator("#corrected")).ToBeEmptyAsync();
        await Label(page, 5).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync("Thank you! It is stored as a 5.");

        Assert.Equal(["1", "5"], (await ExportAsync(app)).Select(correction => correction.Row[2]));
        await page.Page.ReloadAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(page.Page.Locator("#consent")).Not.ToBeCheckedAsync();
    }

    [Fact]
    public async Task What_goes_wrong_is_told_in_words_and_can_be_tried_again()
    {
        await using var app = Service(("Corrections:MaxCount", "1"));
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        await page.DrawAsync(PenDigit.Ours[7]);
        await page.Page.Locator("#consent").CheckAsync();

        await page.Page.Context.SetOfflineAsync(true);
        await Label(page, 1).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync("That didn’t work, please tap again. You’re offline");
        await page.Page.Context.SetOfflineAsync(false);
        await Label(page, 1).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToContainTextAsync("Thank you!");

        await page.Page.Keyboard.PressAsync("Escape");
        await page.DrawAsync(PenDigit.Ours[3]);
        await Label(page, 5).ClickAsync();
        await Expect(page.Page.Locator("#corrected")).ToContainTextAsync("There is no room to store more");
        await page.Page.Locator("#language").SelectOptionAsync("de");
        await Expect(page.Page.Locator("#corrected")).ToContainTextAsync("Das hat nicht geklappt");
        Assert.Single(await ExportAsync(app));
    }

    [Fact]
    public async Task A_correction_is_given_by_the_keyboard_alone()
    {
        await using var app = Service();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() });
        await page.DrawAsync(PenDigit.Ours[7]);
        await page.Page.Locator("summary").FocusAsync(); // stands after the answer
        await BackToAsync("consent");
        await page.Page.Keyboard.PressAsync("Space");
        await Expect(page.Page.Locator("#consent")).ToBeCheckedAsync();
        await page.Page.Keyboard.PressAsync("Enter"); // sends nothing
        await page.Page.Keyboard.PressAsync("Shift+Tab");
        await Expect(Label(page, 9)).ToBeFocusedAsync();
        await Expect(Label(page, 9)).ToHaveCSSAsync("outline-style", "solid");

        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.Locator("#corrected")).ToHaveTextAsync("Thank you! It is stored as a 9.");
        Assert.Equal("9", Assert.Single(await ExportAsync(app)).Row[2]);

        async Task BackToAsync(string id)
        {
            for (var i = 0; i < 5 && await page.Page.EvaluateAsync<string>("document.activeElement.id") != id; i++)
                await page.Page.Keyboard.PressAsync("Shift+Tab");
            await Expect(page.Page.Locator($"#{id}")).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task Axe_finds_nothing_and_every_digit_can_be_tapped()
    {
        await using var app = Service();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString(), ReducedMotion = ReducedMotion.Reduce });
        await page.DrawAsync(PenDigit.Ours[7]);
        await Label(page, 1).ClickAsync();

        foreach (var isDone in new[] { false, true })
        {
            if (isDone)
            {
                await page.Page.Locator("#consent").CheckAsync();
                await Label(page, 1).ClickAsync();
                await Expect(page.Page.Locator("#corrected")).ToContainTextAsync("Thank you!");
            }

            foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1100), (ColorScheme.Dark, 1100), (ColorScheme.Light, 320) })
            {
                await page.Page.SetViewportSizeAsync(width, 760);
                await page.AxeFindsNothingAsync(scheme);
            }
        }

        foreach (var width in new[] { 320, 1100 })
        {
            await page.Page.SetViewportSizeAsync(width, 760);
            Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
            foreach (var target in await page.Page.Locator("#labels button, #correction label").AllAsync())
            {
                var box = await target.BoundingBoxAsync();
                Assert.True(box is { Width: >= 44, Height: >= 44 }, $"{width}: {await target.TextContentAsync()}: {box!.Width} × {box.Height}");
            }
        }
    }

    /// <summary>A service whose corrections go into a file, and come out with <see cref="Key"/>.</summary>
    private RunningSite Service(params (string Name, string Value)[] settings) => new(settings: new Dictionary<string, string>
    {
        ["Corrections:Enabled"] = "true",
        ["Corrections:Connection"] = Path.Combine(_folder.FullName, "corrections.db"),
        ["Auth:ApiKeys:0"] = Key,
        ["Auth:ExportOnly"] = "true",
    }.Concat(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).ToDictionary());

    private static ILocator Label(DigitPage page, int digit) => page.Page.Locator("#labels").GetByRole(AriaRole.Button, new() { Name = $"{digit}" });

    /// <summary>Each stored correction as its row (image, picture, label, predicted, model, time) and what was sent.</summary>
    private static async Task<List<(string[] Row, SKBitmap Picture)>> ExportAsync(RunningSite app)
    {
        using var client = new HttpClient
        {
            BaseAddress = app.Address,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Key) },
        };
        using var zip = new MemoryStream(
            await client.GetByteArrayAsync(new Uri("corrections/export?format=csv", UriKind.Relative), TestContext.Current.CancellationToken));
        await using var archive = await ZipArchive.CreateAsync(zip, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null,
            TestContext.Current.CancellationToken);
        await using var csv = await archive.Entries.Single(entry => entry.Name.EndsWith(".csv", StringComparison.Ordinal))
            .OpenAsync(TestContext.Current.CancellationToken);
        using var text = new StreamReader(csv);
        var rows = (await text.ReadToEndAsync(TestContext.Current.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1);
        var corrections = new List<(string[], SKBitmap)>();
        foreach (var row in rows.Select(row => row.Split(',')))
        {
            await using var picture = await archive.GetEntry(row[1])!.OpenAsync(TestContext.Current.CancellationToken);
            using var bytes = new MemoryStream();
            await picture.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            corrections.Add((row, SKBitmap.Decode(bytes.ToArray())));
        }

        return corrections;
    }
}
