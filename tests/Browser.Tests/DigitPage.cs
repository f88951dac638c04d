using System.Numerics;
using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using SkiaSharp;
using Xunit;

namespace Browser.Tests;

/// <summary>The page as a person uses it: draw on it, read it. Disposing it ends all that it did in its browser context.</summary>
public sealed class DigitPage : IAsyncDisposable
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    // asks the service about each drawing as main.js does
    private const string Ask =
        """
        async points => {
          const [{ toSend }, { predict }] = await Promise.all([import('/js/drawing/picture.js'), import('/js/reading/predict.js')]);
          const answers = [];
          for (const strokes of JSON.parse(points)) {
            const stroke = points => ({ points: points.map(([x, y]) => ({ x, y, pressure: 0.5 })), width: 0.07, erases: false });
            const drawing = { sheet: 1, strokes: strokes.map(stroke) };
            const { row, names } = await predict(await toSend(drawing), {}, new AbortController().signal);
            answers.push(row?.written ?? names[0]);
          }
          return answers;
        }
        """;

    private readonly Func<ValueTask> _close;
    private ICDPSession? _devtools;

    private DigitPage(IPage page, Func<ValueTask> close)
    {
        _close = close;
        Page = page;
        page.Request += (_, request) => Requests.Add(request.Url);
        page.Console += (_, message) => Complaints.AddRange(message.Type is "error" or "warning"
            && message.Text != "Service Worker registration blocked by Playwright" ? [message.Text] : []);
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>The addresses asked for since the page was opened.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Errors and warnings of the console since the page was opened; that a test blocks the service worker is none.</summary>
    public List<string> Complaints { get; } = [];

    public ILocator Pad => Page.Locator("#pad");

    public ILocator Answer => Page.Locator("#answer");

    public ILocator Digit => Page.Locator("#digit");

    public ILocator Words => Page.Locator("#words");

    public ILocator Detail => Page.Locator("#detail");

    /// <summary>Loads the page, and waits until it shows its texts.</summary>
    /// <param name="tab">Empty until then.</param>
    /// <param name="close">What disposing does.</param>
    public static async Task<DigitPage> OpenAsync(IPage tab, Func<ValueTask> close)
    {
        var page = new DigitPage(tab, close);
        page.Page.SetDefaultTimeout(30_000);
        var texts = TextsAsync(page.Page);
        await page.Page.GotoAsync("/");
        await Task.WhenAny(texts, page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle)); // idle is half a second later
        return page;
    }

    /// <summary>Ends when the page shows its texts; never where it doesn't ask for them.</summary>
    private static async Task TextsAsync(IPage page)
    {
        var asked = new TaskCompletionSource<IResponse>();
        page.Response += (_, response) =>
        {
            if (response.Url.Contains("/i18n/", StringComparison.Ordinal))
                asked.TrySetResult(response);
        };
        await (await asked.Task).FinishedAsync();
        await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"); // the script has read them by then
    }

    /// <summary>Replays the strokes on the canvas with a mouse, then waits for the answer.</summary>
    public Task DrawAsync(PenDigit digit) => DrawAsync(digit.FitInto);

    /// <summary>Replays strokes on the canvas with a mouse, then waits for the answer.</summary>
    /// <param name="strokesIn">The points from pen down to pen up, given the canvas' left edge, upper edge, width and height in the window.</param>
    public async Task DrawAsync(Func<float, float, float, float, IEnumerable<IReadOnlyList<Vector2>>> strokesIn)
    {
        var box = await Pad.EvaluateAsync<float[]>( // Playwright's own ways to scroll and to measure wait for several frames
            """
            pad => {
              pad.scrollIntoView({ block: 'nearest', behavior: 'instant' });
              const { x, y, width, height } = pad.getBoundingClientRect();
              return [x, y, width, height];
            }
            """);
        // the browser's own input, without Playwright's look for a drag at every move
        var devtools = _devtools ??= await Page.Context.NewCDPSessionAsync(Page);
        foreach (var stroke in strokesIn(box[0], box[1], box[2], box[3]))
        {
            await MouseAsync("mouseMoved", stroke[0], isDown: false);
            await MouseAsync("mousePressed", stroke[0], isDown: true);
            // not one by one, so that the browser coalesces moves as it does for a fast hand
            await Task.WhenAll(stroke.Select(point => MouseAsync("mouseMoved", point, isDown: true)));
            await MouseAsync("mouseReleased", stroke[^1], isDown: false);
        }

        await AnsweredAsync();

        Task MouseAsync(string type, Vector2 at, bool isDown) => devtools.SendAsync("Input.dispatchMouseEvent", new Dictionary<string, object>
        {
            ["type"] = type, ["x"] = at.X, ["y"] = at.Y, ["buttons"] = isDown ? 1 : 0, ["clickCount"] = 1,
            ["button"] = isDown || type == "mouseReleased" ? "left" : "none",
        });
    }

    /// <summary>Reads drawings by the page's modules, with its pen's default width: what drawing them gives, in a tenth of the time.</summary>
    /// <returns>The digits of each as text, or the most probable one where it may be several.</returns>
    public Task<string[]> ReadAsync(IEnumerable<PenDigit> drawings) => Page.EvaluateAsync<string[]>(Ask, JsonSerializer.Serialize(
        drawings.Select(drawing => drawing.FitInto(0, 0, 1, 1).Select(stroke => stroke.Select(point => new[] { point.X, point.Y })))));

    /// <summary>Waits for the answer to what is drawn. Lifting the pen makes the page busy at once, so that this can't come too early.</summary>
    public Task AnsweredAsync() => Page.Locator("#answer[aria-busy=false]:not([data-state=empty])").WaitForAsync();

    /// <summary>Waits until the page can read on the device.</summary>
    public Task CanReadAsync() => Page.Locator("#private[data-ready]").WaitForAsync();

    /// <summary>Waits until the open panel shows how what is drawn is read.</summary>
    public Task ExplainedAsync() => Page.Locator("#explained[aria-busy=false]").WaitForAsync();

    /// <summary>Fails where axe finds what keeps people out.</summary>
    /// <param name="scheme">The system's colours from here on; by default they stay as they are.</param>
    public async Task AxeFindsNothingAsync(ColorScheme? scheme = null)
    {
        if (scheme is not null)
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        if (!await Page.EvaluateAsync<bool>("'axe' in window"))
            await Page.EvaluateAsync(Axe);
        var result = await Page.EvaluateAsync<JsonElement>("""
            async () => {
              const { passes, violations } = await axe.run({ resultTypes: ['violations'], preload: false });
              const sentence = ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html).join(', ')}`;
              return { passes: passes.length, violations: violations.map(sentence) };
            }
            """);
        Assert.NotEqual(0, result.GetProperty("passes").GetInt32());
        var violations = result.GetProperty("violations").EnumerateArray().ToList();
        Assert.True(violations.Count == 0, $"{scheme}: {string.Join('\n', violations)}");
    }

    public async Task<LocatorBoundingBoxResult> PadBoxAsync() =>
        await Pad.BoundingBoxAsync() ?? throw new InvalidOperationException("The canvas is not on the page.");

    /// <summary>Finds the ink in what the window shows around a point.</summary>
    /// <returns>The centre of the ink in CSS pixels of the window, or null where there is none.</returns>
    public async Task<Vector2?> InkAroundAsync(float x, float y, float radiusPx = 60)
    {
        var clip = new Clip { X = x - radiusPx, Y = y - radiusPx, Width = 2 * radiusPx, Height = 2 * radiusPx };
        using var picture = SKBitmap.Decode(await Page.ScreenshotAsync(new() { Clip = clip }));
        var ink = from row in Enumerable.Range(0, picture.Height)
                  from column in Enumerable.Range(0, picture.Width)
                  where picture.GetPixel(column, row).Green < 100
                  select new Vector2(column + 0.5f, row + 0.5f);
        var points = ink.ToList();
        if (points.Count == 0)
            return null;

        var centre = points.Aggregate(Vector2.Add) / points.Count;
        return new Vector2(x - radiusPx, y - radiusPx) + centre * (2 * radiusPx / picture.Width);
    }

    /// <summary>How high the ink is at a place of the canvas.</summary>
    /// <param name="x">0 is the left edge, 1 the right.</param>
    /// <param name="y">0 is the upper edge, 1 the lower; only ink less than a tenth away counts.</param>
    /// <returns>The height in shares of the canvas' side.</returns>
    public Task<double> InkWidthAsync(double x, double y) => Pad.EvaluateAsync<double>(
        """
        (canvas, [x, y]) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext('2d').getImageData(Math.round(x * width), Math.round((y - 0.1) * height), 1, Math.round(0.2 * height));
          return data.filter((_, i) => i % 4 === 3).reduce((sum, alpha) => sum + alpha / 255, 0) / height;
        }
        """, new[] { x, y });

    /// <summary>Opens the panel with what the network saw.</summary>
    public async Task LookInsideAsync()
    {
        await Page.GetByText("What the network saw").ClickAsync();
        await Page.EvaluateAsync("scrollTo(0, 0)"); // back to the canvas
    }

    public ValueTask DisposeAsync() => _close();
}
