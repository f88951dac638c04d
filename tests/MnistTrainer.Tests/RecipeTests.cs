using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests;

public class RecipeTests
{
    [Fact]
    public void Every_recipe_that_ships_can_be_read()
    {
        Assert.Contains("tutorial-deeper", Recipe.Names);
        foreach (var name in Recipe.Names)
            Assert.NotEmpty(Recipe.Load(name).Network);
    }

    [Fact]
    public void Settings_can_be_replaced()
    {
        var recipe = Recipe.Load("compact", "epochs=3", "schedule=constant", "augmentation.rotationDegrees=7.5");

        Assert.Equal((3, Schedule.Constant, 7.5, 2.5), (recipe.Epochs, recipe.Schedule, recipe.Augmentation!.RotationDegrees, recipe.Augmentation.ShiftPx));
    }

    [Fact]
    public void What_a_file_leaves_out_has_its_default()
    {
        using var folder = new TemporaryFolder();

        var recipe = Recipe.Load(folder.File("short.json", """{ "network": "deeper" }"""u8.ToArray()));

        Assert.Equal(new Recipe { Network = "deeper" }, recipe);
    }

    [Fact]
    public void An_unknown_recipe_is_answered_with_those_there_are()
    {
        var fault = Assert.Throws<ArgumentException>(() => Recipe.Load("cake"));

        Assert.StartsWith("There is no recipe 'cake'. There are: compact, ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("epochs=0", "Recipe 'compact': The field Epochs must be between 1 and 10000.")]
    [InlineData("augmentation.thickness=2", "Recipe 'compact': The field Thickness must be between 0 and 0.5.")]
    [InlineData("epoch=3", "Recipe 'compact' can't be read: The JSON property 'epoch' could not be mapped to any .NET member contained in type 'MnistTrainer.Training.Recipe'.")]
    [InlineData("epochs", "Recipe 'compact' can't be read: 'epochs' is no setting; write NAME=VALUE.")]
    public void A_wrong_setting_is_named(string setting, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Recipe.Load("compact", setting)).Message);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0.05)]
    [InlineData(1, 0.1)]
    [InlineData(15.5, 0.05)] // half way from the end of the warm-up
    [InlineData(30, 0)]
    public void The_learning_rate_rises_in_the_warm_up_and_falls_along_half_a_cosine(double epoch, double rate) =>
        Assert.Equal(rate, Trainer.LearningRate(Recipe.Load("compact"), epoch), 12);

    [Theory]
    [InlineData(0, 0.1 / 25)]
    [InlineData(4.5, (0.1 + 0.1 / 25) / 2)] // half way up
    [InlineData(9, 0.1)]
    [InlineData(19.5, 0.05)] // half way down
    [InlineData(30, 0)]
    public void One_cycle_rises_over_three_tenths_and_falls_over_the_rest(double epoch, double rate) =>
        Assert.Equal(rate, Trainer.LearningRate(Recipe.Load("compact", "schedule=oneCycle"), epoch), 12);

    [Theory]
    [InlineData(0)]
    [InlineData(9.99)]
    public void A_constant_learning_rate_stays(double epoch) => Assert.Equal(0.01, Trainer.LearningRate(Recipe.Load("tutorial-deeper"), epoch));
}
