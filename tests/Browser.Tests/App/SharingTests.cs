using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.App;

public class SharingTests(Site site)
{
    private const string Write =
        """
        globalThis.write = (...numbers) => btoa(String.fromCharCode(...numbers)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        """;

    /// <summary>What a system does when an app shares a picture with an installed page.</summary>
    private const string Share =
        """
        base64 => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'three.png', { type: 'image/png' }));
          const form = Object.assign(document.createElement('form'), { method: 'POST', action: 'share', enctype: 'multipart/form-data' });
          const input = Object.assign(document.createElement('input'), { type: 'file', name: 'image', files: transfer.files });
          form.append(input);
          document.body.append(form);
          form.submit();
        }
        """;

    [Fact]
    public async Task A_shared_link_shows_the_same_drawing_and_the_same_digit_and_tells_no_server()
    {
        await using var page = await site.OpenAsync(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        var share = page.Page.GetByRole(AriaRole.Button, new() { Name = "Share" });
        await Expect(share).ToBeDisabledAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        var link = await CopyAsync(page);
        Assert.InRange(link.Length, 50, 1000);

        await page.Page.EvaluateAsync("() => { navigator.share = async ({ url }) => { globalThis.shared = url; }; }");
        await share.ClickAsync();
        Assert.Equal(link, await page.Page.EvaluateAsync<string>("globalThis.shared"));

        await using var other = await site.OpenAsync(new() { Permissions = ["clipboard-read", "clipboard-write"] });
        await other.Page.GotoAsync("about:blank");
        await other.Page.GotoAsync(link);

        await Expect(other.Digit).ToHaveTextAsync("7");
        Assert.Equal(await page.Detail.TextContentAsync(), await other.Detail.TextContentAsync());
        await Expect(other.Page).ToHaveURLAsync(new Regex("/$")); // a reload doesn't bring it back
        Assert.Equal(link, await CopyAsync(other));
        Assert.All(other.Requests, url => Assert.DoesNotContain("d=", new Uri(url).PathAndQuery, StringComparison.Ordinal));
        await other.Page.Keyboard.PressAsync("Control+z");
        await Expect(other.Answer).ToHaveAttributeAsync("data-state", "empty");

        static async Task<string> CopyAsync(DigitPage page)
        {
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Share" }).ClickAsync();
            await Expect(page.Page.Locator("#status")).ToHaveTextAsync("Link copied");
            return await page.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        }
    }

    [Fact]
    public async Task A_link_that_holds_no_drawing_is_refused_in_a_sentence()
    {
        await using var page = await site.OpenAsync();
        await page.Page.EvaluateAsync(Write);

        var refused = await page.Page.EvaluateAsync<bool[]>(
            """
            async () => {
              const { decodeStrokes } = await import('/js/drawing/link.js');
              return [
                '', '!', '%F0', 'A', 'AQ', write(1, 4, 70, 20), // nothing, no base64, half a letter, no stroke, a point cut in half
                write(2, 4, 70, 20, 20), // another version
                write(1, 5, 70, 20, 20), // an eraser's alone
                write(1, 0, 70), write(1, 4, 0, 20, 20), // no point, no width
                write(1, 4, 255, 127, 20, 20), // a pen wider than the paper
                write(1, 255, 255, 127, 70, 20, 20), write(1, 255, 255, 255, 255, 255, 255, 70, 20, 20), // more points than bytes, a number without end
                write(1, 4, 70, 255, 255, 127, 20), write(1, 4, 70, 128, 128, 128, 20), // a point far away, and nowhere
                write(1, 6, 70, 20, 20, 130, 1), // more than all pressure
                'A'.repeat(1_000_000), write(1, ...Array(4200).fill(4)),
              ].map(text => decodeStrokes(text) === null);
            }
            """);

        Assert.All(refused, Assert.True);
        Assert.Equal(18, refused.Length);

        await page.Page.EvaluateAsync("location.hash = '#d=AQ'");
        await Expect(page.Page.Locator("#status")).ToHaveTextAsync("This link holds no drawing");
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "empty");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/$"));
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Strokes_come_back_from_a_link_within_a_thousandth_of_the_canvas()
    {
        await using var page = await site.OpenAsync();

        var (apart, isStable, isRefused) = (await page.Page.EvaluateAsync<double[]>(
            """
            async () => {
              const { decodeStrokes, encodeStrokes } = await import('/js/drawing/link.js');
              const line = (count, pressure) => Array.from({ length: count }, (_, i) => ({ x: 1.2 - i / 60, y: 0.5 + Math.sin(i) / 3, pressure: pressure(i) }));
              const strokes = [
                { points: line(80, () => 0.5), width: 0.07, erases: false },
                { points: line(40, i => i / 64), width: 0.13, erases: false },
                { points: line(1, () => 0.5), width: 0.26, erases: true },
              ];
              const back = decodeStrokes(encodeStrokes(strokes));
              const differences = strokes.flatMap(({ points, width, erases }, i) => [
                Math.abs(width - back[i].width), erases === back[i].erases ? 0 : 1, Math.abs(points.length - back[i].points.length),
                ...points.flatMap((point, j) => ['x', 'y', 'pressure'].map(of => Math.abs(point[of] - back[i].points[j][of]))),
              ]);
              const tooMany = Array(40).fill({ points: line(80, () => 0.5), width: 0.07, erases: false });
              return [Math.max(...differences), Number(encodeStrokes(back) === encodeStrokes(strokes)), Number(encodeStrokes(tooMany) === null)];
            }
            """)) is [var first, var second, var third] ? (first, second, third) : default;

        Assert.InRange(apart, 0, 0.001);
        Assert.Equal((1, 1), (isStable, isRefused));
    }

    [Fact]
    public async Task A_picture_that_another_app_shares_is_opened_and_read_and_forgotten_without_the_server()
    {
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow, BypassCSP = true }); // a system's form has no policy
        await page.Page.WaitForFunctionAsync("navigator.serviceWorker.controller");
        await page.Page.Context.SetOfflineAsync(true);

        await SharePictureAsync(page);

        await Expect(page.Words).ToHaveTextAsync("You’re offline"); // what is shown can't be read yet
        await Expect(page.Page).ToHaveURLAsync(new Regex("/$"));
        Assert.False(await page.Page.EvaluateAsync<bool>("caches.has('shared')"));
        await Expect(page.Page.Locator("#pad")).ToHaveAttributeAsync("data-inked", "");
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Share" })).ToBeDisabledAsync(); // a picture has no link

        await page.Page.Context.SetOfflineAsync(false);

        await Expect(page.Digit).ToHaveTextAsync("3");
    }

    [Fact]
    public async Task A_picture_that_is_shared_where_the_worker_is_lost_leads_to_the_page_which_says_so()
    {
        await using var page = await site.OpenAsync(new() { BypassCSP = true });

        await SharePictureAsync(page);

        await Expect(page.Page.Locator("#status")).ToHaveTextAsync("The picture didn’t arrive. Share it again.");
        await Expect(page.Page).ToHaveURLAsync(new Regex("/$"));
    }

    private static async Task SharePictureAsync(DigitPage page)
    {
        var picture = await File.ReadAllBytesAsync(Path.Combine(Site.RepositoryRoot, "bench", "three.png"));
        await page.Page.RunAndWaitForRequestFinishedAsync(
            () => page.Page.EvaluateAsync(Share, Convert.ToBase64String(picture)),
            new() { Predicate = request => request.Url.EndsWith("/share", StringComparison.Ordinal) });
    }
}
