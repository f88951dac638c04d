using System.Diagnostics;
using BenchmarkDotNet.Running;
using Stages;

// What the stages of a request cost.
// Usage, on an idle machine: dotnet run -c Release --project bench/Stages -- --filter '*'
//                            dotnet run -c Release --project bench/Stages -- quick        one line each within seconds, the floor last
//                            dotnet run -c Release --project bench/Stages -- photo        a 12-megapixel photo and a row: time and memory
//                            dotnet run -c Release --project bench/Stages -- files        MnistApi read against its parts alone, and on two threads
if (args is ["photo"])
{
    Photo.Measure();
    return;
}

if (args is ["files"])
{
    Files.Measure();
    return;
}

if (args is not ["quick"])
{
    BenchmarkSwitcher.FromAssembly(typeof(StageBenchmarks).Assembly).Run(args);
    return;
}

using var stages = new StageBenchmarks();
Time("decode", stages.Decode);
Time("segment", () => stages.Segment());
Time("frame", () => stages.Frame());
var codec = Time("codec alone", () => stages.Codec());
var infer = Time("infer", () => stages.Infer());
Time("serialise", () => stages.Serialise());
Console.WriteLine($"floor (codec alone + infer): {codec + infer:F1} µs");

// the median of a second's worth, after another to warm up
static double Time(string name, Action stage)
{
    var times = new List<double>();
    for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin).TotalSeconds < 2;)
    {
        var start = Stopwatch.GetTimestamp();
        stage();
        if (Stopwatch.GetElapsedTime(begin).TotalSeconds > 1)
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
    }

    times.Sort();
    Console.WriteLine($"{name}: {times[times.Count / 2]:F1} µs (n = {times.Count:N0})");
    return times[times.Count / 2];
}
