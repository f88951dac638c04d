using System.Diagnostics;
using System.Globalization;

namespace MnistApi.Hosting.Telemetry;

/// <summary>
/// Where the time of one request goes: tells <see cref="ServiceMetrics"/>, and its <see cref="ToString"/> is the answer's <c>Server-Timing</c> header.
/// One per request, for one thread at a time.
/// </summary>
internal sealed class StageClock
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
        ServiceMetrics.Spent(stage, spent);
    }

    /// <summary>All stages in milliseconds: <c>decode;dur=0.183, frame;dur=0.021, queue;dur=0.002, infer;dur=0.075</c>, and <c>explain</c> where it was asked for.</summary>
    public override string ToString()
    {
        var stages = string.Create(CultureInfo.InvariantCulture,
            $"decode;dur={Milliseconds(Stage.Decode):F3}, frame;dur={Milliseconds(Stage.Frame):F3}, queue;dur={Milliseconds(Stage.Queue):F3}, infer;dur={Milliseconds(Stage.Infer):F3}");
        return this[Stage.Explain] == TimeSpan.Zero ? stages : string.Create(CultureInfo.InvariantCulture, $"{stages}, explain;dur={Milliseconds(Stage.Explain):F3}");
    }

    private double Milliseconds(Stage stage) => this[stage].TotalMilliseconds;
}

/// <summary>What a request spends time on once its body has arrived.</summary>
internal enum Stage
{
    /// <summary>Encoded bytes → ink plane.</summary>
    Decode,

    /// <summary>Ink plane → 28×28.</summary>
    Frame,

    /// <summary>Waiting for a turn.</summary>
    Queue,

    /// <summary>The network.</summary>
    Infer,

    /// <summary>What <c>?explain=true</c> adds.</summary>
    Explain,
}
