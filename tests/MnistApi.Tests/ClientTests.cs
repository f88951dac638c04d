using System.Diagnostics;
using System.Text.Json;
using MnistApi.Tests.OpenInference;
using Xunit;

namespace MnistApi.Tests;

/// <summary>The clients of docs/reference/api.md, run as they are there, beside a copy of the picture that they send.</summary>
public sealed class ClientTests(Api api) : IDisposable
{
    private static readonly string Root = ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("client-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_curl_commands_get_answers()
    {
        var output = await Run("sh", "client.sh", "bash", "-euo", "pipefail");

        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();

        Assert.Equal([3, 3], Digits(answers[0]));
        Assert.Equal([3], Digits(answers[1]));
        Assert.Equal("3", answers[2].GetProperty("text").GetString());
        var probabilities = answers[3].GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(p => p.GetSingle()).ToArray();
        Assert.Equal(1, Array.IndexOf(probabilities, probabilities.Max()));
        Assert.EndsWith(":3:3", answers[4].GetProperty("outputs")[0].GetProperty("data")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("python", "client.py", "python3")]
    [InlineData("js", "client.cjs", "node")]
    [InlineData("csharp", "client.cs", "dotnet", "run")]
    public async Task The_client_reads_a_digit(string language, string file, string runtime, params string[] arguments) =>
        Assert.StartsWith("3 0.9", await Run(language, file, runtime, arguments), StringComparison.Ordinal);

    [Fact]
    public async Task The_client_of_gRPC_reads_a_digit_and_a_foreign_one_ten_as_bytes_and_as_numbers()
    {
        await Execute("npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error",
            "@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.1");
        var digits = Path.Combine(_folder.FullName, "digits");
        await File.WriteAllBytesAsync(digits, [.. Enumerable.Range(0, 10).SelectMany(TensorRequest.Levels)], TestContext.Current.CancellationToken);
        File.Copy(Path.Combine(Root, "src", "MnistApi", "OpenInference", "Grpc", "open_inference_grpc.proto"),
            Path.Combine(_folder.FullName, "open_inference_grpc.proto"));
        var foreign = Path.Combine(_folder.FullName, "ten-digits.mjs");
        File.Copy(Path.Combine(Root, "tests", "MnistApi.Tests", "OpenInference", "ten-digits.mjs"), foreign);

        Assert.StartsWith("3 0.9", await Run("mjs", "client.mjs", "node"), StringComparison.Ordinal);
        Assert.Equal("0123456789\n0123456789\n", await Execute("node", foreign, GrpcAuthority, digits));
    }

    private string GrpcAuthority => new Uri(api.Addresses[0]).Authority;

    private static IEnumerable<int> Digits(JsonElement batch) =>
        batch.GetProperty("answers").EnumerateArray().Select(answer => answer.GetProperty("prediction").GetProperty("digit").GetInt32());

    private async Task<string> Run(string language, string file, string runtime, params string[] arguments)
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Root, "docs", "reference", "api.md"));
        var source = document.Split($"```{language}\n")[1].Split("```")[0]
            .Replace("localhost:8080", api.ClientOptions.BaseAddress.Authority, StringComparison.Ordinal)
            .Replace("localhost:8081", GrpcAuthority, StringComparison.Ordinal)
            .Replace("curl ", "curl -sS -w '\\n' ", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, file), source);
        File.Copy(Path.Combine(Root, "bench", "three.png"), Path.Combine(_folder.CreateSubdirectory("bench").FullName, "three.png"));
        return await Execute(runtime, [.. arguments, file]);
    }

    private async Task<string> Execute(string program, params string[] arguments)
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);
        Assert.SkipUnless(path.Any(folder => File.Exists(Path.Combine(folder, program))), $"Needs {program}.");
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
