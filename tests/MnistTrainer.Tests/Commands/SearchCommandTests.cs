using System.Text;
using MnistTrainer.Recipes;
using Xunit;

namespace MnistTrainer.Tests.Commands;

public class SearchCommandTests
{
    [Fact]
    public async Task A_search_leaves_a_page_and_a_recipe_to_train_and_goes_on_with_more_trials()
    {
        using var folder = new TemporaryFolder();
        var space = folder.File("space.json", Encoding.UTF8.GetBytes("""
            {
              "recipe": "quick",
              "learningRate": { "log": [0.02, 0.2] },
              "network": ["quick", ["conv 8 3x3 stride 3", "relu", "flatten", "linear classes"]],
              "batchSize": [25, 50]
            }
            """));

        var (code, output, error) = await Run(3);
        var (again, more, _) = await Run(4);

        Assert.Equal((0, "", 0), (code, error, again));
        Assert.Contains("| trial | epochs | accuracy, % | learningRate | network | batchSize |", output, StringComparison.Ordinal);
        Assert.Contains("300 training and 300 validation images of MNIST's 60,000 (split seed 1), seed 1, 1 thread a job.", output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("trial 3 to epoch 1", more, StringComparison.Ordinal); // not trained again
        Assert.Contains("trial 4 to epoch 1", more, StringComparison.Ordinal);
        var page = await File.ReadAllTextAsync($"{folder.Path}/search/search.html", TestContext.Current.CancellationToken);
        Assert.Contains("4 to epoch 1, 1 to epoch 3", page, StringComparison.Ordinal);
        Assert.Equal(4, page.Split("<polyline ").Length - 1);
        Assert.DoesNotContain("http", page.Replace("http://www.w3.org", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var best = Recipe.Load($"{folder.Path}/search/best.json");
        Assert.Equal(3, best.Epochs);
        Assert.InRange(best.LearningRate, 0.02, 0.2);
        var (trained, _, fault) = await TrainerProcess.Run($"train --recipe {folder.Path}/search/best.json --dry-run --data {RealMnist.Folder}");
        Assert.Equal((0, ""), (trained, fault));

        Task<(int Code, string Output, string Error)> Run(int trials) => TrainerProcess.Run(
            $"search {space} --trials {trials} --epochs 3 --train-images 300 --validation 300 --data {RealMnist.Folder} --output {folder.Path}/search");
    }

    [Fact]
    public async Task A_recipe_that_diverges_is_a_bad_one_and_the_search_goes_on()
    {
        using var folder = new TemporaryFolder();
        var space = folder.File("space.json", Encoding.UTF8.GetBytes(
            """{"recipe": "tutorial-deeper", "batchSize": 10, "learningRate": 100, "weightDecay": [0.9, 1]}"""));

        var (code, output, error) = await TrainerProcess.Run(
            $"search {space} --trials 1 --epochs 1 --train-images 1000 --validation 100 --data {RealMnist.Folder} --output {folder.Path}/search");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("Training diverged: ", output, StringComparison.Ordinal);
        Assert.Contains("| 1 | 1 | 0.00 |", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_space_that_is_none_is_told_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = await TrainerProcess.Run($"search nowhere.json --output {folder.Path}/search");

        Assert.Equal((1, "There is no space 'nowhere.json'. There are: tutorial; or give the path of a JSON file."), (code, error.TrimEnd()));
        Assert.False(Directory.Exists($"{folder.Path}/search"));
    }
}
