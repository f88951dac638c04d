using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MnistModel;
using MnistTrainer.Data;

namespace MnistTrainer.Training;

/// <summary>A network and how to train it: all that decides a result but the data and the seed. Recipes are JSON files under Recipes.</summary>
/// <remarks>Recipes/recipe.schema.json, by which editors check them, is generated from this type and its docs; RecipeSchemaTests says how.</remarks>
public sealed record Recipe
{
    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>How often every MNIST image is shown; strokes and non-digits are drawn anew for each epoch.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Images per step.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; init; } = 128;

    /// <summary>The highest learning rate of the schedule.</summary>
    [Range(1e-9, 100.0)]
    public double LearningRate { get; init; } = 0.05;

    /// <summary>How the learning rate moves from step to step.</summary>
    public Schedule Schedule { get; init; } = Schedule.Cosine;

    /// <summary>Epochs, fractions allowed, over which the learning rate rises from 0 at the beginning.</summary>
    [Range(0.0, 1_000.0)]
    public double WarmupEpochs { get; init; }

    /// <summary>What turns gradients into steps.</summary>
    public Optimizer Optimizer { get; init; } = Optimizer.Sgd;

    /// <summary>Momentum of stochastic gradient descent, 0 to below 1; Adam and AdamW have their own (β₁ 0.9, β₂ 0.999).</summary>
    [Range(0.0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>Nesterov's momentum rather than the classical.</summary>
    public bool Nesterov { get; init; }

    /// <summary>L2 penalty on all weights; AdamW's decoupled decay.</summary>
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    /// <summary>Gradients whose norm over all weights is larger are scaled down to it; 0 leaves them as they are.</summary>
    [Range(0.0, 1e6)]
    public double GradientClip { get; init; }

    /// <summary>Share of the target that is spread over all classes, the ten digits and "no digit" where the network learns it; 0 to below 1.</summary>
    [Range(0.0, 0.9999)]
    public double LabelSmoothing { get; init; }

    /// <summary>Decay per step of the moving average of the weights, which replaces them in evaluation; 0 keeps no average.</summary>
    [Range(0.0, 0.999999)]
    public double WeightAverage { get; init; }

    /// <summary>Epochs without a lower validation loss after which training stops and takes the best epoch's weights; 0 trains to the end.</summary>
    [Range(0, 10_000)]
    public int Patience { get; init; }

    /// <summary>Share of pen strokes among the digits of an epoch, where the training is given any.</summary>
    [Range(0.0, 0.9)]
    public double StrokeShare { get; init; } = 0.25;

    /// <summary>Share of corrections among the images of an epoch, where the training is given any; each is shown at most ten times, so that one that lies can't spoil much.</summary>
    [Range(0.0, 0.5)]
    public double CorrectionShare { get; init; } = 0.05;

    /// <summary>Share of pictures that are no digit among all images of an epoch; the network learns them as an eleventh class. With 0 it has ten, and takes everything for a digit.</summary>
    [Range(0.0, 0.9)]
    public double NonDigitShare { get; init; }

    /// <summary>Random changes of the training images; none where null.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>Outputs of the network: the ten digits, and where it learns to reject, "no digit".</summary>
    [JsonIgnore]
    public int Classes => DigitClassifier.Digits + (NonDigitShare > 0 ? 1 : 0);

    /// <summary>The recipes that ship with the trainer, by name.</summary>
    public static IReadOnlyList<string> Names =>
    [
        .. Directory.GetFiles(Folder, "*.json").Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)).Order(),
    ];

    /// <summary>How recipes are written as JSON: camelCase, and nothing that isn't a setting.</summary>
    // by reflection: generated code would set what a file leaves out to 0 rather than to the default
    public static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict, // not "3" for 3, as for the web
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Recipes");

    /// <summary>Reads a recipe.</summary>
    /// <param name="nameOrPath">The name of a recipe that ships with the trainer, or the path of a JSON file.</param>
    /// <param name="overrides">Settings that replace the file's, as <c>epochs=3</c> or <c>augmentation.rotationDegrees=10</c>.</param>
    /// <exception cref="ArgumentException">There is no such recipe or network; the message lists those there are.</exception>
    /// <exception cref="InvalidDataException">The file isn't a recipe; the message names the setting that is wrong, and what it takes.</exception>
    public static Recipe Load(string nameOrPath, params IEnumerable<string> overrides)
    {
        var path = nameOrPath.EndsWith(".json", StringComparison.Ordinal) ? nameOrPath : Path.Combine(Folder, nameOrPath + ".json");
        if (!File.Exists(path))
            throw new ArgumentException($"There is no recipe '{nameOrPath}'. There are: {string.Join(", ", Names)}; or give the path of a JSON file.");

        try
        {
            var json = JsonNode.Parse(File.ReadAllText(path), new JsonNodeOptions { PropertyNameCaseInsensitive = true }) as JsonObject ?? throw new JsonException("It is no JSON object.");
            json.Remove("$schema");
            foreach (var setting in overrides)
                Override(json, setting);
            var recipe = json.Deserialize<Recipe>(Format)!;
            Validate(recipe);
            if (recipe.Augmentation is { } augmentation)
                Validate(augmentation, "augmentation.");
            Networks.Network.Find(recipe.Network);
            return recipe;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"Recipe '{nameOrPath}': {Explain(e)}", e);
        }

        void Validate(object settings, string path = "")
        {
            var faults = new List<ValidationResult>();
            if (!Validator.TryValidateObject(settings, new ValidationContext(settings), faults, validateAllProperties: true))
                throw new InvalidDataException($"Recipe '{nameOrPath}': {string.Join(' ', faults.Select(fault => Takes(path, settings.GetType().GetProperty(fault.MemberNames.First())!)))}");
        }
    }

    /// <summary>The recipe as one JSON element, for the model card.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Format);

    /// <summary>In terms of recipes where JSON says which setting is wrong, as <c>$.augmentation.scale</c>.</summary>
    private static string Explain(JsonException fault)
    {
        if (fault.Path?.Split('.') is not ["$", .. [_, ..] path])
            return fault.Message.Replace('\n', ' ');

        var owner = typeof(Recipe);
        foreach (var part in path[..^1])
            owner = Setting(owner, part)!.PropertyType;
        var parents = string.Concat(path[..^1].Select(part => part + '.'));
        return Setting(owner, path[^1]) is { } setting
            ? Takes(parents, setting)
            : $"There is no setting '{parents}{path[^1]}'. There are: {string.Join(", ", Settings(owner).Select(known => parents + Name(known)))}.";

        static PropertyInfo? Setting(Type owner, string name) => Settings(owner).FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase)); // as the deserializer does

        static IEnumerable<PropertyInfo> Settings(Type owner) => owner.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(setting => setting.CanWrite);
    }

    private static string Takes(string parents, PropertyInfo setting)
    {
        var type = setting.PropertyType;
        return $"'{parents}{Name(setting)}' takes " + setting.GetCustomAttribute<RangeAttribute>() switch
        {
            { } range => string.Create(CultureInfo.InvariantCulture, $"{(type == typeof(int) ? "a whole number" : "a number")} from {range.Minimum} to {range.Maximum}."),
            _ when type.IsEnum => $"{string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}.",
            _ when type == typeof(bool) => "true or false.",
            _ when type == typeof(string) => "a name.",
            _ => "an object of settings.",
        };
    }

    private static string Name(PropertyInfo setting) => JsonNamingPolicy.CamelCase.ConvertName(setting.Name);

    private static void Override(JsonObject json, string setting)
    {
        if (setting.Split('=', 2) is not [var name, var value])
            throw new JsonException($"'{setting}' is no setting; write NAME=VALUE.");

        var path = name.Split('.');
        foreach (var part in path[..^1])
            json = json[part] as JsonObject ?? (JsonObject)(json[part] = new JsonObject(json.Options));
        json[path[^1]] = Parse(value);

        static JsonNode? Parse(string value)
        {
            try
            {
                return JsonNode.Parse(value);
            }
            catch (JsonException)
            {
                return JsonValue.Create(value); // a word needs no quotation marks
            }
        }
    }
}

/// <summary>What turns gradients into steps.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba, 2014).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2017).</summary>
    AdamW,
}

/// <summary>How the learning rate moves after the warm-up.</summary>
public enum Schedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls to 0 along half a cosine.</summary>
    Cosine,

    /// <summary>It rises from 1/25 to the highest over the first three tenths, then falls to 0, both along half a cosine (Smith and Topin, 2017); no further warm-up.</summary>
    OneCycle,
}
