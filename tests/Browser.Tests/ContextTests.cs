using Microsoft.Playwright;
using Xunit;

namespace Browser.Tests;

/// <summary>What tests rely on that share a browser context.</summary>
public class ContextTests(Site site)
{
    [Fact]
    public async Task A_page_finds_nothing_of_the_one_before_it_in_the_same_context()
    {
        var own = new BrowserNewContextOptions { Locale = "en-NZ" }; // no other test's
        IBrowserContext first;
        await using (var page = await site.OpenAsync(own))
        {
            first = page.Page.Context;
            await page.DrawAsync(PenDigit.Ours[7]);
            await page.Page.EvaluateAsync(
                """
                async () => {
                  localStorage.setItem('left', '1');
                  document.cookie = 'left=1';
                  await (await caches.open('left')).put('/left', new Response('1'));
                  await new Promise(done => Object.assign(indexedDB.open('left'), { onsuccess: done }));
                }
                """);
            await page.Page.Context.NewPageAsync();
            await page.Page.Context.SetOfflineAsync(true);
        }

        await using var next = await site.OpenAsync(own);

        Assert.Same(first, next.Page.Context);
        Assert.Equal(2, first.Pages.Count); // the quiet one, and this
        var left = await next.Page.EvaluateAsync<int[]>(
            """
            async () => [localStorage.left === undefined ? 0 : 1, sessionStorage.getItem('drawing') ? 1 : 0, document.cookie.length,
              (await caches.keys()).length, (await indexedDB.databases()).length]
            """);
        Assert.Equal([0, 0, 0, 0, 0], left);
        Assert.True(await next.Page.EvaluateAsync<bool>("navigator.onLine"));
    }

    [Fact]
    public async Task A_context_whose_clock_was_set_is_not_used_again()
    {
        var own = new BrowserNewContextOptions { Locale = "en-ZA" };
        IBrowserContext first;
        await using (var page = await site.OpenAsync(own))
        {
            first = page.Page.Context;
            await page.Page.Clock.InstallAsync();
        }

        await using var next = await site.OpenAsync(own);

        Assert.NotSame(first, next.Page.Context);
    }
}
