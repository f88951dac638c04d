using System.Diagnostics;
using System.Diagnostics.Metrics;
using MnistReader.Inference;

namespace MnistApi.Hosting.Telemetry;

/// <summary>
/// What the service measures of itself: its instruments, with their units, and the one call that feeds each.
/// <see cref="TelemetryExtensions"/> says where it goes. Without anyone who listens a call costs next to nothing. One per service.
/// </summary>
internal sealed class ServiceMetrics
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "MnistService";

    private static readonly ActivitySource Traces = new(Name);
    private static readonly string[] StageNames = [.. Enum.GetNames<Stage>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] Numbers = [.. Enumerable.Range(0, DigitClassifier.Digits + 1).Select(number => $"{number}")]; // tags without boxing

    private readonly Histogram<double> _stages;
    private readonly UpDownCounter<int> _waiting;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _predictions;
    private readonly Histogram<double> _confidences;
    private readonly Counter<long> _candidates;
    private readonly Counter<long> _modelLoads;
    private readonly Counter<long> _shadowAnswers;
    private readonly Counter<long> _shadowDropped;
    private readonly Counter<long> _shadowCorrections;

    /// <summary>Makes the instruments, and the series that exist from the start on, so that their first increase shows.</summary>
    public ServiceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _stages = meter.CreateHistogram<double>("mnist.stage.duration", "s", "Time that a request spent in one stage.", advice: new()
        {
            HistogramBucketBoundaries = [25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1],
        });
        _waiting = meter.CreateUpDownCounter<int>("mnist.queue.length", "{request}", "Requests that wait for the network.");
        _rejections = meter.CreateCounter<long>("mnist.rejections", "{request}", "Requests that were refused, by reason.");
        _predictions = meter.CreateCounter<long>("mnist.predictions", "{image}", "Images that were answered, by digit, none where it was taken for no digit.");
        _confidences = meter.CreateHistogram<double>("mnist.confidence", "1", "Confidence of the answers that are digits, 0 to 1.", advice: new()
        {
            HistogramBucketBoundaries = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999],
        });
        _candidates = meter.CreateCounter<long>("mnist.candidates", "{image}", "Answers that are digits, by how many digits each may be.");
        _modelLoads = meter.CreateCounter<long>("mnist.model.loads", "{load}", "Looks at a changed model file, by outcome: loaded or refused.");
        _shadowAnswers = meter.CreateCounter<long>("mnist.shadow.answers", "{image}", "Images that the shadow model answered, by the served model's answer.");
        _shadowDropped = meter.CreateCounter<long>("mnist.shadow.dropped", "{image}", "Images that the shadow model had no time for.");
        _shadowCorrections = meter.CreateCounter<long>("mnist.shadow.corrections", "{image}", "Corrected images, by which model reads them right.");

        _waiting.Add(0);
        _shadowAnswers.Add(0, Tag("digit", Numbers[0]), Tag("outcome", "same"));
        _shadowAnswers.Add(0, Tag("digit", Numbers[0]), Tag("outcome", "other"));
        _shadowDropped.Add(0);
        _modelLoads.Add(0, Tag("outcome", "loaded"));
        _modelLoads.Add(0, Tag("outcome", "refused"));
    }

    /// <summary>A request has just spent time on a stage: the duration, and a span in the request's trace.</summary>
    public void Spent(Stage stage, TimeSpan duration)
    {
        var name = StageNames[(int)stage];
        _stages.Record(duration.TotalSeconds, Tag("stage", name));
        if (Traces.HasListeners())
            Traces.StartActivity(name, ActivityKind.Internal, parentContext: default, startTime: DateTimeOffset.UtcNow - duration)?.Dispose();
    }

    /// <summary>Requests joined the queue in front of the network, or left it.</summary>
    /// <param name="change">1 for each that joined, −1 for each that left.</param>
    public void Queued(int change) => _waiting.Add(change);

    /// <summary>A request was refused.</summary>
    /// <param name="reason">One of a few words, such as <c>blank</c> or <c>queue_full</c>.</param>
    public void Rejected(string reason) => _rejections.Add(1, Tag("reason", reason));

    /// <summary>An image was answered.</summary>
    public void Predicted(Prediction prediction)
    {
        _predictions.Add(1, Tag("digit", prediction.IsDigit ? Numbers[prediction.Digit] : "none"));
        if (!prediction.IsDigit)
            return;

        _confidences.Record(prediction.Confidence);
        _candidates.Add(1, Tag("size", Numbers[prediction.Candidates.Count]));
    }

    /// <summary>The shadow model answered an image.</summary>
    /// <param name="served">What the served model answered, 0 to 9; 10: no digit.</param>
    /// <param name="shadow">What the shadow did.</param>
    public void ShadowAnswered(int served, int shadow) => _shadowAnswers.Add(
        1, Tag("digit", served < DigitClassifier.Digits ? Numbers[served] : "none"), Tag("outcome", served == shadow ? "same" : "other"));

    /// <summary>The shadow model had no time for an image.</summary>
    public void ShadowDropped() => _shadowDropped.Add(1);

    /// <summary>The shadow model answered a corrected image.</summary>
    public void ShadowCorrected(bool servedIsRight, bool shadowIsRight) => _shadowCorrections.Add(1, Tag("right", (servedIsRight, shadowIsRight) switch
    {
        (true, true) => "both",
        (true, false) => "served",
        (false, true) => "shadow",
        (false, false) => "neither",
    }));

    /// <summary>A changed model file was loaded or refused.</summary>
    public void Loaded(bool refused) => _modelLoads.Add(1, Tag("outcome", refused ? "refused" : "loaded"));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
