using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MnistApi.Tests;

/// <summary>The built program as a process of its own on a free port; killed when disposed.</summary>
public sealed class RunningService : IDisposable
{
    private readonly Process _process;

    private RunningService(Process process, string firstLine)
    {
        (_process, FirstLine) = (process, firstLine);
        Output = process.StandardOutput.ReadToEndAsync(); // from the start on: a full pipe would stop the service
        var url = firstLine[firstLine.IndexOf("http://127.", StringComparison.Ordinal)..];
        Client.BaseAddress = new Uri(url[..url.IndexOf(' ', StringComparison.Ordinal)]);
    }

    /// <summary>What it said when it was listening.</summary>
    public string FirstLine { get; }

    public Uri Address => Client.BaseAddress!;

    public int Id => _process.Id;

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

    /// <summary>Asks it.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>All that it says after the first line, once it has ended.</summary>
    public Task<string> Output { get; }

    public static Task<RunningService> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <summary>Starts it with variables of its own.</summary>
    public static async Task<RunningService> StartAsync((string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MnistApi.dll"), "--urls", "http://127.0.0.1:0", .. arguments])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        return new RunningService(process, Assert.IsType<string>(line));
    }

    public void SendSigterm()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Client.Dispose();
        _process.Kill(); // nothing where it has exited
        _process.Dispose();
    }
}
