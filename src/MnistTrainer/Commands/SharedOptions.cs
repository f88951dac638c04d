using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;

namespace MnistTrainer.Commands;

/// <summary>Options that several commands share.</summary>
internal static class SharedOptions
{
    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder of MNIST's four files, raw or .gz; what is missing is downloaded. " +
            $"[default: ${MnistDataset.EnvironmentVariable}, else data/mnist]",
        HelpName = "DIR",
    };

    public static Option<string[]> Strokes() => new("--strokes")
    {
        Description = "Mix in pen strokes from this folder, in the recipe's strokeShare: UCI's pen digits or UniPen, as 'download' fetches them, " +
            $"or {PenDigits.FileName}. May be given several times.",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> Ink() => new("--ink")
    {
        Description = "Mix in digits that this ink network finds on generated pictures, in the recipe's pictureShare: models/ink.onnx, or your own.",
        HelpName = "FILE",
    };

    public static Option<string> Model() => new("--model")
    {
        Description = "The model file. [default: models/mnist.onnx, here or beside the program]",
        HelpName = "FILE",
        DefaultValueFactory = _ => DefaultModel(),
    };

    private static string DefaultModel()
    {
        var here = Path.Combine("models", "mnist.onnx");
        var beside = Path.Combine(AppContext.BaseDirectory, here);
        return !File.Exists(here) && File.Exists(beside) ? beside : here;
    }

    public static Option<string> Recipe() => new("--recipe")
    {
        Description = $"A recipe ({string.Join(", ", Recipes.Recipe.Names)}) or the path of a JSON file.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "tutorial-deeper",
    };

    public static Option<int> Seed() => new("--seed")
    {
        Description = "Draws weights, order, augmentation and, without --split-seed, the split; the same seed gives the same model.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<int> Seeds() => new Option<int>("--seeds")
    {
        Description = "Train with the seeds 1 to N.",
        HelpName = "N",
        DefaultValueFactory = _ => 3,
    }.Takes("1 or more", n => n >= 1);

    /// <summary>Of several trainings that are measured on the same images.</summary>
    public static Option<int> SplitSeed() => new("--split-seed")
    {
        Description = "Draws the validation images, the same for all.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    public static Option<int> Threads() => new Option<int>("--threads")
    {
        Description = "Threads that libtorch computes with. Several are faster where their processors do nothing else, and slower where they do; " +
            "another number adds in another order, and gives another model.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    }.Takes("1 to 1,024", threads => threads is >= 1 and <= 1_024);

    public static Option<int> Validation() => new Option<int>("--validation")
    {
        Description = "Images of the 60,000 that are held back to measure each epoch; 0 trains on all.",
        HelpName = "N",
        DefaultValueFactory = _ => 10_000,
    }.Takes("0 to 30,000 images", images => images is >= 0 and <= 30_000);

    public static Option<int?> TrainImages() => new Option<int?>("--train-images")
    {
        Description = "Images of MNIST to learn from, drawn with those that are held back, as many of each digit as MNIST has in proportion; by default all.",
        HelpName = "N",
    }.Takes("10 or more images", images => images is null or >= 10);

    /// <summary>Reads a number with a decimal point; a comma, which .NET would skip, is refused.</summary>
    public static double? Number(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return number;

        result.AddError($"'{text}' is not a number. Write it with a decimal point, as 1.5.");
        return null;
    }

    /// <summary>Lets an option take some values alone; another one is answered with what it takes.</summary>
    /// <param name="option">To be limited.</param>
    /// <param name="what">As "1 or more".</param>
    /// <param name="isTaken">Whether it takes a value.</param>
    /// <returns>The option.</returns>
    public static Option<T> Takes<T>(this Option<T> option, string what, Func<T, bool> isTaken)
    {
        option.Validators.Add(result =>
        {
            if (!IsTaken(result))
                result.AddError($"{option.Name} takes {what}.");
        });
        return option;

        bool IsTaken(OptionResult result)
        {
            try
            {
                return isTaken(result.GetValueOrDefault<T>()!);
            }
            catch (InvalidOperationException) // not of this type, which the parser tells by itself
            {
                return true;
            }
        }
    }
}

/// <summary>Options that replace settings of a recipe.</summary>
internal sealed class RecipeOverrides
{
    public Option<string?> Network { get; } = new("--network")
    {
        Description = "Another network than the recipe's: the name of a recipe that has it, or layers, as 'conv 16 5x5, relu, flatten, linear classes'.",
        HelpName = "LAYERS",
    };

    public Option<int?> Epochs { get; } = new("--epochs") { Description = "Another number of epochs than the recipe's.", HelpName = "N" };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Replaces any setting of the recipe, as batchSize=64 or augmentation.rotationDegrees=10.",
        HelpName = "NAME=VALUE",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The recipe with these options worked in.</summary>
    public Recipe Load(ParseResult parsed, Option<string> recipe) => Load(parsed, parsed.GetValue(recipe)!);

    /// <summary>The same of a network that reads digits: folds and comparisons are of such networks.</summary>
    /// <exception cref="ArgumentException">It learns something else.</exception>
    public Recipe LoadDigits(ParseResult parsed, string nameOrPath) => Load(parsed, nameOrPath) is { Learns: Learns.Digits } recipe
        ? recipe
        : throw new ArgumentException($"The recipe '{nameOrPath}' doesn't learn to read digits. Train it with 'train'.");

    /// <summary>The recipe of a name or path with these options worked in.</summary>
    public Recipe Load(ParseResult parsed, string nameOrPath) => Recipes.Recipe.Load(nameOrPath,
    [
        .. parsed.GetValue(Set) ?? [],
        .. parsed.GetValue(Network) is { } network ? [$"network={network}"] : Array.Empty<string>(),
        .. parsed.GetValue(Epochs) is { } epochs ? [$"epochs={epochs}"] : Array.Empty<string>(),
    ]);
}
