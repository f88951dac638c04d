using System.Threading.RateLimiting;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;

namespace MnistApi.Hosting.Limits;

/// <summary>
/// Bounds how many requests compute at once and how many wait for it. A request queues once its body has arrived, so a slow sender holds no place;
/// one that finds the queue full is refused at once, so nobody waits long.
/// </summary>
internal static class QueueExtensions
{
    /// <summary>Adds the queue, as long as <see cref="LoadLimits"/> says.</summary>
    public static void AddComputeQueue(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var limits = provider.GetRequiredService<LoadLimits>();
        return new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.Concurrency,
            QueueLimit = limits.Queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    });

    /// <summary>Has the handlers of a group wait in the queue, and has their answers say in <c>Server-Timing</c> where the time went.</summary>
    public static RouteGroupBuilder RequireComputeQueue(this RouteGroupBuilder routes) => routes.LimitPerClient().AddEndpointFilter(WaitAndTime).AnswerWhole();

    private static async ValueTask<object?> WaitAndTime(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var clock = http.RequestServices.GetRequiredService<StageClock>();
        clock.Start();
        var metrics = http.RequestServices.GetRequiredService<ServiceMetrics>();
        using var lease = await Wait(http.RequestServices.GetRequiredService<ConcurrencyLimiter>(), metrics, http.RequestAborted);
        clock.Lap(Stage.Queue);
        if (!lease.IsAcquired)
        {
            metrics.Rejected("queue_full");
            await Problems.Refuse(http);
            return Results.Empty;
        }

        var result = await next(context);
        http.Response.Headers["Server-Timing"] = clock.ToString();
        return result;
    }

    private static async ValueTask<RateLimitLease> Wait(ConcurrencyLimiter queue, ServiceMetrics metrics, CancellationToken hungUp)
    {
        var lease = queue.AcquireAsync(1, hungUp);
        if (lease.IsCompleted) // a free place, or none even in the queue
            return await lease;

        metrics.Queued(1);
        try
        {
            return await lease;
        }
        finally
        {
            metrics.Queued(-1);
        }
    }
}
