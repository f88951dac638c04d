using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace MnistApi.Tests;

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
        Assert.Equal((4, 4, 3), (Stage("decode"), Stage("frame"), Stage("infer")));
        Assert.Equal((2, 1), (metrics.Sum("mnist_predictions_total", "digit", "3"), metrics.Sum("mnist_predictions_total", "digit", "7")));
        Assert.Equal((1, 1), (metrics.Sum("mnist_rejections_total", "reason", "blank"), metrics.Sum("mnist_rejections_total", "reason", "bad_request")));
        Assert.Equal(3, metrics.Sum("mnist_confidence_count"));
        Assert.Equal(1, metrics.Sum("mnist_model_info", "sha256", ModelFile.Sha256(ModelFile.Committed)));

        double Stage(string name) => metrics.Sum("mnist_stage_duration_seconds_count", "stage", name);
    }

    [Fact]
    public async Task Probes_and_scrapes_are_not_counted_as_requests()
    {
        using var service = await RunningService.StartAsync();

        await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
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
        Assert.All(["digits", "decode", "frame", "infer"], part => Assert.Contains(part, received["traces"], StringComparison.Ordinal));
        Assert.Equal(4, received["traces"].Split(Encoding.Latin1.GetString(Convert.FromHexString(TraceId))).Length - 1); // the request and its stages are one trace
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
        var lines = (await service.Output.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

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

        Assert.Empty(await service.Output.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static async Task Predict(RunningService service, byte[] image)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = Api.Form(image), Headers = { { "traceparent", $"00-{TraceId}-b7ad6b7169203331-01" } } };
        using var response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
