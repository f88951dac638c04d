using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using MnistApi.Hosting;
using MnistApi.Hosting.Addresses;
using MnistApi.Hosting.Errors;

namespace MnistApi.Health;

/// <summary><c>GET /health/…</c> for whoever runs the service, and the command that asks it from within a container that has no curl.</summary>
internal static class HealthEndpoints
{
    /// <summary>Maps the handlers.</summary>
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health").DisableHttpMetrics().AllowAnonymous().AlsoHead();
        health.MapGet("/live", Live).WithName("live").Produces<string>(contentType: "text/plain");
        health.MapGet("/ready", Ready).WithName("ready").Produces<string>(contentType: "text/plain").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGrpcService<GrpcHealth>().WithMetadata(new DisableHttpMetricsAttribute(), new DisableRequestTimeoutAttribute()).AllowAnonymous();
    }

    /// <summary><c>MnistApi health [url]</c>: asks a running service how it is, and says so in one line.</summary>
    /// <param name="url">What to GET; by default <c>/health/ready</c> of this machine, on the port that a platform names, else the first of
    /// ASPNETCORE_HTTP_PORTS, else 8080.</param>
    /// <returns>The exit code: 0 where the answer is a success within five seconds, else 1.</returns>
    public static async Task<int> AskAsync(string? url)
    {
        string[] names = [.. ListenExtensions.PlatformPorts, "ASPNETCORE_HTTP_PORTS"];
        var port = names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(ports => !string.IsNullOrEmpty(ports))?.Split(';')[0];
        url ??= $"http://127.0.0.1:{(string.IsNullOrEmpty(port) ? "8080" : port)}/health/ready";
        try
        {
            // a proxy that the environment names is for the world outside
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
            using var answer = await client.GetAsync(new Uri(url));
            Console.WriteLine($"{url} answers {(int)answer.StatusCode}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or UriFormatException or NotSupportedException)
        {
            Console.WriteLine($"{url} doesn't answer: {e.Message}");
            return 1;
        }
    }

    /// <summary>Whether the process answers at all</summary>
    /// <response code="200">It does. Restart it where this fails.</response>
    private static ContentHttpResult Live() => TypedResults.Text("live");

    /// <summary>Whether digits are recognised</summary>
    /// <response code="200">A model is loaded and has passed its self-test.</response>
    /// <response code="503">The service is ending: send requests elsewhere.</response>
    public static Results<ContentHttpResult, ProblemHttpResult> Ready(IHostApplicationLifetime service) =>
        service.IsEnding()
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, "The service is ending. Send requests elsewhere.")
            : TypedResults.Text("ready");
}
