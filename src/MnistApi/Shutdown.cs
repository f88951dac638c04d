namespace MnistApi;

/// <summary>
/// How the service ends on SIGTERM: it says at once that it isn't ready, goes on serving for the grace period, so that balancers have time to notice,
/// then takes no new connections and finishes what is in flight.
/// </summary>
internal static class Shutdown
{
    /// <summary>Adds the grace period, with the settings under <c>Shutdown</c>.</summary>
    public static void AddShutdown(this WebApplicationBuilder builder)
    {
        var options = builder.Configuration.GetSection(nameof(Shutdown)).Get<ShutdownOptions>() ?? new ShutdownOptions();
        builder.Services.AddHostedService(_ => new Grace(options.GraceSeconds));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(options.GraceSeconds + options.TimeoutSeconds));
    }

    /// <summary>From SIGTERM on each answer also ends its connection: a client that keeps connections open comes back through the balancer.</summary>
    public static void UseShutdown(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.Use((context, next) =>
        {
            if (stopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
                context.Response.Headers.Connection = "close";
            return next(context);
        });
    }

    /// <summary>Holds back the end of the server.</summary>
    private sealed class Grace(double seconds) : IHostedLifecycleService
    {
        public Task StoppingAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);

        public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
