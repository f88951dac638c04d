using System.Diagnostics;
using System.Diagnostics.Metrics;
using MnistApi.Model;
using MnistReader.Inference;

namespace MnistApi.Hosting.Telemetry;

/// <summary>
/// What the service measures of itself: every instrument, with its unit, and the one call that feeds it. <see cref="TelemetryExtensions"/> says where it goes.
/// Without anyone who listens a call costs next to nothing.
/// </summary>
internal static class ServiceMetrics
{
    /// <summary>The name of the meter and of the source of traces.</summary>
    public const string Name = "MnistService";

    private static readonly ActivitySource Traces = new(Name);
    private static readonly Meter Metrics = new(Name);

    private static readonly Histogram<double> Stages = Metrics.CreateHistogram("mnist.stage.duration", "s", "Time that a request spent in one stage.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1],
        });

    private static readonly UpDownCounter<int> Waiting = Metrics.CreateUpDownCounter<int>(
        "mnist.queue.length", "{request}", "Requests that wait for the network.");
    private static readonly Counter<long> Rejections = Metrics.CreateCounter<long>(
        "mnist.rejections", "{request}", "Requests that were refused, by reason.");
    private static readonly Counter<long> Predictions = Metrics.CreateCounter<long>(
        "mnist.predictions", "{image}", "Images that were answered, by digit, none where it was taken for no digit.");

    private static readonly Histogram<double> Confidences = Metrics.CreateHistogram("mnist.confidence", "1", "Confidence of the answers that are digits, 0 to 1.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999] });

    private static readonly Counter<long> ModelLoads = Metrics.CreateCounter<long>(
        "mnist.model.loads", "{load}", "Looks at a changed model file, by outcome: loaded or refused.");

    private static readonly string[] StageNames = [.. Enum.GetNames<Stage>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] Digits = [.. Enumerable.Range(0, DigitClassifier.Digits).Select(digit => $"{digit}")]; // a tag without boxing

    static ServiceMetrics()
    {
        // series exist from the start on, so that their first increase shows
        Waiting.Add(0);
        ModelLoads.Add(0, Tag("outcome", "loaded"));
        ModelLoads.Add(0, Tag("outcome", "refused"));
    }

    /// <summary>A request has just spent time on a stage: the duration, and a span in the request's trace.</summary>
    public static void Spent(Stage stage, TimeSpan duration)
    {
        var name = StageNames[(int)stage];
        Stages.Record(duration.TotalSeconds, Tag("stage", name));
        if (Traces.HasListeners())
            Traces.StartActivity(name, ActivityKind.Internal, parentContext: default, startTime: DateTimeOffset.UtcNow - duration)?.Dispose();
    }

    /// <summary>Requests joined the queue in front of the network, or left it.</summary>
    /// <param name="change">1 for each that joined, −1 for each that left.</param>
    public static void Queued(int change) => Waiting.Add(change);

    /// <summary>A request was refused.</summary>
    /// <param name="reason">One of a few words, such as <c>blank</c> or <c>queue_full</c>.</param>
    public static void Rejected(string reason) => Rejections.Add(1, Tag("reason", reason));

    /// <summary>An image was answered.</summary>
    public static void Predicted(Prediction prediction)
    {
        Predictions.Add(1, Tag("digit", prediction.IsDigit ? Digits[prediction.Digit] : "none"));
        if (prediction.IsDigit)
            Confidences.Record(prediction.Confidence);
    }

    /// <summary>A changed model file was loaded or refused.</summary>
    public static void Loaded(bool refused) => ModelLoads.Add(1, Tag("outcome", refused ? "refused" : "loaded"));

    /// <summary>Tells which model serves: <c>mnist.model.info</c> is always 1, its tags are what it says.</summary>
    /// <returns>To be disposed before the model.</returns>
    public static IDisposable Watch(ServedModel served)
    {
        var meter = new Meter(Name);
        meter.CreateObservableGauge("mnist.model.info", () =>
        {
            using var model = served.Borrow();
            return new Measurement<int>(1, Tag("version", model.Classifier.Card.Version), Tag("sha256", model.Sha256));
        }, description: "The model that serves.");
        return meter;
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
