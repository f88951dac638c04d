using MnistTrainer.Recipes;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))] // run.json names the version of libtorch
public class RunTests
{
    private static readonly Recipe Recipe = new() { Network = Recipe.Load("tutorial-baseline").Network };

    [Theory]
    [InlineData("pens", 0.2, null, true)]
    [InlineData("pens", 0, null, false)] // measured on, not learned
    [InlineData(null, 0.2, null, false)]
    [InlineData(null, 0.2, "pens", true)] // in the run before
    public void Strokes_are_learned_in_a_run_or_in_those_that_it_started_from(string? strokes, double share, string? before, bool learned)
    {
        using var folder = new TemporaryFolder();
        using var earlier = Run.Create(folder.Path, new RunOptions("first", Recipe, Seed: 1, Validation: 0, Threads: 1, Folder(before)));
        earlier.Begin();

        using var run = Run.Create(folder.Path, new RunOptions("second", Recipe with { StrokeShare = share }, Seed: 1, Validation: 0, Threads: 1, Folder(strokes), From: earlier.Folder));

        Assert.Equal(learned ? [Path.GetFullPath("pens")] : [], run.LearnedStrokes.Select(Path.GetFullPath));

        static string[]? Folder(string? name) => name is null ? null : [name];
    }

    [Fact]
    public void A_run_is_written_when_it_begins_with_paths_that_hold_anywhere()
    {
        using var folder = new TemporaryFolder();
        using var run = Run.Create(folder.Path, new RunOptions("first", Recipe, Seed: 1, Validation: 0, Threads: 1, Strokes: ["pens", "others"]));
        Assert.False(Directory.Exists(run.Folder));

        run.Begin();

        Assert.Equal([Path.GetFullPath("pens"), Path.GetFullPath("others")], Run.Open(run.Folder).Options.Strokes!);
    }

    [Fact]
    public void A_run_of_a_network_that_is_known_no_longer_is_refused_by_its_name()
    {
        using var folder = new TemporaryFolder();
        using var run = Run.Create(folder.Path, new RunOptions("first", Recipe with { Network = "deeper" }, Seed: 1, Validation: 0, Threads: 1));
        run.Begin();

        Assert.Contains("layer 1, 'deeper': there is no such layer.", Assert.Throws<InvalidDataException>(() => Run.Open(run.Folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_begin_in_the_same_second_get_a_folder_each()
    {
        using var folder = new TemporaryFolder();
        var runs = Enumerable.Range(1, 8).Select(seed => Run.Create(folder.Path, Options(seed))).ToList();

        Parallel.ForEach(runs, new ParallelOptions { MaxDegreeOfParallelism = 8 }, run => run.Begin());
        runs.ForEach(run => run.Dispose());

        Assert.Equal(8, runs.Select(run => run.Folder).Distinct().Count());
        Assert.All(runs, run => Assert.Equal(run.Options.Seed, Run.Open(run.Folder).Options.Seed));
    }

    [Fact]
    public void A_run_in_use_is_refused_until_it_ends_and_a_killed_ones_lock_is_no_obstacle()
    {
        using var folder = new TemporaryFolder();
        using var run = Run.Create(folder.Path, Options(seed: 1));
        run.Begin();

        var fault = Assert.Throws<IOException>(() => Run.Resume(run.Folder));
        run.Dispose();
        File.WriteAllBytes(Path.Combine(run.Folder, ".lock"), []);
        using (Run.Resume(run.Folder))
            Assert.Throws<IOException>(() => Run.Resume(run.Folder));

        Assert.Equal($"'{run.Folder}' is in use by another process. Wait until it ends, or name another folder.", fault.Message);
        Assert.Equal([Path.Combine(run.Folder, "run.json")], Directory.GetFiles(run.Folder));
    }

    [Theory]
    [InlineData(2, 1, "abc", "its seed is 1, this run's is 2")]
    [InlineData(1, 2, "abc", "its recipe differs")]
    [InlineData(1, 1, "abd", "it learned from other data (digits)")]
    [InlineData(1, 1, "abc", null)]
    public void A_checkpoint_of_another_run_is_refused(int seed, int epochs, string sha256, string? difference)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = Path.Combine(folder.Path, "checkpoint.zip");
        using (var state = new TrainingState(Recipe with { Epochs = 1 }, seed: 1) { DataSha256 = new Dictionary<string, string> { ["digits"] = "abc" } })
            state.Save(checkpoint);

        var load = () => TrainingState.Load(checkpoint, Recipe with { Epochs = epochs }, seed, new Dictionary<string, string> { ["digits"] = sha256 })
            .Dispose();

        if (difference is null)
            load();
        else
            Assert.Equal($"'{checkpoint}' is of another run: {difference}. Put back the run.json that it was made with, or begin a new run.",
                Assert.Throws<InvalidDataException>(load).Message);
    }

    private static RunOptions Options(int seed) => new("first", Recipe, seed, Validation: 0, Threads: 1);
}
