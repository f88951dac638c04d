using System.Diagnostics;
using Xunit;

namespace MnistApi.Tests.Corrections;

/// <summary>A real PostgreSQL server, started by the first test that asks for a database; the test is skipped where none is installed.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly Lazy<(Process Process, string FirstLine)> _server = new(() =>
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The script is for Linux.");
        var script = Path.Combine(ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory)), "tests", "postgres.sh");
        var process = Process.Start(new ProcessStartInfo("bash", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return (process, process.StandardOutput.ReadLine() ?? "The server didn't start.");
    });

    /// <summary>The connection string of a database that isn't there yet.</summary>
    public string NewDatabase()
    {
        var (_, line) = _server.Value;
        Assert.SkipWhen(line.StartsWith("skipped", StringComparison.Ordinal), line);
        Assert.StartsWith("Host=", line, StringComparison.Ordinal);
        return line.Replace("Database=postgres", $"Database=test_{Guid.NewGuid():N};Pooling=false", StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (!_server.IsValueCreated)
            return;

        var process = _server.Value.Process;
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }
}
