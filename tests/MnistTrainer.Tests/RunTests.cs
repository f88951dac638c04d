using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests;

[Collection(nameof(TorchTests))] // run.json names the version of libtorch
public class RunTests
{
    private static readonly Recipe Recipe = new() { Network = "baseline" };

    [Theory]
    [InlineData("pens", 0.2, null, true)]
    [InlineData("pens", 0, null, false)] // measured on, not learned
    [InlineData(null, 0.2, null, false)]
    [InlineData(null, 0.2, "pens", true)] // in the run before
    public void Strokes_are_learned_in_a_run_or_in_those_that_it_started_from(string? strokes, double share, string? before, bool learned)
    {
        using var folder = new TemporaryFolder();
        var earlier = Run.Create(folder.Path, new RunOptions("first", Recipe, Seed: 1, Validation: 0, Threads: 1, before));
        earlier.Begin();

        var run = Run.Create(folder.Path, new RunOptions("second", Recipe with { StrokeShare = share }, Seed: 1, Validation: 0, Threads: 1, strokes, From: earlier.Folder));

        Assert.Equal(learned, run.LearnsStrokes);
    }

    [Fact]
    public void A_run_is_written_when_it_begins_with_paths_that_hold_anywhere()
    {
        using var folder = new TemporaryFolder();
        var run = Run.Create(folder.Path, new RunOptions("first", Recipe, Seed: 1, Validation: 0, Threads: 1, Strokes: "pens"));
        Assert.False(Directory.Exists(run.Folder));

        run.Begin();

        Assert.Equal(Path.GetFullPath("pens"), Run.Open(run.Folder).Options.Strokes);
    }
}
