using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MnistApi.Tests;

/// <summary>The README's requests, run as they stand there.</summary>
public class ReadmeTests(Api api)
{
    [Fact]
    public async Task Every_curl_command_of_the_readme_reads_a_digit()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "curl"))), "Needs curl.");
        var readme = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory)), "README.md"));
        var commands = readme.Split("```sh\n").Select(block => block.Split("```")[0]).Single(block => block.Contains("curl -F", StringComparison.Ordinal));
        var folder = Directory.CreateTempSubdirectory("readme-");
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "three.png"), Drawing.Of(3));

        var start = new ProcessStartInfo("bash", ["-euo", "pipefail"]) { WorkingDirectory = folder.FullName, RedirectStandardInput = true, RedirectStandardOutput = true };
        using var bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync(commands.Replace("localhost:8080", api.ClientOptions.BaseAddress.Authority, StringComparison.Ordinal).Replace("curl ", "curl -sS -w '\\n' ", StringComparison.Ordinal));
        bash.StandardInput.Close();
        var answers = (await bash.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await bash.WaitForExitAsync();
        folder.Delete(recursive: true);

        Assert.Equal(0, bash.ExitCode);
        Assert.Equal(["3", "3", "3", "1", "3", "3"], answers.Select(answer => JsonDocument.Parse(answer).RootElement).Select(answer =>
            answer.TryGetProperty("text", out var text) ? text.GetString() : answer.GetProperty("digit").GetRawText()));
        Assert.Contains("\"image\":\"data:image/png;base64,", answers[^1], StringComparison.Ordinal);
    }

    internal static string RepositoryRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "MnistService.sln")) ? folder.FullName : RepositoryRoot(folder.Parent!);
}
