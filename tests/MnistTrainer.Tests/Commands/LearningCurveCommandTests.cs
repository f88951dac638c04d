using Xunit;

namespace MnistTrainer.Tests.Commands;

public class LearningCurveCommandTests
{
    [Fact]
    public async Task A_curve_has_a_point_for_each_size_and_another_size_joins()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await Run("500");
        var (again, more, _) = await Run("500 2000");

        Assert.Equal((0, "", 0), (code, error, again));
        Assert.Matches(@"(?s)\| images \| quick \|\n\|---:\|---:\|\n\| 500 \| \d\d\.\d\d % \|\n.*seeds 1 to 1", output);
        var first = output.Split('\n').Single(line => line.StartsWith("| 500 ", StringComparison.Ordinal));
        Assert.Contains(first, more, StringComparison.Ordinal); // not trained again
        Assert.DoesNotContain("quick, 500 images", more, StringComparison.Ordinal);
        var accuracies = more.Split('\n').Where(line => line.EndsWith(" % |", StringComparison.Ordinal)).Select(line => line.Split('|')[2]).ToList();
        Assert.Equal(2, accuracies.Count);
        Assert.True(string.CompareOrdinal(accuracies[0], accuracies[1]) < 0, string.Join(',', accuracies)); // more images, more right
        Assert.Equal([137, 80, 78, 71], File.ReadAllBytes($"{folder.Path}/curve/learning-curve.png")[..4]);
        Assert.Contains(File.ReadAllText($"{folder.Path}/curve/learning-curve.md"), more, StringComparison.Ordinal);

        Task<(int Code, string Output, string Error)> Run(string sizes) => TrainerProcess.Run(
            $"learning-curve quick --sizes {sizes} --seeds 1 --epochs 1 --set batchSize=50 --validation 1000 " +
            $"--data {RealMnist.Folder} --output {folder.Path}/curve");
    }

    [Fact]
    public async Task More_images_than_there_are_is_told()
    {
        using var folder = new TemporaryFolder();

        var (code, _, error) = await TrainerProcess.Run($"learning-curve quick --sizes 60000 --data {RealMnist.Folder} --output {folder.Path}");

        Assert.Equal((1, "There are 50,000 images to learn from, not 60,000."), (code, error.TrimEnd()));
    }
}
