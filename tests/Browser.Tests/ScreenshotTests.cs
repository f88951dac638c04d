using System.Text.RegularExpressions;
using Browser.Tests.Reading;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests;

/// <summary>
/// The page in each of its states, compared with the pictures in docs. What it looks like now comes to artifacts/screenshots; docs/screenshots.sh puts that
/// into docs.
/// </summary>
public class ScreenshotTests(Site site)
{
    private const int MostBytes = 120_000;

    /// <summary>Pictures are compared at an eighth of their size, so that fonts of another machine and the last digits of a probability don't count.</summary>
    private const int Reduction = 8, MostLevelsApart = 40;

    private const double MostPixelsApart = 0.04;

    public static TheoryData<string, int, int, ColorScheme> All()
    {
        (int, int)[] sizes = [(360, 740), (768, 1024), (1440, 900)];
        var all = new TheoryData<string, int, int, ColorScheme>();
        foreach (var (i, state) in new[] { "empty", "drawing", "sure", "unsure", "rejected", "row", "problem" }.Index())
            foreach (var (j, (width, height)) in sizes.Index().Where(size => size.Index != i % 3)) // two of them each: all are seen in both schemes
                all.Add(state, width, height, (i + j) % 2 == 0 ? ColorScheme.Light : ColorScheme.Dark);
        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Looks_as_it_should(string state, int width, int height, ColorScheme scheme)
    {
        await using var page = await OpenAsync(width, height, scheme);

        await BringAboutAsync(page, state);

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", state);
        await Expect(page.Pad).ToBeInViewportAsync(new() { Ratio = 1 });
        await Expect(page.Words).ToBeInViewportAsync(new() { Ratio = 1 });
        await SaveAsync(page, $"docs/screenshots/{state}-{width}-{scheme}.webp".ToLowerInvariant());
    }

    [Theory]
    [InlineData(360, ColorScheme.Light)]
    [InlineData(1100, ColorScheme.Dark)]
    public async Task What_the_network_saw_looks_as_it_should(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(width, 740, scheme);
        await page.LookInsideAsync();

        await page.DrawAsync(PenDigit.FourOrNine);

        await page.ExplainedAsync();
        await SaveAsync(page, $"docs/screenshots/inside-{width}-{scheme}.webp".ToLowerInvariant(), page.Page.Locator("#inside"));
    }

    [Theory]
    [InlineData(360, 1400, ColorScheme.Dark)]
    [InlineData(768, 1024, ColorScheme.Light)]
    public async Task Looks_as_it_should_where_corrections_are_taken(int width, int height, ColorScheme scheme)
    {
        var folder = Directory.CreateTempSubdirectory("mnist-corrections-");
        await using var app = new RunningSite(settings: new Dictionary<string, string>
        {
            ["Corrections:Enabled"] = "true",
            ["Corrections:Connection"] = Path.Combine(folder.FullName, "corrections.db"),
        });
        await using var page = await OpenAsync(width, height, scheme, app.Address);
        await BringAboutAsync(page, "unsure");
        await page.Page.Locator("#consent").CheckAsync();

        await page.Page.Locator("#labels button").Nth(1).ClickAsync();

        await Expect(page.Page.Locator("#corrected")).Not.ToBeEmptyAsync();
        await page.Page.EvaluateAsync("scrollTo(0, 0)");
        await SaveAsync(page, $"docs/screenshots/corrected-{width}-{scheme}.png".ToLowerInvariant());
        await app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(360, 740, ColorScheme.Light)]
    [InlineData(1440, 900, ColorScheme.Light)]
    public async Task Looks_as_it_should_with_a_photo_of_several_digits(int width, int height, ColorScheme scheme)
    {
        await using var page = await OpenAsync(width, height, scheme);

        await page.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "photo.jpg", MimeType = "image/jpeg", Buffer = PhotoRow.Of("2026").Jpeg });

        await Expect(page.Digit).ToHaveTextAsync("2026");
        await SaveAsync(page, $"docs/screenshots/photo-{width}-{scheme}.jpg".ToLowerInvariant());
    }

    [Theory]
    [InlineData("amount", "17.301", 5)]
    [InlineData("board", "37", 2)]
    [InlineData("note", "3", 0)]
    [InlineData("form", "7013", 4)]
    [InlineData("rows", "103\n730", 6)]
    public async Task Pictures_that_people_bring_are_read_and_framed(string kind, string text, int frames)
    {
        await using var page = await OpenAsync(768, 1024, kind == "board" ? ColorScheme.Dark : ColorScheme.Light);

        await page.Page.Locator("#file")
            .SetInputFilesAsync(new FilePayload { Name = "photo.jpg", MimeType = "image/jpeg", Buffer = BroughtPicture.Of(kind, text) });

        await Expect(page.Digit).ToHaveTextAsync(text, new() { UseInnerText = true });
        await Expect(page.Page.Locator("#boxes span")).ToHaveCountAsync(frames);
        await SaveAsync(page, $"docs/screenshots/brought-{kind}.jpg");
    }

    [Fact]
    public async Task Looks_as_in_the_readme()
    {
        await using var page = await OpenAsync(1100, 760, ColorScheme.Light);

        await BringAboutAsync(page, "sure");

        await SaveAsync(page, "docs/screenshot.png");
    }

    [Fact]
    public async Task The_social_card_shows_the_page()
    {
        await using var page = await OpenAsync(800, 420, ColorScheme.Light);

        await BringAboutAsync(page, "sure");

        await SaveAsync(page, "src/MnistApi/wwwroot/card.jpg");
    }

    [Theory]
    [InlineData("any", 192)]
    [InlineData("any", 512)]
    [InlineData("maskable", 512)]
    public async Task The_icons_are_the_favicon(string purpose, int side)
    {
        await using var page = await OpenAsync(side, side, ColorScheme.Light);
        var favicon = await File.ReadAllTextAsync(
            Path.Combine(Site.RepositoryRoot, "src", "MnistApi", "wwwroot", "favicon.svg"), TestContext.Current.CancellationToken);
        var ground = Regex.Match(favicon, "<rect[^>]*fill=\"([^\"]+)").Groups[1].Value;
        var style = purpose == "maskable" ? $"html {{ background: {ground} }} rect {{ display: none }}" : ""; // the mask cuts the corners
        await page.Page.GotoAsync("about:blank"); // without the page's policy
        await page.Page.SetContentAsync($"<style>* {{ margin: 0 }} svg {{ display: block }} {style}</style>{favicon}");

        await SaveAsync(await page.Page.ScreenshotAsync(new() { OmitBackground = true }), $"src/MnistApi/wwwroot/icons/{purpose}-{side}.png", leastBytes: 500);
    }

    private Task<DigitPage> OpenAsync(int width, int height, ColorScheme scheme, Uri? address = null) =>
        site.OpenAsync(new()
        {
            BaseURL = address?.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            HasTouch = width < 500,
            IsMobile = width < 500,
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });

    private static async Task BringAboutAsync(DigitPage page, string state)
    {
        switch (state)
        {
            case "drawing":
                var box = await page.PadBoxAsync();
                await page.Page.Mouse.MoveAsync(box.X + box.Width * 0.3f, box.Y + box.Height * 0.3f);
                await page.Page.Mouse.DownAsync();
                foreach (var (x, y) in new[] { (0.35f, 0.2f), (0.45f, 0.25f), (0.4f, 0.4f), (0.3f, 0.35f), (0.4f, 0.25f), (0.6f, 0.3f) }) // no digit yet
                    await page.Page.Mouse.MoveAsync(box.X + box.Width * x, box.Y + box.Height * y, new() { Steps = 4 });
                break;
            case "problem":
                await page.Page.Context.SetOfflineAsync(true);
                await page.DrawAsync(PenDigit.Ours[3]);
                break;
            case "row":
                await RowTests.DrawFortyTwoAsync(page);
                break;
            case "sure" or "unsure" or "rejected":
                await page.DrawAsync(state switch { "sure" => PenDigit.Ours[3], "unsure" => PenDigit.FourOrNine, _ => PenDigit.LetterM });
                break;
        }
    }

    private static double PixelsApart(SKBitmap one, SKBitmap other)
    {
        return Reduce(one).Zip(Reduce(other)).Average(pair =>
            Math.Abs(pair.First.Red - pair.Second.Red) > MostLevelsApart || Math.Abs(pair.First.Green - pair.Second.Green) > MostLevelsApart
            || Math.Abs(pair.First.Blue - pair.Second.Blue) > MostLevelsApart ? 1.0 : 0);

        static SKColor[] Reduce(SKBitmap picture)
        {
            using var small = picture.Resize(new SKSizeI(picture.Width / Reduction, picture.Height / Reduction),
                new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
            return small.Pixels;
        }
    }

    /// <param name="page">What is shown.</param>
    /// <param name="name">Relative to the repository; .png as it is, .webp and .jpg with a little less detail in far fewer bytes.</param>
    /// <param name="part">Of the page; by default what the window shows.</param>
    private static async Task SaveAsync(DigitPage page, string name, ILocator? part = null)
    {
        await page.Page.EvaluateAsync("document.getElementById('note').textContent = ''"); // it goes after some seconds, on a slow machine earlier
        await SaveAsync(part is null ? await page.Page.ScreenshotAsync() : await part.ScreenshotAsync(), name);
    }

    private static async Task SaveAsync(byte[] png, string name, int leastBytes = 5_000)
    {
        using var picture = SKBitmap.Decode(png);
        using var pixels = picture.PeekPixels();
        using var encoded = Path.GetExtension(name) switch
        {
            ".jpg" => pixels.Encode(new SKJpegEncoderOptions(80))!,
            ".webp" => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, 82))!,
            _ => SKData.CreateCopy(png),
        };
        var bytes = encoded.ToArray();
        await WriteAsync(Path.Combine("artifacts", "screenshots", Path.GetFileName(name)));
        Assert.InRange(bytes.Length, leastBytes, MostBytes);
        if (Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1")
        {
            await WriteAsync(name);
            return;
        }

        using var committed = SKBitmap.Decode(Path.Combine(Site.RepositoryRoot, name));
        Assert.Equal((committed.Width, committed.Height), (picture.Width, picture.Height));
        var apart = PixelsApart(committed, picture);
        Assert.True(apart <= MostPixelsApart,
            $"{100 * apart:F1} % of the page look otherwise than in {name}. Compare it with artifacts/screenshots; if the new look is meant, " +
                "run docs/screenshots.sh.");

        async Task WriteAsync(string relative)
        {
            var path = Path.Combine(Site.RepositoryRoot, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        }
    }
}
