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
    public static void AddTurns(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var limits = provider.GetRequiredService<LoadLimits>();
        return new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.Concurrency,
            QueueLimit = limits.Queue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    });

    /// <summary>Lets the handlers of a group run only in their turn, and has their answers say in <c>Server-Timing</c> where the time went.</summary>
    public static RouteGroupBuilder TakeTurns(this RouteGroupBuilder routes) => routes.LimitPerClient().AddEndpointFilter(static async (context, next) =>
    {
        var http = context.HttpContext;
        var clock = http.RequestServices.GetRequiredService<StageClock>();
        clock.Start();
        using var turn = await Wait(http.RequestServices.GetRequiredService<ConcurrencyLimiter>(), http.RequestAborted);
        clock.Lap(Stage.Queue);
        if (!turn.IsAcquired)
        {
            ServiceMetrics.Rejected("queue_full");
            await Problems.Refuse(http);
            return Results.Empty;
        }

        var result = await next(context);
        http.Response.Headers["Server-Timing"] = clock.ToString();
        return result;
    }).AnswerWhole();

    private static async ValueTask<RateLimitLease> Wait(ConcurrencyLimiter turns, CancellationToken hungUp)
    {
        var turn = turns.AcquireAsync(1, hungUp);
        if (turn.IsCompleted) // a free place, or none even in the queue
            return await turn;

        ServiceMetrics.Queued(1);
        try
        {
            return await turn;
        }
        finally
        {
            ServiceMetrics.Queued(-1);
        }
    }
}
