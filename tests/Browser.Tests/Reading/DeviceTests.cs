using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MnistApi.Tests;
using MnistReader.Ink;
using MnistReader.Segmentation;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Browser.Tests.Reading;

/// <summary>The page reads by itself.</summary>
public class DeviceTests(Site site)
{
    // asks the service and the device about each drawing, whose points are those of a screen with this pixel ratio; both as main.js does
    private const string AskBoth =
        """
        async points => {
          const drawings = JSON.parse(points);
          const [{ createDevice }, { toSend }] = await Promise.all([import('/js/device/device.js'), import('/js/drawing/picture.js')]);
          const device = createDevice(() => ({}), () => {});
          await device.refresh();
          const side = 500 * devicePixelRatio;
          const point = ([x, y]) => ({ x: Math.round(x * side) / side, y: Math.round(y * side) / side, pressure: 0.5 });
          const answers = [];
          for (const strokes of drawings) {
            const drawing = { sheet: 1, strokes: strokes.map(points => ({ points: points.map(point), width: 0.07, erases: false })) };
            const sent = await toSend(drawing);
            const headers = { 'Content-Type': 'application/octet-stream' };
            const [service, here] = await Promise.all([
              fetch('predict', { method: 'POST', headers, body: sent.picture }).then(response => response.json()),
              device.predict(sent),
            ]);
            const reader = new FileReader();
            reader.readAsDataURL(sent.picture);
            await new Promise(done => reader.addEventListener('load', done));
            answers.push({ service, here, picture: reader.result.split(',')[1] });
          }
          return answers;
        }
        """;

    private static bool All => Environment.GetEnvironmentVariable("PARITY") == "1";

    [Fact]
    public async Task Where_the_server_has_stopped_a_drawing_is_read_on_the_device_and_the_page_says_so()
    {
        var app = new RunningSite();
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() }, readsByItself: true);
        await app.DisposeAsync();

        await page.DrawAsync(PenDigit.Ours[3]);

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Answer).ToHaveAttributeAsync("data-state", "sure");
        await Expect(page.Page.Locator("#timing")).ToHaveTextAsync(new Regex(@"^Read on this device, in [\d.,]+ ms\. The server can’t be reached\.$"));
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(Site.RepositoryRoot, "artifacts", "screenshots", "device.png") });
    }

    [Theory]
    [InlineData(401, "This service needs a key")]
    [InlineData(429, "The server is busy")]
    [InlineData(503, "The server has a problem")]
    public async Task Where_the_service_refuses_a_drawing_is_read_on_the_device(int status, string title)
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.Page.RouteAsync("**/predict*", route => route.FulfillAsync(new()
        {
            Status = status,
            ContentType = "application/problem+json",
            Body = $$"""{"title":"No","status":{{status}},"detail":"Not now."}""",
        }));

        await DrawUntilAsync(page, async () => // on a busy machine even this may seem slow at first
            Regex.IsMatch(await page.Page.Locator("#timing").InnerTextAsync(), $@"^Read on this device, in [\d.,]+ ms\. {title}\.$"));

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Page.Locator("#key")).ToBeVisibleAsync(new() { Visible = status == 401 });
    }

    [Fact]
    public async Task A_service_that_is_slow_is_not_waited_for_and_asked_again_later()
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        var held = new TaskCompletionSource<IRoute>();
        await page.Page.RouteAsync("**/predict*", route =>
        {
            held.TrySetResult(route);
            return Task.CompletedTask;
        });

        await page.DrawAsync(PenDigit.Ours[7]);

        await held.Task;
        await Expect(page.Page.Locator("#timing")).ToHaveTextAsync(new Regex(@"^Read on this device, in [\d.,]+ ms\. The server is slow\.$"));
        await Expect(page.Digit).ToHaveTextAsync("7");

        await page.Page.UnrouteAsync("**/predict*");
        await DrawUntilAsync(page, async () => (await page.Page.Locator("#timing").InnerTextAsync()).EndsWith("on the server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_drawn_for_this_device_only_leaves_it_neither_for_an_answer_nor_for_its_explanation()
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.Page.GetByLabel("On this device only").CheckAsync();
        await page.LookInsideAsync();
        page.Requests.Clear();

        await page.DrawAsync(PenDigit.Ours[3]);
        await page.ExplainedAsync();

        await Expect(page.Digit).ToHaveTextAsync("3");
        await Expect(page.Page.Locator("#timing")).ToHaveTextAsync(new Regex(@"^Read on this device, in [\d.,]+ ms$"));
        await Expect(page.Page.Locator("#layers figure")).ToHaveCountAsync(5);
        Assert.DoesNotContain(page.Requests, url => !url.StartsWith("data:", StringComparison.Ordinal));
        await page.Page.Locator("#file").SetInputFilesAsync(new FilePayload { Name = "photo.jpg", MimeType = "image/jpeg", Buffer = PhotoRow.Of("2026").Jpeg });
        await Expect(page.Words).ToHaveTextAsync("Only the server reads pictures");
        Assert.DoesNotContain(page.Requests, url => !url.StartsWith("data:", StringComparison.Ordinal));
        Assert.Empty(page.Complaints);
        await page.AxeFindsNothingAsync();

        await page.Page.ReloadAsync();

        await Expect(page.Page.GetByLabel("On this device only")).ToBeCheckedAsync();
        await page.DrawAsync(PenDigit.Ours[7]);
        await Expect(page.Digit).ToHaveTextAsync("7"); // waits for the network to come
        Assert.DoesNotContain(page.Requests, url => url.EndsWith("/predict", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Once_the_page_was_there_it_opens_draws_and_reads_without_a_network()
    {
        await using var page = await site.OpenAsync(new() { ServiceWorkers = ServiceWorkerPolicy.Allow }, readsByItself: true);
        await page.Page.EvaluateAsync("navigator.serviceWorker.ready.then(() => {})");
        await page.Page.Context.SetOfflineAsync(true);
        await page.Page.ReloadAsync();
        await page.CanReadAsync();

        await page.DrawAsync(PenDigit.Ours[7]);

        await Expect(page.Digit).ToHaveTextAsync("7");
        await Expect(page.Page.Locator("#timing")).ToContainTextAsync("You’re offline");
    }

    [Fact]
    public async Task The_panel_shows_the_same_without_a_network()
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.LookInsideAsync();
        await page.DrawAsync(PenDigit.FourOrNine);
        await page.ExplainedAsync();
        var online = await ShownAsync();
        await page.Page.Context.SetOfflineAsync(true);

        await page.Page.Keyboard.PressAsync("Control+z");
        await page.Page.Keyboard.PressAsync("Control+y");
        await page.ExplainedAsync();

        Assert.Equal(online, await ShownAsync());

        async Task<IEnumerable<string>> ShownAsync() => await page.Page.Locator("#explained :is(h3, figcaption)").AllInnerTextsAsync();
    }

    [Fact]
    public async Task Digits_side_by_side_are_read_as_a_row()
    {
        await using var page = await site.OpenAsync(readsByItself: true);
        await page.Page.Context.SetOfflineAsync(true);

        await RowTests.DrawFortyTwoAsync(page);

        await Expect(page.Digit).ToHaveTextAsync("42");
        await Expect(page.Page.Locator("#boxes span")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Another_model_of_the_service_is_the_devices_too()
    {
        var folder = Directory.CreateTempSubdirectory("mnist-models-");
        var path = Path.Combine(folder.FullName, "mnist.onnx");
        await File.WriteAllBytesAsync(path, ModelFile.Committed, TestContext.Current.CancellationToken);
        await using var app = new RunningSite(settings: new Dictionary<string, string> { ["Model:Path"] = path, ["Model:PollSeconds"] = "0.1" });
        await using var page = await site.OpenAsync(new() { BaseURL = app.Address.ToString() }, readsByItself: true);
        using var client = new HttpClient { BaseAddress = app.Address };
        var card = (await client.GetFromJsonAsync<JsonNode>("model", TestContext.Current.CancellationToken))!["card"]!;
        ModelFile.Replace(path, ModelFile.WithCard(card, changed => (changed["version"], changed["rejectionThreshold"]) = ("2031.01.01-00000000", 1.01)));

        await DrawUntilAsync(page, () => Task.FromResult(page.Requests.Count(url => url.EndsWith("/model/file", StringComparison.Ordinal)) > 1));
        await page.Page.GetByLabel("On this device only").CheckAsync();

        await DrawUntilAsync(page, async () => await page.Answer.GetAttributeAsync("data-state") == "rejected"); // by the new threshold
        await Expect(page.Page.Locator("#timing")).ToContainTextAsync("Read on this device");
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task From_strokes_to_probabilities_device_and_service_agree(int pixelRatio)
    {
        await using var page = await site.OpenAsync(new() { DeviceScaleFactor = pixelRatio });
        var samples = Samples(All ? 1002 : 60).Where((_, i) => i % 3 == pixelRatio - 1).ToList();

        var answers = await page.Page.EvaluateAsync<JsonElement>(AskBoth, Points(samples));

        var (apart, differ, framed) = (new List<double>(), new List<string>(), 0);
        foreach (var (sample, answer) in samples.Zip(answers.EnumerateArray()))
        {
            using var ink = InkImage.Decode(answer.GetProperty("picture").GetBytesFromBase64());
            if (!DigitSegmentation.On(ink).IsClean) // what lies within the box of another stroke seems to be framed: there the service asks its ink network
            {
                framed++;
                continue;
            }

            var (service, here) = (answer.GetProperty("service"), answer.GetProperty("here"));
            apart.Add(Numbers(service, "probabilities").Zip(Numbers(here, "probabilities"), (one, other) => Math.Abs(one - other)).Max());
            if (Decision(service) != Decision(here) || apart[^1] > 1e-3)
                differ.Add($"a {sample.Label}: {Decision(service)} and {Decision(here)}, {apart[^1].ToString("G2", CultureInfo.InvariantCulture)} apart");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{apart.Count} drawings, at most {apart.Max():G2} apart; {framed} more seem framed.");
        Assert.Equal([], differ);
        Assert.InRange(framed, 0, 0.05 * samples.Count);

        static IEnumerable<double> Numbers(JsonElement answer, string name) => answer.GetProperty(name).EnumerateArray().Select(number => number.GetDouble());
        static string Decision(JsonElement answer) =>
            $"{answer.GetProperty("digit")} {answer.GetProperty("isDigit")} of {string.Join('/', Numbers(answer, "candidates"))}";
    }

    [Fact]
    public async Task Drawings_are_read_offline_as_online()
    {
        await using var online = await site.OpenAsync();
        await using var offline = await site.OpenAsync(readsByItself: true);
        await offline.Page.Context.SetOfflineAsync(true);

        foreach (var sample in Samples(All ? 200 : 10))
        {
            await Task.WhenAll(online.DrawAsync(sample), offline.DrawAsync(sample));

            Assert.Equal($"{await online.Words.InnerTextAsync()} {await online.Detail.InnerTextAsync()}",
                $"{await offline.Words.InnerTextAsync()} {await offline.Detail.InnerTextAsync()}");
            Assert.StartsWith("Read on this device", await offline.Page.Locator("#timing").InnerTextAsync(), StringComparison.Ordinal);
            await Task.WhenAll(online.Page.Keyboard.PressAsync("Escape"), offline.Page.Keyboard.PressAsync("Escape"));
        }
    }

    [Fact]
    public async Task A_drawing_takes_at_most_15_ms_on_the_device()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("MEASURE") == "1", "Set MEASURE=1 on a quiet machine.");
        await using var page = await site.OpenAsync();

        var answers = await page.Page.EvaluateAsync<JsonElement>(AskBoth, Points(Samples(100)));

        var times = answers.EnumerateArray().Select(answer => answer.GetProperty("here").GetProperty("roundTripMs").GetDouble()).Order().ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"On the device: least {times[0]:F1} ms, median {times[50]:F1} ms, 95 % within {times[95]:F1} ms.");
        Assert.InRange(times[50], 0, 15);
    }

    private static async Task DrawUntilAsync(DigitPage page, Func<Task<bool>> isSo)
    {
        do
        {
            await page.Page.Keyboard.PressAsync("Escape");
            await page.DrawAsync(PenDigit.Ours[3]);
        }
        while (!await isSo());
    }

    /// <summary>As JSON, in shares of the canvas.</summary>
    private static string Points(IEnumerable<PenDigit> samples) => JsonSerializer.Serialize(
        samples.Select(sample => sample.FitInto(0, 0, 1, 1).Select(stroke => stroke.Select(point => new[] { point.X, point.Y }))));

    /// <summary>Drawings of other people, spread over the digits and the writers.</summary>
    private static List<PenDigit> Samples(int count)
    {
        var folder = Environment.GetEnvironmentVariable("PENDIGITS_DATA");
        Assert.SkipWhen(folder is null, "PENDIGITS_DATA is not set: the folder with strokes.txt of the UCI pen digits.");
        var all = PenDigit.ReadAll(Path.Combine(folder, "strokes.txt")).ToList();
        return [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)])];
    }
}
