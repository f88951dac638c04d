using System.Diagnostics.Metrics;
using MnistApi.Hosting.Telemetry;

namespace MnistApi.Model;

/// <summary>
/// Looks at the model files, the shadow's too, whenever their folder changes and every <see cref="ModelOptions.PollSeconds"/>, and logs one line for what it
/// finds. Tells which model serves: <c>mnist.model.info</c> is always 1, its tags are what it says. <c>mnist.drift</c> tells how far what comes in is from its
/// validation data.
/// </summary>
internal sealed class ModelWatcher : BackgroundService
{
    private readonly ServedModel _model;
    private readonly ShadowModel _shadow;
    private readonly ModelOptions _options;
    private readonly ServiceMetrics _metrics;
    private readonly ILogger<ModelWatcher> _log;

    // not disposed: an event of the folder may still come in, and it holds nothing of the system
    private readonly SemaphoreSlim _changed = new(0);
    private volatile bool _hasEnded;

    public ModelWatcher(ServedModel model, ShadowModel shadow, ModelOptions options, ServiceMetrics metrics, IMeterFactory meters, ILogger<ModelWatcher> log)
    {
        (_model, _shadow, _options, _metrics, _log) = (model, shadow, options, metrics, log);
        var meter = meters.Create(ServiceMetrics.Name);
        meter.CreateObservableGauge("mnist.model.info", Info, description: "The model that serves.");
        meter.CreateObservableGauge("mnist.drift", Drift, "1", "Population stability index of the last images against the model's validation data.");
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _hasEnded = true; // the meter outlives the model
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var folder = WatchFolder(Path.GetDirectoryName(_options.FullPath())!);
        while (!stoppingToken.IsCancellationRequested)
        {
            switch (await _model.RefreshAsync(stoppingToken))
            {
                case ModelChange.Loaded:
                    _metrics.Loaded(refused: false);
                    using (var loaded = _model.Borrow())
                        _log.LogInformation("Serving model {Version}, SHA-256 {Sha256}", loaded.Classifier.Card.Version, loaded.Sha256);
                    break;
                case ModelChange.Refused:
                    _metrics.Loaded(refused: true);
                    _log.LogError("The changed model file is refused, the model before goes on serving: {Reason}", _model.LastFailedLoad?.Reason);
                    break;
            }

            await _shadow.RefreshAsync(stoppingToken);
            await _changed.WaitAsync(TimeSpan.FromSeconds(_options.PollSeconds), stoppingToken);
        }
    }

    private Measurement<int>[] Info()
    {
        if (_hasEnded)
            return [];

        using var model = _model.Borrow();
        return [new Measurement<int>(1, new("version", model.Classifier.Card.Version), new("sha256", model.Sha256))];
    }

    private Measurement<double>[] Drift()
    {
        if (_hasEnded)
            return [];

        using var model = _model.Borrow();
        return model.Drift?.Read() is not { } drift
            ? []
            : [Of("digits", drift.Digits), Of("confidence", drift.Confidence), Of("ink", drift.Ink), Of("size", drift.Size)];

        static Measurement<double> Of(string what, double index) => new(index, new KeyValuePair<string, object?>("of", what));
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
            _log.LogWarning("Changes of {Folder} are seen every {Seconds} s only: {Reason}", folder, _options.PollSeconds, e.Message);
            return null;
        }

        void Look(object sender, FileSystemEventArgs change)
        {
            if (_changed.CurrentCount == 0)
                _changed.Release();
        }
    }
}
