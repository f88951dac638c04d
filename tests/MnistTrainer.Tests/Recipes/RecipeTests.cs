using MnistTrainer.Recipes;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Recipes;

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
        var recipe = Recipe.Load("compact", "Epochs=3", "schedule=constant", "Augmentation.RotationDegrees=7.5");

        Assert.Equal((3, Schedule.Constant, 7.5, 2.5), (recipe.Epochs, recipe.Schedule, recipe.Augmentation!.RotationDegrees, recipe.Augmentation.ShiftPx));
    }

    [Fact]
    public void What_a_file_leaves_out_has_its_default()
    {
        using var folder = new TemporaryFolder();

        var recipe = Recipe.Load(folder.File("short.json", """{ "network": "tutorial-deeper" }"""u8.ToArray()));

        Assert.Equal(new Recipe { Network = Recipe.Load("tutorial-deeper").Network }, recipe);
    }

    [Fact]
    public void An_unknown_recipe_is_answered_with_those_there_are()
    {
        var fault = Assert.Throws<ArgumentException>(() => Recipe.Load("cake"));

        Assert.StartsWith("There is no recipe 'cake'. There are: compact, ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("epochs=0", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("epochs=three", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("Epochs=three", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("epochs=2.5", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("epochs=\"3\"", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("learningRate=[0.1]", "'learningRate' takes a number from 1E-09 to 100.")]
    [InlineData("nesterov=yes", "'nesterov' takes true or false.")]
    [InlineData("schedule=linear", "'schedule' takes constant, cosine, oneCycle.")]
    [InlineData("optimizer=1", "'optimizer' takes sgd, adam, adamW.")]
    [InlineData("network=7", "'network' takes a list of layers, as [\"conv 16 5x5\", \"relu\"], or the name of a recipe that has them.")]
    [InlineData("augmentation=much", "'augmentation' takes an object of settings.")]
    [InlineData("augmentation.thickness=2", "'augmentation.thickness' takes a number from 0 to 0.5.")]
    [InlineData("augmentation.thickness=thick", "'augmentation.thickness' takes a number from 0 to 0.5.")]
    [InlineData("augmentation.turn=2",
        "There is no setting 'augmentation.turn'. There are: augmentation.rotationDegrees, augmentation.scale, augmentation.shiftPx, augmentation.shear, " +
        "augmentation.elasticPx, augmentation.thickness, augmentation.fadeTo.")]
    [InlineData("epoch=3", "There is no setting 'epoch'. There are: network, learns, epochs, pictures, batchSize, learningRate, schedule, warmupEpochs, optimizer, momentum, " +
        "nesterov, weightDecay, gradientClip, labelSmoothing, weightAverage, patience, strokeShare, pictureShare, correctionShare, nonDigitShare, letterShare, augmentation.")]
    [InlineData("epochs", "'epochs' is no setting; write NAME=VALUE.")]
    public void A_wrong_setting_is_named_with_what_it_takes(string setting, string message) =>
        Assert.Equal($"Recipe 'compact': {message}", Assert.Throws<InvalidDataException>(() => Recipe.Load("compact", setting)).Message);

    [Fact]
    public void An_unknown_network_is_answered_with_those_there_are() =>
        Assert.Equal("Recipe 'compact': There is no recipe 'cake' to take the network of. There are: compact, ink, number, quick, served, tutorial-baseline, tutorial-batch-norm, tutorial-deeper.",
            Assert.Throws<InvalidDataException>(() => Recipe.Load("compact", "network=cake")).Message);

    [Theory]
    [InlineData("""{ "epochs": 3 }""", "'network'")]
    [InlineData("""{ "network": """, "line 1: Expected")]
    [InlineData("[]", "It is no JSON object.")]
    public void A_file_that_is_no_recipe_is_named_with_what_is_wrong(string content, string fault)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("bad.json", System.Text.Encoding.UTF8.GetBytes(content));

        var message = Assert.Throws<InvalidDataException>(() => Recipe.Load(path)).Message;

        Assert.StartsWith($"Recipe '{path}': ", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

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

    [Fact]
    public void Comments_trailing_commas_and_other_endings_are_read()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("mine.jsonc", """
            {
              // as in the tutorial
              "network": "tutorial-deeper", /* but */
              "epochs": 3,
            }
            """u8.ToArray());

        Assert.Equal(new Recipe { Network = Recipe.Load("tutorial-deeper").Network, Epochs = 3 }, Recipe.Load(path));
    }

    [Theory]
    [InlineData("""{ "network": "tutorial-deeper", "epochs": 3,|"epochs": 4 }""", "line 2: ", "'epochs' stands there twice, in line 1 as well.")]
    [InlineData("""{ "network": "tutorial-deeper", "epochs": 3, "Epochs": 4 }""", "line 1: ", "'Epochs' stands there twice")]
    [InlineData("""{ "network": "tutorial-deeper",|"augmentation": { "scale": 0.1, "Scale": 0.2 } }""", "line 2: ", "'augmentation.Scale' stands there twice")]
    [InlineData("""{ "network": "tutorial-deeper",||  "epochs": 0 }""", "line 3: ", "'epochs' takes a whole number from 1 to 10000.")]
    [InlineData("""{ "network": "tutorial-deeper",| "epochs": 1,| "augmentation": {|  "thickness": 2 } }""", "line 4: ",
        "'augmentation.thickness' takes a number from 0 to 0.5.")]
    [InlineData("""{ "augmentation": { "shear": 0.1 },| "thickness": 2, "network": "tutorial-deeper" }""", "line 2: ", "There is no setting 'thickness'.")]
    [InlineData("""{ "network": "tutorial-deeper",| "epochs": three }""", "line 2: ", "'thre")]
    public void What_is_wrong_with_a_file_is_told_with_its_line(string content, string line, string fault)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("bad.json", System.Text.Encoding.UTF8.GetBytes(content.Replace('|', '\n')));

        var message = Assert.Throws<InvalidDataException>(() => Recipe.Load(path)).Message;

        Assert.StartsWith($"Recipe '{path}': {line}", message, StringComparison.Ordinal);
        Assert.Contains(fault, message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", message, StringComparison.Ordinal);
    }
}
