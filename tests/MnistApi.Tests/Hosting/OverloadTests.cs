using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using SkiaSharp;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>
/// The service as a process of its own, under more than it can do. The figures are printed; OVERLOAD_SECONDS (2), OVERLOAD_ACCEPTED_MS (10000) and
/// OVERLOAD_HEALTH_MS (10000)
/// make the run longer and its limits narrower on a machine that does nothing else, see bench/overload.sh.
/// </summary>
public class OverloadTests(ITestOutputHelper output)
{
    private const int Clients = 64;

    [Fact]
    public async Task At_ten_times_the_capacity_what_is_accepted_is_answered_soon_and_the_rest_is_refused_at_once()
    {
        using var service = await RunningService.StartAsync([("Limits__Concurrency", "1"), ("Limits__Queue", "8")]);
        using var client = new HttpClient { BaseAddress = service.Address };
        var drawing = LargeDrawing();
        var capacity = await Capacity(client, drawing);
        var interval = TimeSpan.FromSeconds(Clients / (10 * capacity));
        var until = Stopwatch.GetTimestamp() + (long)(Stopwatch.Frequency * Setting("OVERLOAD_SECONDS", 2));
        var (accepted, refused, health, others) =
            (new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<double>(), new ConcurrentBag<string>());

        async Task Load(int number)
        {
            await Task.Delay(interval * number / Clients);
            for (var next = Stopwatch.GetTimestamp(); next < until || refused.IsEmpty; next += (long)(interval.TotalSeconds * Stopwatch.Frequency))
            {
                if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), next) is { Ticks: > 0 } early)
                    await Task.Delay(early);
                var clock = Stopwatch.StartNew();
                using var response = await client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(drawing));
                (response.StatusCode switch
                {
                    HttpStatusCode.OK => accepted,
                    HttpStatusCode.TooManyRequests when response.Headers.RetryAfter?.Delta == TimeSpan.FromSeconds(1) => refused,
                    _ => null,
                })?.Add(clock.Elapsed.TotalMilliseconds);
                if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.TooManyRequests))
                    others.Add($"{(int)response.StatusCode}");
            }
        }

        async Task AskForHealth()
        {
            while (Stopwatch.GetTimestamp() < until)
            {
                var clock = Stopwatch.StartNew();
                using var response = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                health.Add(clock.Elapsed.TotalMilliseconds);
                await Task.Delay(20);
            }
        }

        await Task.WhenAll([AskForHealth(), .. Enumerable.Range(0, Clients).Select(Load)]);

        output.WriteLine($"capacity {capacity:F0}/s; {accepted.Count} accepted, p50 {Percentile(accepted, 0.5):F1} ms, p99 {Percentile(accepted, 0.99):F1} ms; "
            + $"{refused.Count} refused, p50 {Percentile(refused, 0.5):F1} ms, p99 {Percentile(refused, 0.99):F1} ms; health p50 " +
                $"{Percentile(health, 0.5):F1} ms, most {Percentile(health, 1):F1} ms");
        Assert.Empty(others);
        Assert.NotEmpty(refused);
        Assert.InRange(Percentile(accepted, 0.99), 0, Setting("OVERLOAD_ACCEPTED_MS", 10_000));
        Assert.InRange(Percentile(health, 1), 0, Setting("OVERLOAD_HEALTH_MS", 10_000));
    }

    [Fact]
    public async Task A_refusal_is_a_problem_document_that_says_when_to_try_again()
    {
        using var service = await RunningService.StartAsync([("Limits__Concurrency", "1"), ("Limits__Queue", "0")]);
        using var client = new HttpClient { BaseAddress = service.Address };
        var drawing = LargeDrawing();

        HttpResponseMessage? refusal = null;
        while (refusal is null) // twenty at once may still come one after the other
        {
            var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(drawing))));
            refusal = Array.Find(responses, response => response.StatusCode is HttpStatusCode.TooManyRequests);
        }

        Assert.Equal(TimeSpan.FromSeconds(1), refusal.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", refusal.Content.Headers.ContentType?.MediaType);
        Assert.Equal("""{"title":"Too Many Requests","status":429,"detail":"The service is busy. Try again in a second."}""",
            await refusal.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_may_send_as_many_requests_in_a_second_as_the_setting_says()
    {
        using var service = await RunningService.StartAsync([("Limits__ClientRequestsPerSecond", "5")]);
        using var client = new HttpClient { BaseAddress = service.Address };

        var statuses = new List<HttpStatusCode>();
        var detail = "";
        while (statuses.Count < 5 || detail.Length == 0) // a slow client takes longer to pass its limit
        {
            using var response = await client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw("text"u8.ToArray()));
            statuses.Add(response.StatusCode);
            if (response.StatusCode is HttpStatusCode.TooManyRequests)
                detail = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString()!;
        }

        Assert.All(statuses[..5], status => Assert.Equal(HttpStatusCode.BadRequest, status));
        Assert.Equal("You have sent more than 5 requests in a second. Try again in a second, or send several pictures to /predict/batch.", detail);
        using var health = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Slow_senders_and_silent_connections_hold_no_place()
    {
        using var service = await RunningService.StartAsync([("Limits__Concurrency", "1"), ("Limits__Queue", "0")]);
        var connections = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
            connections.Add(await Connect(service,
                i % 2 == 0 ? "" : "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 1000\r\n\r\nhalf"));

        using var client = new HttpClient { BaseAddress = service.Address };
        using var response = await client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(Drawing.Of(3)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        connections.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task A_request_that_does_not_arrive_in_time_is_answered_408()
    {
        using var service = await RunningService.StartAsync([("Limits__HeaderSeconds", "1"), ("Limits__RequestSeconds", "1")]);
        string[] beginnings =
        [
            "POST /predict HTTP/1.1\r\nHost:",
            "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\nhalf",
            "POST /predict/batch HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n" +
                "Content-Length: 100000\r\n\r\n--x\r\nContent-Disposition: form-data",
            "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"image\":",
            "POST /v2/models/mnist/infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"inputs\":",
        ];

        var answers = await Task.WhenAll(beginnings.Select(async beginning =>
        {
            using var connection = await Connect(service, beginning);
            using var reader = new StreamReader(connection.GetStream());
            var answer = reader.ReadLineAsync();
            while (await Task.WhenAny(answer, Task.Delay(200)) != answer)
                await Trickle(connection);
            return await answer;
        }));

        Assert.All(answers, answer => Assert.Equal("HTTP/1.1 408 Request Timeout", answer));

        // 500 bytes a second: by itself the server ends what is slower than 240
        static async Task Trickle(TcpClient connection)
        {
            try
            {
                await connection.GetStream().WriteAsync(new string(' ', 100).Select(space => (byte)space).ToArray());
            }
            catch (IOException)
            {
                // it has answered and hung up
            }
        }
    }

    private static async Task<TcpClient> Connect(RunningService service, string beginning)
    {
        var connection = new TcpClient();
        await connection.ConnectAsync(service.Address.Host, service.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(beginning));
        return connection;
    }

    // requests a second, one after the other, of which the network's turn is nearly all
    private static async Task<double> Capacity(HttpClient client, byte[] drawing)
    {
        const int requests = 30;
        var milliseconds = 0.0;
        for (var i = -100; i < requests; i++) // a hundred to warm up
        {
            using var response = await client.PostAsync(new Uri("/predict", UriKind.Relative), Api.Raw(drawing));
            var stages = response.Headers.GetValues("Server-Timing").Single().Split(", ").Select(stage => stage.Split(";dur="));
            milliseconds += i < 0 ? 0 : stages.Where(stage => stage[0] != "queue").Sum(stage => double.Parse(stage[1], CultureInfo.InvariantCulture));
        }

        return 1000 * requests / milliseconds;
    }

    // 800×800, and not quite opaque, so that the codec reads it: some milliseconds of work, so that ten times the capacity is no more than one client can send
    private static byte[] LargeDrawing()
    {
        using var small = SKBitmap.Decode(Drawing.Of(3));
        using var large = small.Resize(new SKImageInfo(800, 800), SKSamplingOptions.Default);
        large.SetPixel(0, 0, SKColors.Transparent);
        using var png = large.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static double Percentile(ConcurrentBag<double> values, double share) => values.Order().ElementAt((int)((values.Count - 1) * share));

    private static double Setting(string name, double otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
