using System.Security.Cryptography;
using System.Threading.Channels;
using System.Threading.RateLimiting;
using MnistApi.Hosting.Telemetry;
using MnistReader.Framing;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>
/// A second classifier that is asked about the images of a share of the requests, to be compared with the one that serves. Nobody waits for it: what it has
/// no time for is dropped, and so is everything while requests wait in the queue. Safe to use from many threads at once.
/// </summary>
internal sealed class ShadowModel : BackgroundService
{
    // 784 numbers each: 0.8 MB
    private const int MostQuestions = 256;

    private readonly ModelSource? _source;
    private readonly double _share;
    private readonly ConcurrencyLimiter _requests;
    private readonly ServiceMetrics _metrics;
    private readonly ILogger<ShadowModel> _log;
    private readonly Channel<Question> _questions =
        Channel.CreateBounded<Question>(new BoundedChannelOptions(MostQuestions) { SingleReader = true });

    private Fingerprint _judged; // of the file that was last loaded or refused
    private long _dropped;

    private readonly Lock _gate = new(); // of what stands below
    private volatile Loaded? _current; // also looked at without it
    private FailedLoad? _lastFailedLoad;
    private ShadowComparison _comparison = new(generation: 0);

    /// <summary>Has no model until <see cref="RefreshAsync"/> has found one.</summary>
    /// <exception cref="InvalidDataException">The public key of the settings is none.</exception>
    public ShadowModel(ModelOptions options, ConcurrencyLimiter requests, ServiceMetrics metrics, ILogger<ShadowModel> log)
    {
        _source = options.FullShadowPath() is { } path ? new ModelSource(path, options.PublicKeyPem()) : null;
        (_share, _requests, _metrics, _log) = (options.ShadowShare, requests, metrics, log);
    }

    /// <summary>Whether to ask it about a request's images: true for as large a share of calls as the settings say.</summary>
    public bool Draws() => _current is not null && Random.Shared.NextDouble() < _share;

    /// <summary>Asks it about an image that was answered; returns at once.</summary>
    /// <param name="served">The model that answered.</param>
    /// <param name="image">As the network saw it.</param>
    /// <param name="answer">What it answered.</param>
    public void Ask(LoadedModel served, DigitImage image, Prediction answer) => Ask(served, image, answer, label: null);

    /// <summary>Asks it about an image of a tensor that was answered; returns at once.</summary>
    /// <param name="served">The model that answered.</param>
    /// <param name="pixels">784 numbers, which are copied.</param>
    /// <param name="answer">What it answered.</param>
    public void Ask(LoadedModel served, ReadOnlySpan<float> pixels, Prediction answer) =>
        Enqueue(new Question(served.Generation, pixels.ToArray(), ShadowComparison.AnswerOf(answer), Label: null));

    /// <summary>Asks it about an image of which somebody said what it shows, of every request; returns at once.</summary>
    /// <param name="served">The model that serves.</param>
    /// <param name="image">As the network sees it.</param>
    /// <param name="answer">What the served model answers for it.</param>
    /// <param name="label">What it shows, 0 to 9.</param>
    public void Correct(LoadedModel served, DigitImage image, Prediction answer, int label) => Ask(served, image, answer, label);

    /// <summary>How both compare since the younger of them was loaded; null where the settings name no file.</summary>
    public ShadowResponse? Read()
    {
        if (_source is null)
            return null;

        lock (_gate)
        {
            var (answers, corrections) = _comparison.Read();
            return new ShadowResponse(
                _current?.Classifier.Card.Version, _current?.Sha256, _current?.At, _lastFailedLoad, _share, answers.Sum(row => row.Sum()),
                answers.Index().Sum(row => row.Item[row.Index]), Interlocked.Read(ref _dropped), answers, corrections);
        }
    }

    /// <summary>Loads the file where it has changed; without it, or with one that is refused, there is no shadow. Never two at a time.</summary>
    public async Task RefreshAsync(CancellationToken cancellation)
    {
        if (_source is null || _source.Look() is var seen && seen == _judged)
            return;

        try
        {
            var next = seen.Content is null ? null : Loaded.From(_source);
            Replace(next);
            _judged = seen with { Content = next?.Sha256 }; // of what was loaded: the file may have changed since the look
            _log.LogInformation("The shadow model is {Version}", _current?.Classifier.Card.Version ?? "gone");
        }
        catch (Exception e) when (e is not OperationCanceledException) // whatever is wrong with a file
        {
            await Task.Delay(ServedModel.Settling, cancellation);
            if (_source.Look() != seen)
                return; // half-copied: it is looked at again when more has come

            _judged = seen;
            Refuse(e);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Replace(null);
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var question in _questions.Reader.ReadAllAsync(stoppingToken))
        {
            if (_requests.GetStatistics()?.CurrentQueuedCount > 0)
            {
                Drop();
                continue;
            }

            lock (_gate)
            {
                try
                {
                    Compare(question);
                }
                catch (Exception e) // whatever is wrong with a network that passed its self-test: it must not end the service
                {
                    Refuse(e);
                }
            }
        }
    }

    private void Ask(LoadedModel served, DigitImage image, Prediction answer, int? label)
    {
        if (_current is null)
            return;

        var pixels = new float[DigitImage.PixelCount];
        DigitClassifier.ToInput(image, pixels);
        Enqueue(new Question(served.Generation, pixels, ShadowComparison.AnswerOf(answer), label));
    }

    private void Enqueue(Question question)
    {
        if (_current is not null && !_questions.Writer.TryWrite(question))
            Drop();
    }

    private void Drop()
    {
        Interlocked.Increment(ref _dropped);
        _metrics.ShadowDropped();
    }

    // within the lock
    private void Compare(Question question)
    {
        if (_current is null || question.Generation < _comparison.Generation)
            return; // the last requests that a replaced model answered
        if (question.Generation > _comparison.Generation)
            _comparison = new ShadowComparison(question.Generation);

        var shadow = ShadowComparison.AnswerOf(_current.Classifier.Classify(question.Pixels)[0]);
        if (question.Label is { } label)
        {
            _comparison.AddCorrected(question.Served == label, shadow == label);
            _metrics.ShadowCorrected(question.Served == label, shadow == label);
        }
        else
        {
            _comparison.Add(question.Served, shadow);
            _metrics.ShadowAnswered(question.Served, shadow);
        }
    }

    private void Replace(Loaded? next)
    {
        lock (_gate)
        {
            _current?.Classifier.Dispose();
            (_current, _comparison) = (next, new ShadowComparison(_comparison.Generation));
            Interlocked.Exchange(ref _dropped, 0);
        }
    }

    private void Refuse(Exception cause)
    {
        Replace(null);
        lock (_gate)
            _lastFailedLoad = new FailedLoad(DateTimeOffset.UtcNow, cause.Message);
        _log.LogError("The file of the shadow model is refused, and there is no shadow: {Reason}", cause.Message);
    }

    /// <summary>An image that was answered.</summary>
    /// <param name="Generation">Of the model that answered.</param>
    /// <param name="Pixels">784 numbers.</param>
    /// <param name="Served">What it answered, 0 to 9 or <see cref="ShadowComparison.None"/>.</param>
    /// <param name="Label">What the image shows; null where nobody said.</param>
    private sealed record Question(int Generation, float[] Pixels, int Served, int? Label);

    /// <summary>The file that was loaded.</summary>
    private sealed record Loaded(DigitClassifier Classifier, string Sha256, DateTimeOffset At)
    {
        public static Loaded From(ModelSource source)
        {
            var file = source.Read();
            return new Loaded(DigitClassifier.Load(file, source.Path), Convert.ToHexStringLower(SHA256.HashData(file)), DateTimeOffset.UtcNow);
        }
    }
}
