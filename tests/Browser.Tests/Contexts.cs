using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Playwright;

namespace Browser.Tests;

/// <summary>
/// Browser contexts that tests use one after the other, each alone: a new one starts a process, fetches and compiles every file, for twice the work of the
/// page itself. A quiet page in each keeps its process. What a test stores, cuts off or opens is gone before the next one.
/// </summary>
/// <param name="chromium">Where they are.</param>
/// <param name="address">Of the service whose pages share a context; a page with a service worker, or of another service, has one of its own.</param>
internal sealed class Contexts(IBrowser chromium, Uri address) : IAsyncDisposable
{
    private const int MostIdle = 12; // each holds some 60 MB

    private static readonly JsonSerializerOptions SetOnly = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly List<(string Kind, IBrowserContext Context)> _idle = [];

    /// <summary>Opens a page in a context that no other test has.</summary>
    /// <param name="options">Of the context.</param>
    /// <param name="script">Runs in each of its pages before their own.</param>
    /// <returns>An empty page, and what gives its context back.</returns>
    public async Task<(IPage Page, Func<ValueTask> GiveBack)> OpenAsync(BrowserNewContextOptions options, string? script)
    {
        if (options.ServiceWorkers == ServiceWorkerPolicy.Allow || options.BaseURL is not null)
        {
            var own = await NewAsync(options, script);
            return (await own.NewPageAsync(), own.DisposeAsync);
        }

        // what a page can change makes no other kind of context
        var (size, scheme, motion) = (options.ViewportSize, options.ColorScheme, options.ReducedMotion);
        options = new(options) { ViewportSize = null, ColorScheme = null, ReducedMotion = null };
        var kind = JsonSerializer.Serialize(options, SetOnly) + script;
        var context = TakeIdle(kind) ?? await NewSharedAsync(options, script);
        var page = await context.NewPageAsync();
        if (size is not null)
            await page.SetViewportSizeAsync(size.Width, size.Height);
        if ((scheme, motion) != (null, null))
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = motion });
        return (page, () => GiveBackAsync(kind, context));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, context) in _idle)
            await context.DisposeAsync();
    }

    private IBrowserContext? TakeIdle(string kind)
    {
        lock (_idle)
        {
            var place = _idle.FindLastIndex(idle => idle.Kind == kind);
            if (place < 0)
                return null;

            var context = _idle[place].Context;
            _idle.RemoveAt(place);
            return context;
        }
    }

    private async Task<IBrowserContext> NewAsync(BrowserNewContextOptions options, string? script)
    {
        var context = await chromium.NewContextAsync(new(options) { BaseURL = options.BaseURL ?? address.ToString() });
        if (script is not null)
            await context.AddInitScriptAsync(script);
        return context;
    }

    private async Task<IBrowserContext> NewSharedAsync(BrowserNewContextOptions options, string? script)
    {
        var context = await NewAsync(options, script);
        var quiet = await context.NewPageAsync();
        await quiet.GotoAsync("/favicon.svg");
        return context;
    }

    private async ValueTask GiveBackAsync(string kind, IBrowserContext context)
    {
        if (!await TryResetAsync(context))
        {
            await context.DisposeAsync();
            return;
        }

        IBrowserContext? tooMany = null;
        lock (_idle)
        {
            _idle.Add((kind, context));
            if (_idle.Count > MostIdle)
            {
                tooMany = _idle[0].Context;
                _idle.RemoveAt(0);
            }
        }

        if (tooMany is not null)
            await tooMany.DisposeAsync();
    }

    /// <returns>Whether nothing of the test is left: a clock that it set can't be taken away.</returns>
    private async Task<bool> TryResetAsync(IBrowserContext context)
    {
        var quiet = context.Pages[0];
        if (await quiet.EvaluateAsync<bool>("() => typeof __pwClock !== 'undefined'"))
            return false;

        foreach (var page in context.Pages.Skip(1).ToList())
            await page.CloseAsync();
        await context.SetOfflineAsync(false);
        var devtools = await context.NewCDPSessionAsync(quiet);
        await devtools.SendAsync("Storage.clearDataForOrigin",
            new Dictionary<string, object> { ["origin"] = address.GetLeftPart(UriPartial.Authority), ["storageTypes"] = "all" });
        await devtools.DetachAsync();
        return true;
    }
}
