using System.Diagnostics.Metrics;
using MnistApi.Hosting.Errors;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MnistApi.Hosting.Telemetry;

/// <summary>
/// Where <see cref="ServiceMetrics"/> goes: <c>GET /metrics</c> for Prometheus, and OTLP where OpenTelemetry's standard variables name a collector.
/// </summary>
internal static class TelemetryExtensions
{
    // the requests of this service take well under the 5 ms where the default buckets begin
    private static readonly double[] RequestSeconds = [0.25e-3, 0.5e-3, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 2.5, 10];

    /// <summary>OpenTelemetry's standard variables that name a collector.</summary>
    public static IReadOnlyList<string> Collectors { get; } =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    private static readonly string[] Probes = ["/health", "/v2/health", "/metrics"];

    /// <summary>Adds metrics; traces only where they are sent somewhere, since they cost time.</summary>
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<StageClock>().AddSingleton(services =>
        {
            _ = services.GetRequiredService<MeterProvider>(); // listens first, so that the series that exist from the start on reach it
            return new ServiceMetrics(services.GetRequiredService<IMeterFactory>());
        });
        var settings = builder.Configuration;
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(settings["OTEL_SERVICE_NAME"] ?? "mnist-api"))
            .WithMetrics(metrics => metrics
                .AddMeter(ServiceMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddView("http.server.request.duration", new ExplicitBucketHistogramConfiguration { Boundaries = RequestSeconds })
                .AddPrometheusExporter());
        if (Collectors.Any(name => settings[name] is { Length: > 0 }))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(ServiceMetrics.Name)
                .AddAspNetCoreInstrumentation(requests => requests.Filter = context => !IsProbe(context)));
            telemetry.UseOtlpExporter();
        }
    }

    /// <summary>Counts what is refused; before everything that may refuse.</summary>
    public static void UseTelemetry(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (HttpMethods.IsPost(context.Request.Method) && Reason(GrpcErrors.StatusOf(context)) is { } reason)
            context.RequestServices.GetRequiredService<ServiceMetrics>().Rejected(reason);
    });

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static void MapTelemetry(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint().DisableHttpMetrics();

    // 429 is counted where it is decided: there it is known whether the queue was full or the client too fast
    private static string? Reason(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad_request",
        StatusCodes.Status401Unauthorized => "no_key",
        StatusCodes.Status408RequestTimeout => "too_slow",
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "content_type",
        StatusCodes.Status422UnprocessableEntity => "blank",
        StatusCodes.Status429TooManyRequests => null,
        StatusCodes.Status499ClientClosedRequest => "hung_up",
        >= 500 => "failed",
        >= 400 => "other",
        _ => null,
    };

    private static bool IsProbe(HttpContext context) => Array.Exists(Probes, path => context.Request.Path.StartsWithSegments(path));
}
