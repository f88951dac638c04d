using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>What the service says of itself while it works; each test watches a process of its own.</summary>
public class TelemetryTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Metrics_count_requests_stages_digits_and_refusals()
    {
        using var service = await RunningService.StartAsync();

        await Predict(service, Drawing.Of(3));
        await Predict(service, Drawing.Of(3));
        await Predict(service, Drawing.Of(7));
        await Predict(service, Drawing.Blank());
        await Predict(service, [7]);

        var metrics = await Scrape.OfAsync(service.Client);
        Assert.Equal(3, metrics.Sum("http_server_request_duration_seconds_count", "http_response_status_code", "200"));
        Assert.Equal((5, 5, 4, 3), (Stage("queue"), Stage("decode"), Stage("frame"), Stage("infer")));
        Assert.Equal((2, 1), (metrics.Sum("mnist_predictions_total", "digit", "3"), metrics.Sum("mnist_predictions_total", "digit", "7")));
        Assert.Equal((1, 1), (metrics.Sum("mnist_rejections_total", "reason", "blank"), metrics.Sum("mnist_rejections_total", "reason", "bad_request")));
        Assert.Equal(3, metrics.Sum("mnist_confidence_count"));
        Assert.Equal(1, metrics.Sum("mnist_model_info", "sha256", ModelFile.Sha256(ModelFile.Committed)));

        double Stage(string name) => metrics.Sum("mnist_stage_duration_seconds_count", "stage", name);
    }

    [Fact]
    public async Task Every_answer_of_a_batch_and_of_a_tensor_is_counted()
    {
        using var service = await RunningService.StartAsync();
        var bar = string.Join(',', Enumerable.Range(0, 784).Select(i => i % 28 is 14 or 15 && i / 28 is >= 5 and < 25 ? 255 : 0)); // a 1

        await Post(service, "/predict/batch", $$"""[{"pixels":[{{bar}}]},{"pixels":[{{bar}}]},{"pixels":[]}]""");
        await Post(service, "/v2/models/mnist/infer", $$"""{"inputs":[{"name":"pixels","shape":[1,1,28,28],"datatype":"UINT8","data":[{{bar}}]}]}""");

        var metrics = await Scrape.OfAsync(service.Client);
        Assert.Equal((3, 3), (metrics.Sum("mnist_predictions_total"), metrics.Sum("mnist_stage_duration_seconds_count", "stage", "infer")));
    }

    [Fact]
    public async Task Refusals_are_counted_by_what_was_too_much()
    {
        using var full = await RunningService.StartAsync([("Limits__Concurrency", "1"), ("Limits__Queue", "0")]);
        using var limited = await RunningService.StartAsync([("Limits__ClientRequestsPerSecond", "1")]);

        var inQueue = await Flood(full);
        var inTime = await Flood(limited);

        var (queue, time) = (await Scrape.OfAsync(full.Client), await Scrape.OfAsync(limited.Client));
        Assert.Equal((inQueue, 0), (queue.Sum("mnist_rejections_total", "reason", "queue_full"), queue.Sum("mnist_queue_length")));
        Assert.Equal((inTime, inTime), (time.Sum("mnist_rejections_total", "reason", "rate_limit"), time.Sum("mnist_rejections_total")));
        Assert.True(inTime > 0, "Nothing was refused.");

        static async Task<int> Flood(RunningService service)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Post(service, "/predict", Drawing.Of(3))));
            return answers.Count(status => status is HttpStatusCode.TooManyRequests);
        }
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_counted_as_requests()
    {
        using var service = await RunningService.StartAsync();

        await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
        await service.Client.GetAsync(new Uri("/v2/health/ready", UriKind.Relative));
        await Scrape.OfAsync(service.Client);

        Assert.Null((await Scrape.OfAsync(service.Client)).LabelsOf("http_server_request_duration_seconds_count"));
    }

    [Fact]
    public async Task Traces_and_metrics_go_to_the_collector_that_the_standard_variable_names()
    {
        var received = new ConcurrentDictionary<string, string>();
        await using var collector = WebApplication.CreateSlimBuilder().Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.AddOrUpdate(signal, Encoding.Latin1.GetString(body.ToArray()), (_, before) => before + Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        using var service = await RunningService.StartAsync(
            [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "digits")]);

        await Predict(service, Drawing.Of(3));
        service.SendSigterm(); // sends what is left
        await service.ExitCodeAsync();

        Assert.Contains("mnist.predictions", received["metrics"], StringComparison.Ordinal);
        Assert.All(["digits", "queue", "decode", "frame", "infer"], part => Assert.Contains(part, received["traces"], StringComparison.Ordinal));
        // the request and its stages are one trace
        Assert.Equal(5, received["traces"].Split(Encoding.Latin1.GetString(Convert.FromHexString(TraceId))).Length - 1);
    }

    [Fact]
    public async Task Logs_as_json_bear_the_trace_id_and_nothing_of_the_image()
    {
        using var service = await RunningService.StartAsync(
            [
                ("Logging__Console__FormatterName", "json"), ("Logging__Console__FormatterOptions__IncludeScopes", "true"),
                ("Logging__LogLevel__Microsoft.AspNetCore.Hosting.Diagnostics", "Information"),
            ]);

        await Predict(service, Drawing.Of(3));
        service.SendSigterm();
        var lines = (await service.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains(lines, line => JsonDocument.Parse(line).RootElement.GetProperty("Scopes").EnumerateArray()
            .Any(scope => scope.TryGetProperty("TraceId", out var id) && id.GetString() == TraceId));
        Assert.Contains("Listening on", JsonDocument.Parse(service.FirstLine).RootElement.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 2000));
        Assert.DoesNotContain("iVBOR", string.Concat(lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_itself_it_says_one_line()
    {
        using var service = await RunningService.StartAsync();

        await Predict(service, Drawing.Of(3));
        await Predict(service, [7]);
        await service.Client.GetAsync(new Uri("/nothing", UriKind.Relative));
        service.SendSigterm();

        Assert.Empty(await service.Output);
    }

    private static async Task Predict(RunningService service, byte[] image)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict")
        {
            Content = Api.Form(image),
            Headers = { { "traceparent", $"00-{TraceId}-b7ad6b7169203331-01" } },
        };
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<HttpStatusCode> Post(RunningService service, string path, string json) => Post(service, path, Api.Json(json));

    private static Task<HttpStatusCode> Post(RunningService service, string path, byte[] image) => Post(service, path, Api.Raw(image));

    private static async Task<HttpStatusCode> Post(RunningService service, string path, HttpContent body)
    {
        using var response = await service.Client.PostAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
