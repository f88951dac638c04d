using System.IO.Compression;
using System.Text;
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
    public async Task What_is_no_picture_leaves_the_drawing_and_is_told_with_what_to_do()
    {
        await using var page = await site.OpenAsync(new() { Locale = "de-DE" });
        await page.DrawAsync(PenDigit.Ours[7]);
        var note = page.Page.Locator("#note");

        await BringAsync("%PDF-1.7"u8, "Mach ein Bildschirmfoto der Seite und öffne das.");
        await BringAsync("\0\0\0\u0018ftypheic\0\0\0\0"u8, "HEIC-Fotos. Speichere das Foto als JPEG");
        await BringAsync("not a picture"u8, "Das ist kein Bild.");
        await BringAsync(""u8, "Diese Datei ist leer.");

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Page.Locator("#pad[data-picture]")).ToHaveCountAsync(0);

        Task BringAsync(ReadOnlySpan<byte> bytes, string told)
        {
            var file = new FilePayload { Name = "picture.png", MimeType = "image/png", Buffer = bytes.ToArray() };
            return SetAsync(file, told);
        }

        async Task SetAsync(FilePayload file, string told)
        {
            await page.Page.Locator("#file").SetInputFilesAsync(file);
            await Expect(note).ToContainTextAsync(told);
        }
    }

    [Fact]
    public async Task What_the_browser_shows_and_the_service_does_not_read_is_converted()
    {
        const string seven = "<svg xmlns='http://www.w3.org/2000/svg' width='200' height='200'><rect width='200' height='200' fill='white'/>"
            + "<path d='M60 40 H140 L90 160' fill='none' stroke='black' stroke-width='16'/></svg>";
        await using var page = await site.OpenAsync();

        await page.Page.Locator("#file")
            .SetInputFilesAsync(new FilePayload { Name = "seven.svg", MimeType = "image/svg+xml", Buffer = Encoding.UTF8.GetBytes(seven) });

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Page.Locator("#pad[data-picture]")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_pen_on_a_photo_frames_what_is_to_be_read_a_tap_changes_nothing_and_it_is_turned()
    {
        using var photo = new SKBitmap(600, 300);
        using (var canvas = new SKCanvas(photo))
        using (var three = SKImage.FromEncodedData(Three))
        using (var black = new SKPaint { Color = SKColors.Black })
        {
            canvas.Clear(SKColors.White);
            canvas.DrawImage(three, new SKRect(320, 30, 560, 270), SKSamplingOptions.Default);
            canvas.DrawRect(new SKRect(40, 40, 260, 260), black);
        }

        await using var page = await site.OpenAsync();
        await page.Page.Locator("#file")
            .SetInputFilesAsync(new FilePayload { Name = "photo.png", MimeType = "image/png", Buffer = photo.Encode(SKEncodedImageFormat.Png, 100).ToArray() });
        await page.AnsweredAsync();
        await Expect(page.Page.Locator("#note")).ToHaveTextAsync("Draw a frame around what is to be read. Clear takes the picture away.");
        var box = await page.PadBoxAsync();

        await page.Page.Mouse.ClickAsync(box.X + box.Width / 2, box.Y + box.Height / 2);
        await Expect(page.Page.Locator("#pad[data-picture]")).ToHaveCountAsync(1);
        await page.Page.Mouse.MoveAsync(box.X + box.Width * 0.52f, box.Y + box.Height * 0.27f);
        await page.Page.Mouse.DownAsync();
        await page.Page.Mouse.MoveAsync(box.X + box.Width * 0.97f, box.Y + box.Height * 0.73f, new() { Steps = 3 });
        await page.Page.Mouse.UpAsync();

        await AssertReadAsThreeAsync(page);
        await Expect(page.Page.Locator("#pad[data-picture]")).ToHaveCountAsync(1);
        await page.Page.Keyboard.PressAsync("Control+z");
        await Expect(page.Digit).Not.ToHaveTextAsync("3"); // the whole again
        await page.Page.Keyboard.PressAsync("Control+y");
        await Expect(page.Digit).ToHaveTextAsync("3");
        var rotate = page.Page.GetByRole(AriaRole.Button, new() { Name = "Rotate" });
        await rotate.ClickAsync();
        await Expect(page.Digit).Not.ToHaveTextAsync("3"); // it lies on its side
        for (var quarter = 0; quarter < 3; quarter++)
            await rotate.ClickAsync();
        await Expect(page.Digit).ToHaveTextAsync("3");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(rotate).ToBeHiddenAsync();
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Eraser" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Drawings_are_kept_opened_again_forgotten_and_brought_back()
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
        await page.Page.ReloadAsync();
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "rejected");
        await Expect(page.Page.Locator("#list b")).ToHaveTextAsync(["?", "3", "7"]);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget all" }).ClickAsync();
        await Expect(page.Page.Locator("#list li")).ToHaveCountAsync(0);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Bring them back" }).ClickAsync();
        await Expect(page.Page.Locator("#list b")).ToHaveTextAsync(["?", "3", "7"]);
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget all" }).ClickAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.ReloadAsync();
        await Expect(page.Words).ToHaveTextAsync("Draw a digit from 0 to 9");
        await Expect(page.Page.Locator("#history")).ToBeHiddenAsync();
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
