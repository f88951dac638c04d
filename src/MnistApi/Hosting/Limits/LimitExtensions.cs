using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;
using MnistReader.Imaging;

namespace MnistApi.Hosting.Limits;

/// <summary>What a request may weigh and take, and how many are taken on: all that keeps one client from spoiling the service for the others.</summary>
internal static class LimitExtensions
{
    private const string PerClient = "client";

    /// <summary>Has the server and its middleware set up by the section <c>Limits</c> of the settings when the application starts.</summary>
    public static void AddLimits(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton(_ => builder.Configuration.Read<ImageLimits>("Limits"));
        services.AddSingleton(_ => builder.Configuration.Read<LoadLimits>("Limits"));
        services.AddComputeQueue();
        services.AddOptions<KestrelServerOptions>().Configure<ImageLimits, LoadLimits>((server, images, load) =>
        {
            server.Limits.MaxRequestBodySize = MaxBodyBytes(images);
            server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(load.HeaderSeconds);
        });
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<LoadLimits>((timeouts, load) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(load.RequestSeconds),
            TimeoutStatusCode = StatusCodes.Status408RequestTimeout,
            WriteTimeoutResponse = context => Problems.Write(context, StatusCodes.Status408RequestTimeout),
        });
        services.AddRateLimiter();
        services.AddOptions<RateLimiterOptions>().Configure<LoadLimits, ServiceMetrics>((limiter, load, metrics) =>
        {
            limiter.AddPolicy(PerClient, context => load.ClientRequestsPerSecond == 0
                ? RateLimitPartition.GetNoLimiter(IPAddress.None)
                : RateLimitPartition.GetTokenBucketLimiter(Client(context), _ => new TokenBucketRateLimiterOptions
                {
                    TokenLimit = load.ClientRequestsPerSecond,
                    TokensPerPeriod = load.ClientRequestsPerSecond,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                }));
            limiter.OnRejected = (refused, _) =>
            {
                metrics.Rejected("rate_limit");
                return new ValueTask(Problems.Refuse(refused.HttpContext,
                    $"You have sent more than {load.ClientRequestsPerSecond:N0} requests in a second. " +
                    "Try again in a second, or send several pictures to /predict/batch."));
            };
        });
    }

    /// <summary>The most bytes of a request's body: an image in base64, and what JSON or a form puts around it.</summary>
    public static long MaxBodyBytes(ImageLimits images) => images.MaxBytes / 3L * 4 + 65_536;

    /// <summary>Marks what is under the limit per client.</summary>
    public static EnableRateLimitingAttribute ForEachClient { get; } = new(PerClient);

    /// <summary>Adds what checks the limits.</summary>
    public static void UseLimits(this WebApplication app)
    {
        app.UseRequestTimeouts();
        app.Use(EndReadingInTime);
        app.UseRateLimiter();
    }

    /// <summary>Puts a group under the limit per client.</summary>
    public static RouteGroupBuilder LimitPerClient(this RouteGroupBuilder routes) => routes.RequireRateLimiting(PerClient);

    // the reading of JSON knows nothing of the time limit; that of gRPC does
    private static async Task EndReadingInTime(HttpContext context, RequestDelegate next)
    {
        using var end = context.RequestAborted.UnsafeRegister(static request => EndReading((HttpRequest)request!), context.Request);
        await next(context);
    }

    private static void EndReading(HttpRequest request)
    {
        try
        {
            request.BodyReader.CancelPendingRead();
        }
        catch (IOException)
        {
            // HTTP/2: the client has reset the request, which ended the reading
        }
    }

    // a client with IPv6 has a whole /64 to send from
    private static IPAddress Client(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => IPAddress.None,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]),
        var address => address,
    };
}
