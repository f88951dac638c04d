using MnistApi.Hosting.Telemetry;

namespace MnistApi.Model;

/// <summary>Looks at the model file whenever its folder changes and every <see cref="ModelOptions.PollSeconds"/>, and logs one line for what it finds.</summary>
internal sealed class ModelWatcher(ServedModel model, ModelOptions options, ILogger<ModelWatcher> log) : BackgroundService
{
    // not disposed: an event of the folder may still come in, and it holds nothing of the system
    private readonly SemaphoreSlim _changed = new(0);
    private readonly IDisposable _info = ServiceMetrics.Watch(model);

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _info.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var folder = WatchFolder(Path.GetDirectoryName(options.FullPath())!);
        while (!stoppingToken.IsCancellationRequested)
        {
            switch (await model.RefreshAsync(stoppingToken))
            {
                case ModelChange.Loaded:
                    ServiceMetrics.Loaded(refused: false);
                    using (var loaded = model.Borrow())
                        log.LogInformation("Serving model {Version}, SHA-256 {Sha256}", loaded.Classifier.Card.Version, loaded.Sha256);
                    break;
                case ModelChange.Refused:
                    ServiceMetrics.Loaded(refused: true);
                    log.LogError("The changed model file is refused, the model before goes on serving: {Reason}", model.LastFailedLoad?.Reason);
                    break;
            }

            await _changed.WaitAsync(TimeSpan.FromSeconds(options.PollSeconds), stoppingToken);
        }
    }

    /// <summary>Null where the system announces no changes: polling is left.</summary>
    private FileSystemWatcher? WatchFolder(string folder)
    {
        try
        {
            // the whole folder: a file may also be swapped by renaming another, or a link beside it
            var watcher = new FileSystemWatcher(folder);
            watcher.Changed += Look;
            watcher.Created += Look;
            watcher.Deleted += Look;
            watcher.Renamed += Look;
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException e)
        {
            log.LogWarning("Changes of {Folder} are seen every {Seconds} s only: {Reason}", folder, options.PollSeconds, e.Message);
            return null;
        }

        void Look(object sender, FileSystemEventArgs change)
        {
            if (_changed.CurrentCount == 0)
                _changed.Release();
        }
    }
}
