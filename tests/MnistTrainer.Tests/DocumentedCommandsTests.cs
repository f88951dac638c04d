using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.RegularExpressions;
using MnistTrainer.Commands;
using MnistTrainer.Recipes;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>
/// The trainer's commands in the README, the guides and the results. Those that read a picture are run; the others train or measure for minutes
/// to hours, or download: they are parsed alone, and their recipes loaded. What they then do is run by the tests of each command, on less data.
/// </summary>
public partial class DocumentedCommandsTests
{
    private const string Alias = "dotnet run -c Release --project src/MnistTrainer --";

    private static readonly string[] Documents =
        ["README.md", "docs/guide/use.md", "docs/guide/train.md", "docs/guide/operate.md", "docs/reference/results.md"];

    public static TheoryData<string, string> Commands()
    {
        var commands = new TheoryData<string, string>();
        foreach (var document in Documents)
        {
            foreach (var line in Lines(document))
                commands.Add(document, line);
        }

        return commands;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void The_trainer_takes_the_command(string document, string command)
    {
        Assert.NotEmpty(document);
        var words = CommandLineParser.SplitCommandLine(command.Split('<')[0]).ToList();

        var parsed = Root().Parse(words);

        Assert.Equal([], parsed.Errors.Select(error => error.Message));
        var recipes = words.Zip(words.Skip(1)).Where(pair => pair.First == "--recipe").Select(pair => pair.Second)
            .Concat(words[0] == "compare" ? words.Skip(1).TakeWhile(word => !word.StartsWith('-')) : []);
        // runs/search/best.json is what the command above it finds
        foreach (var recipe in recipes.Where(name => !name.StartsWith("ml-", StringComparison.Ordinal) && !name.StartsWith("runs/", StringComparison.Ordinal)))
            Assert.NotNull(Recipe.Load(recipe));
    }

    [Fact]
    public async Task Every_documented_prediction_reads_the_picture()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "Needs bash.");
        var predictions = Documents.SelectMany(Lines).Where(line => line.StartsWith("predict ", StringComparison.Ordinal)).Distinct().ToList();
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "MnistTrainer", new DirectoryInfo(AppContext.BaseDirectory).Name, "MnistTrainer");

        foreach (var prediction in predictions)
        {
            // out/deeper.onnx is trained by the command above it, which takes a minute
            var command = prediction.Replace("out/deeper.onnx", "models/mnist.onnx", StringComparison.Ordinal);
            var start = new ProcessStartInfo("bash", ["-c", $"{program} {command}"]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true };
            using var bash = Process.Start(start)!;
            var output = await bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await bash.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal((0, true), (bash.ExitCode, ReadsThree().IsMatch(output)));
        }

        Assert.NotEmpty(predictions);
    }

    /// <summary>What stands behind the program's name in a document's blocks of commands.</summary>
    private static IEnumerable<string> Lines(string document) =>
        File.ReadAllText(Path.Combine(Repository.Root, document)).Split("```sh\n").Skip(1).Select(block => block.Split("```")[0])
            .SelectMany(block => block.Replace("\\\n", "", StringComparison.Ordinal).Split('\n'))
            .Select(line => Comment().Replace(line, "").Trim().Replace(Alias, "trainer", StringComparison.Ordinal))
            .Where(line => line.StartsWith("trainer ", StringComparison.Ordinal)).Select(line => line["trainer ".Length..]);

    // the commands that Program lists
    private static RootCommand Root() => new()
    {
        TrainCommand.Create(CancellationToken.None),
        CrossValidateCommand.Create(CancellationToken.None),
        CompareCommand.Create(CancellationToken.None),
        LearningCurveCommand.Create(CancellationToken.None), SearchCommand.Create(CancellationToken.None),
        LearningRateCommand.Create(CancellationToken.None), RunsCommand.Create(),
        EvaluateCommand.Create(CancellationToken.None),
        PredictCommand.Create(CancellationToken.None),
        StrokesCommand.Create(CancellationToken.None),
        DownloadCommand.Create(CancellationToken.None),
        SignCommand.Create(),
    };

    [GeneratedRegex(@"\s#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("(: 3 |\"digit\":3|,3,)")]
    private static partial Regex ReadsThree();
}
