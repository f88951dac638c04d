using System.Diagnostics;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>Command lines as people type them, each in a process of its own that ends before anything is computed.</summary>
public class CommandLineTests
{
    private const string Commands =
        "There are: train, crossvalidate, compare, learning-curve, search, lr-find, runs, evaluate, predict, strokes, download, sign. " +
        "See 'MnistTrainer --help'.";

    [Theory]
    [InlineData("", $"Name a command. {Commands}")]
    [InlineData("trian", $"There is no command 'trian'. Did you mean 'train'? {Commands}")]
    [InlineData("cake", $"There is no command 'cake'. {Commands}")]
    [InlineData("train --time-limit 1,5", "'1,5' is not a number. Write it with a decimal point, as 1.5. See 'MnistTrainer train --help'.")]
    [InlineData("compare compact --seed 3", "Unrecognized command or argument '--seed'. Did you mean '--seeds'? See 'MnistTrainer compare --help'.")]
    public async Task A_slip_is_answered_with_what_was_probably_meant(string arguments, string message)
    {
        var (code, _, error) = await Run(arguments);

        Assert.Equal((2, message), (code, error.TrimEnd()));
    }

    [Fact]
    public async Task An_output_that_is_a_folder_is_refused_before_anything_is_trained()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run($"train --dry-run --output {folder.Path} --data {folder.Path}");

        Assert.Equal((1, "", $"'{folder.Path}' is a folder. Name a file in it."), (code, output, error.TrimEnd()));
    }

    [Fact]
    public async Task The_model_beside_the_program_is_found_from_any_folder()
    {
        using var folder = new TemporaryFolder();
        var start = Start($"predict {Repository.Root}/bench/three.png");
        start.WorkingDirectory = folder.Path;

        using var process = Process.Start(start)!;

        Assert.StartsWith($"{Repository.Root}/bench/three.png: 3 ", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
