using System.IO.Compression;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Drawing;

public class PictureTests(Site site)
{
    private static readonly string Three = Path.Combine(Site.RepositoryRoot, "bench", "three.png");

    [Theory]
    [InlineData("#file")]
    [InlineData("#camera")]
    public async Task A_picture_that_is_chosen_is_shown_and_read(string input)
    {
        await using var page = await site.OpenAsync();

        await page.Page.Locator(input).SetInputFilesAsync(Three);

        await AssertReadAsThreeAsync(page);
    }

    [Fact]
    public async Task A_picture_that_is_dropped_is_shown_and_read()
    {
        await using var page = await site.OpenAsync();
        var transfer = await page.Page.EvaluateHandleAsync(
            """
            async base64 => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'three.png', { type: 'image/png' }));
              return transfer;
            }
            """, Convert.ToBase64String(await File.ReadAllBytesAsync(Three)));

        await page.Page.DispatchEventAsync("body", "dragover", new { dataTransfer = transfer });
        await Expect(page.Page.Locator("#paper[data-dropping]")).ToBeVisibleAsync();
        await page.Page.DispatchEventAsync("body", "drop", new { dataTransfer = transfer });

        await AssertReadAsThreeAsync(page);
        await Expect(page.Page.Locator("#paper[data-dropping]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_picture_that_is_pasted_is_shown_and_read()
    {
        await using var page = await site.OpenAsync(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await page.Page.EvaluateAsync(
            """
            base64 => navigator.clipboard.write([new ClipboardItem({
              'image/png': new Blob([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], { type: 'image/png' }),
            })])
            """, Convert.ToBase64String(await File.ReadAllBytesAsync(Three)));

        await page.Page.Keyboard.PressAsync("Control+v");

        await AssertReadAsThreeAsync(page);
    }

    [Fact]
    public async Task A_photo_larger_than_the_service_takes_is_made_smaller_here()
    {
        using var photo = new SKBitmap(6000, 5000); // 30 megapixels, of which the service takes 25
        using (var canvas = new SKCanvas(photo))
        using (var three = SKImage.FromEncodedData(Three))
        {
            canvas.Clear(SKColors.White);
            canvas.DrawImage(three, new SKRect(1500, 1000, 4500, 4000), SKSamplingOptions.Default);
            using var grain = new SKPaint { Color = new SKColor(250, 250, 250) };
            for (var i = 0; i < 60_000; i++) // so that it is a large file, too
                canvas.DrawPoint(i * 7919 % 6000, i * 104_729 % 900, grain);
        }

        await using var page = await site.OpenAsync();

        await page.Page.Locator("#file")
            .SetInputFilesAsync(new FilePayload { Name = "photo.png", MimeType = "image/png", Buffer = photo.Encode(SKEncodedImageFormat.Png, 100).ToArray() });

        await Expect(page.Digit).ToHaveTextAsync("3", new() { Timeout = 30_000 });
    }

    [Fact]
    public async Task What_is_no_picture_is_told_in_the_services_words_and_drawing_goes_on()
    {
        await using var page = await site.OpenAsync();

        await page.Page.Locator("#file")
            .SetInputFilesAsync(new FilePayload { Name = "notes.png", MimeType = "image/png", Buffer = "not a picture"u8.ToArray() });

        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "problem");
        await Expect(page.Words).ToHaveTextAsync("Bad Request");
        await Expect(page.Detail).ToHaveTextAsync("These bytes are not an image. Send a PNG, JPEG, WebP, GIF or BMP file.");
        await page.DrawAsync(PenDigit.Ours[7]); // takes the picture's place
        await Expect(page.Digit).ToHaveTextAsync("7");
    }

    [Fact]
    public async Task This_visits_drawings_are_listed_and_opened_again()
    {
        await using var page = await site.OpenAsync();
        await Expect(page.Page.Locator("#history")).ToBeHiddenAsync();
        await DrawThreeSheetsAsync(page);
        await Expect(page.Page.Locator("#list b")).ToHaveTextAsync(["?", "3", "7"]);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Open the drawing read as 7" }).ClickAsync();
        await Expect(page.Digit).ToHaveTextAsync("7");
        await page.Page.Keyboard.PressAsync("Control+z"); // back to what was there
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");

        await Expect(page.Page.Locator("#list li")).ToHaveCountAsync(3);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget all" }).ClickAsync();
        await Expect(page.Page.Locator("#history")).ToBeHiddenAsync();
        await Expect(page.Page.Locator("#list li")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_drawing_is_copied_as_a_picture_that_is_read_the_same()
    {
        await using var page = await site.OpenAsync(new() { ColorScheme = ColorScheme.Dark, Permissions = ["clipboard-read", "clipboard-write"] });
        await page.DrawAsync(PenDigit.Ours[3]);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Copy the drawing read as 3 as PNG" }).ClickAsync();
        await Expect(page.Page.Locator("#note")).ToHaveTextAsync("Copied");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.Keyboard.PressAsync("Control+v");

        await Expect(page.Digit).ToHaveTextAsync("3");
    }

    [Fact]
    public async Task All_drawings_are_downloaded_in_one_archive()
    {
        await using var page = await site.OpenAsync();
        await DrawThreeSheetsAsync(page);

        var download = await page.Page.RunAndWaitForDownloadAsync(() => page.Page.GetByRole(AriaRole.Button, new() { Name = "Download all" }).ClickAsync());

        Assert.Equal("drawings.zip", download.SuggestedFilename);
        await using var archive = await ZipFile.OpenReadAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal(["001-7.png", "002-3.png", "003-none.png"], archive.Entries.Select(entry => entry.FullName));
        foreach (var entry in archive.Entries)
        {
            await using var content = await entry.OpenAsync(TestContext.Current.CancellationToken); // checks the sum
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, TestContext.Current.CancellationToken);
            using var picture = SKBitmap.Decode(bytes.ToArray());
            Assert.Equal((280, 280), (picture.Width, picture.Height));
            Assert.Equal(SKColors.White, picture.GetPixel(0, 0));
            Assert.Contains(picture.Pixels, pixel => pixel == SKColors.Black);
        }
    }

    private static async Task DrawThreeSheetsAsync(DigitPage page)
    {
        foreach (var drawing in new[] { PenDigit.Ours[7], PenDigit.Ours[3], PenDigit.LetterM })
        {
            await page.Page.Keyboard.PressAsync("Escape");
            await page.DrawAsync(drawing);
        }
    }

    private static async Task AssertReadAsThreeAsync(DigitPage page)
    {
        await Expect(page.Digit).ToHaveTextAsync("3");
        Assert.True(await page.Pad.EvaluateAsync<bool>(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some((level, i) => i % 4 < 3 && level > 0)"),
                "The picture isn't shown.");
    }
}
