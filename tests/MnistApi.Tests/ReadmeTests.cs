using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace MnistApi.Tests;

/// <summary>The commands of the README and the guides, run as they are there, in the root of the repository. Its own tests run those of the trainer.</summary>
public partial class ReadmeTests(Api api)
{
    private static readonly string[] Documents = ["README.md", "docs/guide/use.md", "docs/guide/train.md", "docs/guide/operate.md"];

    // what a line of a command begins with, that no test here runs
    private static readonly string[] RunElsewhere =
    [
        "./test.sh", // runs this test
        "trainer ", "alias trainer=", "dotnet run -c Release --project src/MnistTrainer -- ", // DocumentedCommandsTests of the trainer
        "alias mnist=", "mnist read ", // below, with the alias resolved
        "docker compose ", "REPLICAS=4 docker compose ", // needs a Docker daemon; failover.sh runs nginx before replicas without one
        "cp models/mnist.onnx ", "mv models/before.onnx ", // ShadowTests
        "openssl dgst ", // ModelSignatureTests
        "dotnet restore ", "dotnet tool restore", "dotnet publish ", // the Dockerfile and CI, for minutes
        "curl -fOJ -H \"X-Api-Key: $KEY\"", // CorrectionLoopTests exports with a key
    ];

    private static string Root { get; } = RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory));

    [Theory]
    [InlineData("README.md", "3")]
    [InlineData("docs/guide/use.md", "3", "3", "3", "1", "3", "3")]
    public async Task Every_request_reads_a_digit(string document, params string[] digits)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);
        Assert.SkipUnless(path.Any(folder => File.Exists(Path.Combine(folder, "curl"))), "Needs curl.");
        var commands = Blocks(document).Single(block => block.Contains("curl -F", StringComparison.Ordinal));

        using var bash = Start(commands
            .Replace("localhost:8080", api.ClientOptions.BaseAddress.Authority, StringComparison.Ordinal)
            .Replace("curl ", "curl -sS -w '\\n' ", StringComparison.Ordinal));
        var answers = (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, bash.ExitCode);
        Assert.Equal(digits, answers.Select(answer => JsonDocument.Parse(answer).RootElement).Select(answer =>
            answer.TryGetProperty("text", out var text) ? text.GetString() : answer.GetProperty("digit").GetRawText()));
        var explains = commands.Contains("explain=true", StringComparison.Ordinal);
        Assert.Equal(explains, answers[^1].Contains("\"image\":\"data:image/png;base64,", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_answer_in_the_readme_is_the_services()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Root, "README.md"), TestContext.Current.CancellationToken);
        var three = await File.ReadAllBytesAsync(Path.Combine(Root, "bench", "three.png"), TestContext.Current.CancellationToken);
        var shown = readme.Split("```json\n")[1].Split('\n')[0];

        var answer = await api.Predict(Api.Form(three));

        Assert.Equal(answer.EnumerateObject().Select(member => member.Name), MemberNames().Matches(shown).Select(match => match.Groups[1].Value));
        Assert.Contains($"\"digit\":{answer.GetProperty("digit")},", shown, StringComparison.Ordinal);
        Assert.Contains($"\"model\":{answer.GetProperty("model").GetRawText()}", shown, StringComparison.Ordinal);
    }

    public static TheoryData<string> StartingCommands() => [.. Documents.SelectMany(Lines).Where(StartsService).Distinct()];

    [Theory]
    [MemberData(nameof(StartingCommands))]
    public async Task The_command_starts_the_service(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Needs bash.");
        var built = $"dotnet run --no-build -c {new DirectoryInfo(AppContext.BaseDirectory).Name}"; // what the tests were built with
        using var bash = Start($"export ASPNETCORE_URLS=http://127.0.0.1:0; {command}"
            .Replace("dotnet run -c Release", built, StringComparison.Ordinal)
            .Replace("out/deeper.onnx", "models/mnist.onnx", StringComparison.Ordinal)); // trained by the command above it, which takes a minute

        try
        {
            var line = await bash.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.Contains("Listening on http://127.0.0.1:", line, StringComparison.Ordinal);
        }
        finally
        {
            bash.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task Every_reading_of_files_reads_the_three()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Needs bash.");
        var work = Directory.CreateTempSubdirectory("read-documented-").FullName; // the answers stay out of the repository
        Directory.CreateSymbolicLink(Path.Combine(work, "bench"), Path.Combine(Root, "bench"));
        string[] readings = [.. Documents.SelectMany(Lines).Where(line => line.StartsWith("mnist read ", StringComparison.Ordinal)).Distinct()];

        using var bash = Start($"mnist() {{ dotnet '{Path.Combine(AppContext.BaseDirectory, "MnistApi.dll")}' \"$@\" 2>>errors; }}; cd '{work}'\n" +
            string.Join('\n', readings) + "\ncat out/answers-?.jsonl\n");
        var lines = (await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, 6), (bash.ExitCode, readings.Length));
        Assert.Collection(lines,
            line => Assert.StartsWith("bench/three.png: 3 (", line, StringComparison.Ordinal),
            line => Assert.Equal(3, JsonDocument.Parse(line).RootElement.GetProperty("digit").GetProperty("digit").GetInt32()),
            line => Assert.StartsWith("file,text,written,", line, StringComparison.Ordinal),
            line => Assert.StartsWith("bench/three.png,3,3,0.", line, StringComparison.Ordinal),
            line => Assert.StartsWith("-: 3 (", line, StringComparison.Ordinal),
            line => Assert.Equal("3", JsonDocument.Parse(line).RootElement.GetProperty("number").GetProperty("text").GetString())); // of one share alone
        Directory.Delete(work, recursive: true);
    }

    [Fact]
    public void Every_command_is_run_by_a_test()
    {
        var requests = Documents.SelectMany(Blocks).Where(block => block.Contains("curl -F", StringComparison.Ordinal)).ToList();

        Assert.Equal(2, requests.Count); // of the theory above
        Assert.Equal([], Documents.SelectMany(Blocks).Except(requests).SelectMany(Commands)
            .Where(line => !StartsService(line) && !RunElsewhere.Any(beginning => line.StartsWith(beginning, StringComparison.Ordinal))));
    }

    internal static string RepositoryRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "MnistService.sln")) ? folder.FullName : RepositoryRoot(folder.Parent!);

    private static bool StartsService(string line) => line.EndsWith("dotnet run -c Release --project src/MnistApi", StringComparison.Ordinal);

    private static IEnumerable<string> Blocks(string document) =>
        File.ReadAllText(Path.Combine(Root, document)).Split("```sh\n").Skip(1).Select(block => block.Split("```")[0]);

    private static IEnumerable<string> Lines(string document) => Blocks(document).SelectMany(Commands);

    /// <summary>Without comments; one that goes on in the next line is one.</summary>
    private static IEnumerable<string> Commands(string block) => block.Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
        .Select(line => Comment().Replace(line, "").Trim()).Where(line => line.Length > 0);

    private static Process Start(string commands)
    {
        var bash = Process.Start(new ProcessStartInfo("bash", ["-euo", "pipefail"])
        {
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        bash.StandardInput.Write(commands);
        bash.StandardInput.Close();
        return bash;
    }

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("[{,]\"(\\w+)\":")]
    private static partial Regex MemberNames();
}
