using System.Diagnostics;
using System.Text.Json;
using MnistTrainer.Storage;
using Xunit;

namespace MnistTrainer.Tests.Commands;

/// <summary>One comparison by several processes of the program, on the real MNIST.</summary>
public sealed class WorkSharingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Jobs_and_shares_come_to_the_results_of_one_process()
    {
        await Compare("alone", "--jobs 1");
        var (code, output, error) = await Compare("jobs", "--jobs 2");
        var shares = await Task.WhenAll(((string[])["0/2", "1/2", "0/2"]).Select(shard => Compare("shares", $"--jobs 1 --shard {shard}")));

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("quick, seed 2 of 2: epoch   1/1  train ", output, StringComparison.Ordinal);
        Assert.Contains("Written to ", output, StringComparison.Ordinal);
        Assert.All(shares, share => Assert.Equal((0, ""), (share.Code, share.Error)));
        Assert.All(shares, share => Assert.Matches(@"Written to |Share [01]/2 is done; [1-4] of 4 results are still to come\.", share.Output));
        Assert.Contains(shares, share => share.Output.Contains("Written to ", StringComparison.Ordinal));
        Assert.Equal(4, Answers("alone").Distinct().Count());
        Assert.Equal(Answers("alone"), Answers("jobs"));
        Assert.Equal(Answers("alone"), Answers("shares"));
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*.lock", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("-TERM", 130)] // a run in the background ignores SIGINT
    [InlineData("-KILL", 137)]
    public async Task What_ends_the_first_process_ends_its_jobs(string signal, int exitCode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It sends signals.");
        using (var process = Process.Start(TrainerProcess.Start(Arguments("jobs", "--jobs 2", epochs: 500)))!)
        {
            string? line;
            do
                line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            while (line?.Contains(": epoch", StringComparison.Ordinal) is false);
            using (var kill = Process.Start("kill", [signal, $"{process.Id}"]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal(exitCode, process.ExitCode);
            if (exitCode == 130)
                Assert.StartsWith("Stopped. What was finished is kept; go on with: MnistTrainer compare ", error, StringComparison.Ordinal);
        }

        foreach (var part in (string[])["tutorial-baseline", "quick"])
            FolderLock.Wait(Path.Combine(_folder.Path, "jobs", part), ".seed-1.lock").Dispose(); // until nobody has it any more
    }

    [Fact]
    public async Task The_fault_of_a_job_is_told_in_its_words()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "jobs", "quick", "seed-1.json"));

        var (code, _, error) = await Compare("jobs", "--jobs 2");

        Assert.Equal(1, code);
        Assert.Contains("seed-1.json", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int Code, string Output, string Error)> Compare(string folder, string options) => TrainerProcess.Run(Arguments(folder, options));

    private string Arguments(string folder, string options, int epochs = 1) =>
        $"compare tutorial-baseline quick --seeds 2 --train-images 1000 --validation 500 --set {TrainerProcess.SmallestNetwork} batchSize=100 " +
        $"--epochs {epochs} " +
        $"--data {RealMnist.Folder} --output {_folder.Path}/{folder} {options}";

    private List<string> Answers(string folder) =>
    [
        .. from recipe in (string[])["tutorial-baseline", "quick"]
           from seed in (int[])[1, 2]
           let result = File.ReadAllText(Path.Combine(_folder.Path, folder, recipe, $"seed-{seed}.json"))
           select JsonDocument.Parse(result).RootElement.GetProperty("answers").GetString(),
    ];
}
