using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Browser.Tests.Site))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)] // on two cores a fifth faster than two at a time

namespace Browser.Tests;

/// <summary>The real app on a real port and one Chromium, shared by all tests; each test opens pages of its own.</summary>
public sealed class Site : IAsyncLifetime
{
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--in-process-gpu", "--renderer-process-limit=1", // of each context: its pages share a process
    ];

    private RunningSite? _app;
    private IPlaywright? _playwright;
    private IBrowser? _chromium;
    private Contexts? _contexts;

    public static string RepositoryRoot { get; } = Ancestors(AppContext.BaseDirectory).First(folder => File.Exists(Path.Combine(folder, "MnistService.sln")));

    public async ValueTask InitializeAsync()
    {
        if (FindChromium() is not { } path)
            return;

        Assertions.SetDefaultExpectTimeout(30_000); // a busy machine is no failure
        _app = new RunningSite();
        _playwright = await Playwright.CreateAsync();
        _chromium = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = Arguments });
        _contexts = new Contexts(_chromium, _app.Address);
    }

    /// <summary>
    /// Opens the page in a context that it has alone, by default 1100×760 in the light theme, without its service worker, of the service with the default
    /// settings.
    /// </summary>
    /// <param name="options">Of the context.</param>
    /// <param name="readsByItself">
    /// Whether it gets ready to read on the device and this waits for it; without, it never has the time, so that a slow machine can't answer by it.
    /// </param>
    public async Task<DigitPage> OpenAsync(BrowserNewContextOptions? options = null, bool readsByItself = false)
    {
        if (_contexts is null)
            Assert.Skip("There is no Chromium: install it, or set CHROMIUM to its path.");

        options ??= new();
        options.ViewportSize ??= new() { Width = 1100, Height = 760 };
        options.ServiceWorkers ??= ServiceWorkerPolicy.Block; // it fetches every file a second time, for half as much work again
        var (tab, giveBack) = await _contexts.OpenAsync(options, script: readsByItself ? null : "self.requestIdleCallback = () => {}");
        var page = await DigitPage.OpenAsync(tab, giveBack);
        if (readsByItself)
            await page.CanReadAsync();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_contexts is not null)
            await _contexts.DisposeAsync();
        if (_chromium is not null)
            await _chromium.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static string? FindChromium()
    {
        if (Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } path)
            return path;

        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        string[] names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
        var candidates = from folder in folders from name in names select Path.Combine(folder, name);
        return candidates.FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Ancestors(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}
