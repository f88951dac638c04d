using System.Text.Json;
using MnistTrainer.Recipes;
using MnistTrainer.Tuning;
using Xunit;

namespace MnistTrainer.Tests.Tuning;

public sealed class SearchSpaceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_place_is_a_recipe()
    {
        var space = Space("""
            {
              "recipe": "tutorial-baseline", // and this is read over
              "momentum": 0.8,
              "network": ["tutorial-deeper", ["flatten", "linear classes"]],
              "learningRate": { "log": [0.001, 0.1] },
              "batchSize": { "range": [10, 20] },
              "augmentation.scale": { "range": [0, 0.2] }
            }
            """);

        var low = space.At(Place(0));
        var high = space.At(Place(1));
        var middle = space.At(new Dictionary<string, JsonElement>());

        Assert.Equal(
            Recipe.Load("tutorial-baseline", "momentum=0.8", "network=tutorial-deeper", "learningRate=0.001", "batchSize=10", "augmentation.scale=0"), low);
        Assert.Equal(
            ("flatten, linear 10", 0.1, 20, 0.2),
            (high.Network.Replace("classes", "10"), high.LearningRate, high.BatchSize, high.Augmentation!.Scale));
        Assert.Equal((0.01, 15, 0.1), (middle.LearningRate, middle.BatchSize, middle.Augmentation!.Scale));

        Dictionary<string, JsonElement> Place(double place) => space.Settings.ToDictionary(setting => setting.Name, setting => setting.At(place));
    }

    [Fact]
    public void Values_have_places_and_names()
    {
        var settings = Space("""
            {
              "recipe": "quick", "weightDecay": { "log": [1e-6, 1e-2] }, "schedule": ["constant", "cosine"], "nesterov": [false, true],
              "network": [["conv 16 3x3", "relu", "flatten", "linear classes"], "quick"]
            }
            """).Settings;

        Assert.Equal([0.25, 0.75, 0.25, 0.75], [.. settings.Select((setting, at) => setting.PlaceOf(setting.At(at % 2 == 0 ? 0.25 : 0.75)))]);
        Assert.Equal(["1E-05", "cosine", "false", "quick"], [.. settings.Select((setting, at) => setting.Label(setting.At(at % 2 == 0 ? 0.25 : 0.75)))]);
        Assert.Equal("network 1", settings[3].Label(settings[3].At(0)));
        // as a file that was written and read again has it
        using var indented = JsonDocument.Parse("[\"conv 16 3x3\",\n \"relu\", \"flatten\", \"linear classes\"]");
        Assert.Equal(0.25, settings[3].PlaceOf(indented.RootElement));
    }

    [Theory]
    [InlineData("""{"recipe": "quick", "epochs": [1]}""", "'epochs' has a list of fewer than two values.")]
    [InlineData("""{"recipe": "quick", "epochs": 3}""", "no setting has a list of values, or bounds.")]
    [InlineData("""{"epochs": [1, 2]}""", "it is an object of settings, with the \"recipe\" to start from.")]
    [InlineData("""{"recipe": "quick", "learningRate": {"log": [0, 1]}}""", "'learningRate' takes a value, a list of values, " +
        "{\"range\": [LOW, HIGH]}, or {\"log\": [LOW, HIGH]} with bounds above 0.")]
    [InlineData("""{"recipe": "quick", "learningRate": {"range": [1, 1]}}""", "'learningRate' takes a value,")]
    [InlineData("""{"recipe": "quick", "learningRate": {"between": [1, 2]}}""", "'learningRate' takes a value,")]
    public void A_file_that_is_no_space_is_refused(string json, string why)
    {
        var fault = Assert.Throws<InvalidDataException>(() => Space(json));

        Assert.StartsWith($"Space '{_folder.Path}/space.json': {why}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"recipe": "quick", "learnRate": [1, 2]}""", "Recipe 'quick': There is no setting 'learnRate'. There are: ")]
    [InlineData("""{"recipe": "quick", "momentum": {"range": [0, 2]}}""", "Recipe 'quick': 'momentum' takes a number from 0 to 0.9999.")]
    public void A_value_that_a_recipe_refuses_is_refused_before_the_first_training(string json, string why) =>
        Assert.StartsWith(why, Assert.Throws<InvalidDataException>(() => Space(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Those_that_ship_can_be_read()
    {
        Assert.Equal(["tutorial"], SearchSpace.Names);
        Assert.Equal(12, SearchSpace.Load("tutorial").Settings.Count);
        Assert.StartsWith("There is no space 'tutorials'. There are: tutorial;", Assert.Throws<ArgumentException>(() => SearchSpace.Load("tutorials")).Message,
            StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private SearchSpace Space(string json) => SearchSpace.Load(_folder.File("space.json", System.Text.Encoding.UTF8.GetBytes(json)));
}
