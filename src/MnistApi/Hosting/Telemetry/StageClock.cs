using System.Diagnostics;
using System.Globalization;

namespace MnistApi.Hosting.Telemetry;

/// <summary>
/// Where the time of one request goes: tells <see cref="ServiceMetrics"/>, and its <see cref="ToString"/> is the answer's <c>Server-Timing</c> header.
/// One per request, for one thread at a time.
/// </summary>
internal sealed class StageClock(ServiceMetrics metrics)
{
    private readonly TimeSpan[] _spent = new TimeSpan[Enum.GetValues<Stage>().Length];
    private long _lap;

    /// <summary>Time spent in a stage so far; that of several pictures adds up.</summary>
    public TimeSpan this[Stage stage] => _spent[(int)stage];

    /// <summary>Begins a stage. What came before belongs to none.</summary>
    public void Start() => _lap = Stopwatch.GetTimestamp();

    /// <summary>Ends a stage and begins the next.</summary>
    /// <param name="stage">What the time since <see cref="Start"/> or the last lap went to.</param>
    public void Lap(Stage stage)
    {
        var now = Stopwatch.GetTimestamp();
        var spent = Stopwatch.GetElapsedTime(_lap, now);
        _lap = now;
        _spent[(int)stage] += spent;
        metrics.Spent(stage, spent);
    }

    /// <summary>
    /// All stages in milliseconds: <c>decode;dur=0.183, frame;dur=0.021, queue;dur=0.002, infer;dur=0.075</c>,
    /// and <c>explain</c> where it was asked for.
    /// </summary>
    public override string ToString()
    {
        var stages = $"{Entry("decode", Stage.Decode)}, {Entry("frame", Stage.Frame)}, {Entry("queue", Stage.Queue)}, {Entry("infer", Stage.Infer)}";
        return this[Stage.Explain] == TimeSpan.Zero ? stages : $"{stages}, {Entry("explain", Stage.Explain)}";
    }

    private string Entry(string name, Stage stage) => string.Create(CultureInfo.InvariantCulture, $"{name};dur={this[stage].TotalMilliseconds:F3}");
}

/// <summary>What a request spends time on once its body has arrived.</summary>
internal enum Stage
{
    /// <summary>Encoded bytes → ink plane.</summary>
    Decode,

    /// <summary>Ink plane → 28×28.</summary>
    Frame,

    /// <summary>Waiting in the queue.</summary>
    Queue,

    /// <summary>The network.</summary>
    Infer,

    /// <summary>What <c>?explain=true</c> adds.</summary>
    Explain,
}
