using System.Text.Json;
using Xunit;

namespace MnistTrainer.Tests.Commands;

public sealed class RunsCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Runs_are_listed_found_and_compared()
    {
        await TrainAsync("--seed 1 --name first --note \"as it is\" --tag base");
        await TrainAsync("--seed 2 --name second --tag tried --tag wide --set batchSize=25");

        var list = await RunsAsync("--sort validation");
        Assert.Matches(@"\| run \| seed \| epochs \| validation, % \| strokes, % \| test, % \| minutes \| tags \| note \|", list);
        Assert.Matches(@"\d-first \| 1 \| 1/1 \| \d\d\.\d\d \| – \| \d\d\.\d\d \| \d+\.\d \| base \| as it is \|", list);
        Assert.Matches(@"\d-second \| 2 \| .* \| tried, wide \|  \|", list);
        Assert.DoesNotContain("second", await RunsAsync("--filter BASE"), StringComparison.Ordinal);
        Assert.Contains("There is no such run", await RunsAsync("--filter nothing"), StringComparison.Ordinal);

        using var json = JsonDocument.Parse(await RunsAsync("--json --sort started"));
        Assert.Equal(["first", "second"], json.RootElement.EnumerateArray().Select(run => run.GetProperty("labels").GetProperty("name").GetString()));
        var last = json.RootElement[1].GetProperty("metrics").GetProperty("history")[0];
        Assert.InRange(last.GetProperty("validationAccuracy").GetDouble(), 0.3, 1);
        Assert.Equal(JsonValueKind.Null, last.GetProperty("strokeAccuracy").ValueKind);
        Assert.Contains("\"tried, wide\"", await RunsAsync("--csv"), StringComparison.Ordinal);

        string[] names = [.. Directory.GetDirectories($"{_folder.Path}/runs").Order().Select(Path.GetFileName)!];
        var compared = await RunsAsync($"{names[0]} {names[1]} --page {_folder.Path}/compared.html");
        Assert.Matches(@"\| recipe\.batchSize \| 50 \| 25 \|\n", compared);
        Assert.Matches(@"\| seed \| 1 \| 2 \|\n", compared);
        Assert.Matches(@"\| p against .*-first \|  \| (< 0\.001|\d\.\d{3}) \|\n", compared);
        Assert.DoesNotContain("learningRate", compared, StringComparison.Ordinal); // it doesn't differ
        var page = await File.ReadAllTextAsync($"{_folder.Path}/compared.html", TestContext.Current.CancellationToken);
        Assert.Contains("""alt="Validation accuracy by epoch""", page, StringComparison.Ordinal);
        Assert.Contains("""<th scope="row">recipe.batchSize</th><td>50</td><td>25</td>""", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_cannot_be_read_is_told_and_the_others_are_listed()
    {
        await TrainAsync("--name whole");
        Directory.CreateDirectory($"{_folder.Path}/runs/broken");
        await File.WriteAllTextAsync($"{_folder.Path}/runs/broken/run.json", "{", TestContext.Current.CancellationToken);

        var (code, output, error) = await TrainerProcess.Run($"runs --runs {_folder.Path}/runs");

        Assert.Equal(0, code);
        Assert.Contains("-whole", output, StringComparison.Ordinal);
        Assert.StartsWith($"'{_folder.Path}/runs/broken/run.json' can't be read: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alone", "One run alone can't be compared: name two or more.")]
    [InlineData("--sort luck", "--sort takes started, validation, strokes, test, minutes.")]
    public async Task What_makes_no_sense_is_told(string options, string why)
    {
        var (code, _, error) = await TrainerProcess.Run($"runs {options}");

        Assert.Equal(2, code);
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_has_a_card_for_model_hubs()
    {
        await TrainAsync("--name hub");

        var text = await File.ReadAllTextAsync(Path.Combine(Directory.GetDirectories($"{_folder.Path}/runs").Single(), "README.md"),
            TestContext.Current.CancellationToken);
        Assert.StartsWith("---\nlibrary_name: onnx\npipeline_tag: image-classification\n", text, StringComparison.Ordinal);
        Assert.Matches(@"(?s)type: accuracy, value: 0\.\d{4} }.*\n---\n\n# mnist \d{4}\.\d\d\.\d\d-", text);
        Assert.Contains("It takes every picture for a digit.", text, StringComparison.Ordinal);
        Assert.Contains("- MNIST: Y. LeCun", text, StringComparison.Ordinal);
        Assert.Contains("\nlinear classes\n", text, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private async Task TrainAsync(string options)
    {
        var (code, _, error) = await TrainerProcess.Run(
            $"train --recipe quick --epochs 1 --train-images 1000 --validation 200 --split-seed 1 --set batchSize=50 {options} " +
            $"--data {RealMnist.Folder} --runs {_folder.Path}/runs");
        Assert.Equal((0, ""), (code, error));
    }

    private async Task<string> RunsAsync(string options)
    {
        var (code, output, error) = await TrainerProcess.Run($"runs {options} --runs {_folder.Path}/runs");
        Assert.Equal((0, ""), (code, error));
        return output;
    }
}
