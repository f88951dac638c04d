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

    /// <summary>Waits until a request may compute, and counts it where it may not.</summary>
    /// <param name="http">The request.</param>
    /// <param name="hungUp">Ends the waiting.</param>
    /// <returns>A place to compute, which whoever waited disposes; it isn't acquired where the queue is full.</returns>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public static async ValueTask<RateLimitLease> EnterComputeQueueAsync(this HttpContext http, CancellationToken hungUp)
    {
        var clock = http.RequestServices.GetRequiredService<StageClock>();
        clock.Start();
        var metrics = http.RequestServices.GetRequiredService<ServiceMetrics>();
        var lease = await Wait(http.RequestServices.GetRequiredService<ConcurrencyLimiter>(), metrics, hungUp);
        clock.Lap(Stage.Queue);
        if (!lease.IsAcquired)
            metrics.Rejected("queue_full");
        return lease;
    }

    private static async ValueTask<object?> WaitAndTime(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        using var lease = await EnterComputeQueueAsync(http, http.RequestAborted);
        if (!lease.IsAcquired)
        {
            await Problems.Refuse(http);
            return Results.Empty;
        }

        var result = await next(context);
        http.Response.Headers["Server-Timing"] = http.RequestServices.GetRequiredService<StageClock>().ToString();
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
