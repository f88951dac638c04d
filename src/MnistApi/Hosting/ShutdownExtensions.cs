namespace MnistApi.Hosting;

/// <summary>
/// How the service ends on SIGTERM: it says at once that it isn't ready, goes on serving for the grace period, so that balancers have time to notice,
/// then takes no new connections and finishes what is in flight.
/// </summary>
internal static class ShutdownExtensions
{
    /// <summary>Adds the grace period, with the settings under <c>Shutdown</c>.</summary>
    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => builder.Configuration.Read<ShutdownOptions>("Shutdown"));
        builder.Services.AddHostedService<Grace>();
        builder.Services.AddOptions<HostOptions>().Configure<ShutdownOptions>((host, shutdown) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(shutdown.GraceSeconds + shutdown.TimeoutSeconds));
    }

    /// <summary>Whether SIGTERM has come: the service isn't ready any more, though it still answers.</summary>
    public static bool IsEnding(this IHostApplicationLifetime service) => service.ApplicationStopping.IsCancellationRequested;

    /// <summary>From SIGTERM on each answer also ends its connection: a client that keeps connections open comes back through the balancer.</summary>
    public static void UseShutdown(this WebApplication app)
    {
        var service = app.Lifetime;
        app.Use((context, next) =>
        {
            if (service.IsEnding() && HttpProtocol.IsHttp11(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return next(context);
        });
    }

    /// <summary>Holds back the end of the server.</summary>
    private sealed class Grace(ShutdownOptions options) : IHostedLifecycleService
    {
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(options.GraceSeconds), cancellationToken);

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
