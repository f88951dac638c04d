using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>The model that answers now. <see cref="RefreshAsync"/> replaces it between two requests; safe to use from many threads at once.</summary>
internal sealed class ServedModel : IDisposable
{
    /// <summary>What is still as it was after this long is not in the middle of being written.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    private readonly ModelSource _file;
    private readonly ModelSource _inkFile;
    private readonly ModelSource _numberFile;
    private readonly ImageLimits _limits;
    private volatile LoadedModel _current;
    private volatile bool _disposed;
    private Fingerprints _serving; // of the files that were loaded
    private Fingerprints _judged; // of the files that were last loaded or refused

    /// <summary>Loads the first model.</summary>
    /// <param name="options">Where its files are; it serves without an ink network where that is missing.</param>
    /// <param name="limits">How large a picture may be.</param>
    /// <exception cref="IOException">It is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">It isn't signed by the key of the settings, is no model of ours, or fails its self-test.</exception>
    public ServedModel(ModelOptions options, ImageLimits limits)
    {
        var key = options.PublicKeyPem();
        (_file, _inkFile, _numberFile) = (new(options.FullPath(), key), new(options.FullInkPath(), key), new(options.FullNumberPath(), key));
        _limits = limits;
        var seen = Look();
        _current = LoadedModel.Load(_file, _inkFile.Exists ? _inkFile : null, _numberFile.Exists ? _numberFile : null, limits);
        _serving = _judged = seen.With(_current);
    }

    /// <summary>Why the file was refused the last time that it was; null where it never was.</summary>
    public FailedLoad? LastFailedLoad { get; private set; }

    /// <summary>What the current model says of itself.</summary>
    public ModelCard Card => _current.Classifier.Card;

    /// <summary>
    /// The current model, for one piece of work; dispose it when that is done, and borrow again for the next.
    /// A request has it as its service <see cref="LoadedModel"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The service has ended.</exception>
    public LoadedModel Borrow()
    {
        while (true)
        {
            var model = _current;
            if (model.TryBorrow())
                return model;

            ObjectDisposedException.ThrowIf(_disposed, this); // else it was replaced just now
        }
    }

    /// <summary>
    /// Reads the file where its content has changed, and lets it serve if it passes; if not, the current model stays. Never two at a time.
    /// </summary>
    /// <returns>What has happened to the file since the last call.</returns>
    public async Task<ModelChange> RefreshAsync(CancellationToken cancellation)
    {
        var seen = Look();
        if (seen == _judged)
            return ModelChange.None;

        if (seen == _serving)
        {
            _judged = seen; // what serves has come back
            return ModelChange.None;
        }

        try
        {
            var previous = _current;
            // a network that served isn't given up because its file has gone
            var next = LoadedModel.Load(
                _file, (seen.Ink.Content ?? previous.InkSha256) is null ? null : _inkFile,
                (seen.Number.Content ?? previous.NumberSha256) is null ? null : _numberFile, _limits);
            (_current, _serving) = (next, seen.With(next));
            _judged = _serving;
            previous.Dispose(); // now or when the last who borrowed it is through
            return ModelChange.Loaded;
        }
        catch (Exception e) when (e is not OperationCanceledException) // whatever is wrong with a file, the model before goes on
        {
            await Task.Delay(Settling, cancellation);
            if (Look() != seen)
                return ModelChange.None; // half-copied: it is looked at again when more has come

            _judged = seen;
            LastFailedLoad = new FailedLoad(DateTimeOffset.UtcNow, e.Message);
            return ModelChange.Refused;
        }
    }

    /// <summary>Frees the model as soon as nobody works with it.</summary>
    public void Dispose()
    {
        _disposed = true;
        _current.Dispose();
    }

    private Fingerprints Look() => new(_file.Look(), _inkFile.Look(), _numberFile.Look());

    /// <summary>What tells one set of files from another.</summary>
    private readonly record struct Fingerprints(Fingerprint Model, Fingerprint Ink, Fingerprint Number)
    {
        /// <summary>Of what was loaded, which is something else where a file changed between a look and the load.</summary>
        public Fingerprints With(LoadedModel loaded) => new(
            Model with { Content = loaded.Sha256 }, Ink with { Content = loaded.InkSha256 }, Number with { Content = loaded.NumberSha256 });
    }
}

/// <summary>What a look at the model file found.</summary>
internal enum ModelChange
{
    /// <summary>Nothing new, or a file that is still being written.</summary>
    None,

    /// <summary>A new model, which answers from now on.</summary>
    Loaded,

    /// <summary>A file that can't serve, or none; the model before goes on.</summary>
    Refused,
}
