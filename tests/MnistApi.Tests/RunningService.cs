using System.Diagnostics;

namespace MnistApi.Tests;

/// <summary>The built program as a process of its own, with default settings but for those given; killed when disposed.</summary>
public sealed class RunningService : IDisposable
{
    private readonly Process _process;

    private RunningService(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>In bytes.</summary>
    public long ResidentMemory
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>In bytes, since the start.</summary>
    public long PeakResidentMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public static async Task<RunningService> Start(params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MnistApi.dll"), "--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The service did not start.");
        _ = process.StandardOutput.ReadToEndAsync(); // a full pipe would stop the service
        return new RunningService(process, new Uri(line.Split(' ').First(word => word.StartsWith("http:", StringComparison.Ordinal))));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }
}
