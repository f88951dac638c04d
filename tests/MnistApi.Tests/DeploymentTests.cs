using System.Diagnostics;
using Xunit;

namespace MnistApi.Tests;

/// <summary>The scripts that prove what stands in deploy; each says by exit code 77 that it needs what is absent.</summary>
public class DeploymentTests
{
    private static readonly string Root = ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory));

    [Fact]
    public Task No_client_sees_an_error_when_a_replica_is_killed_another_stopped_and_the_model_changed() =>
        Passes("tests/failover.sh", "12", Path.Combine(Root, "artifacts", "bin", "MnistApi", new DirectoryInfo(AppContext.BaseDirectory).Name));

    [Fact]
    public Task The_kubernetes_manifests_fit_their_schemas_and_each_other() => Passes("tests/kubernetes.sh");

    [Fact]
    public Task The_pod_of_the_manifests_runs_and_answers() => Passes("tests/podman.sh");

    [Fact]
    public Task The_alert_rules_are_prometheus_own() =>
        Passes("-c", "command -v promtool >/dev/null || { echo 'skipped: there is no promtool'; exit 77; }; promtool check rules " +
            "docs/operations/prometheus-alerts.yml");

    private static async Task Passes(params string[] arguments)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The scripts are for Linux.");
        var start = new ProcessStartInfo("bash", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var bash = Process.Start(start)!;
        var error = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.SkipWhen(bash.ExitCode == 77, output);
        Assert.True(bash.ExitCode == 0, output + await error);
    }
}
