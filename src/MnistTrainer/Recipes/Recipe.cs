using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistTrainer.Networks;

namespace MnistTrainer.Recipes;

/// <summary>A network and how to train it: all that decides a result but the data and the seed. Recipes are JSON files under Recipes.</summary>
/// <remarks>Recipes/recipe.schema.json, by which editors check them, is generated from this type and its docs; RecipeSchemaTests says how.</remarks>
internal sealed record Recipe
{
    /// <summary>The layers of the network, from the picture on, as docs/reference/network-layers.md writes them; or the name of a recipe: its layers.</summary>
    [JsonConverter(typeof(LayerListConverter))]
    public required string Network { get; init; }

    /// <summary>What the network is for.</summary>
    public Learns Learns { get; init; } = Learns.Digits;

    /// <summary>How often every MNIST image is shown; strokes and non-digits are drawn anew for each epoch.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; init; } = 10;

    /// <summary>Pictures that an epoch shows, each of them once; of a network that learns from generated pictures.</summary>
    [Range(1, 10_000_000)]
    public int Pictures { get; init; } = 4_000;

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

    /// <summary>Share of digits cut out of generated pictures among the digits of an epoch, where the training is given an ink network.</summary>
    [Range(0.0, 0.9)]
    public double PictureShare { get; init; }

    /// <summary>
    /// Share of corrections among the images of an epoch, where the training is given any; each is shown at most ten times, so that one that lies can't spoil
    /// much.
    /// </summary>
    [Range(0.0, 0.5)]
    public double CorrectionShare { get; init; } = 0.05;

    /// <summary>
    /// Share of pictures that are no digit among all images of an epoch; the network learns them as an eleventh class. With 0 it has ten, and takes
    /// everything for a digit.
    /// </summary>
    [Range(0.0, 0.9)]
    public double NonDigitShare { get; init; }

    /// <summary>Share of real letters and signs among the pictures that are no digit, where the training is given any; the others are generated.</summary>
    [Range(0.0, 1.0)]
    public double LetterShare { get; init; } = 0.5;

    /// <summary>Random changes of the training images; none where null.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>
    /// Outputs of the network: the ten digits, and where it learns to reject, "no digit"; the ink alone; the characters of numbers, and the blank.
    /// </summary>
    [JsonIgnore]
    public int Classes => Learns switch
    {
        Learns.Ink => 1,
        Learns.Numbers => NumberAlphabet.Classes,
        _ => DigitClassifier.Digits + (NonDigitShare > 0 ? 1 : 0),
    };

    /// <summary>The network's layers. Sizes are those of a framed digit, a small picture, or a line of five digits.</summary>
    /// <exception cref="FormatException">A layer can't be; the message says which, and what could.</exception>
    [JsonIgnore]
    public IReadOnlyList<Layer> Layers => Learns switch
    {
        Learns.Ink => Parse(InkInput.SquareSide, InkInput.SquareSide, new Shape(Classes, InkInput.SquareSide, InkInput.SquareSide)),
        Learns.Numbers => Parse(NumberInput.Height, FiveDigitsPx, new Shape(Classes, 1, FiveDigitsPx / NumberInput.StepPx)),
        _ => Parse(DigitImage.Side, DigitImage.Side, Shape.Flat(Classes)),
    };

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

    private const int FiveDigitsPx = 160;

    private static readonly JsonSerializerOptions FileFormat = new(Format) { WriteIndented = true };

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Recipes");

    /// <summary>Reads a recipe.</summary>
    /// <param name="nameOrPath">
    /// The name of a recipe that ships with the trainer, or the path of a JSON file, in which comments and trailing commas may stand.
    /// </param>
    /// <param name="overrides">Settings that replace the file's, as <c>epochs=3</c> or <c>augmentation.rotationDegrees=10</c>.</param>
    /// <exception cref="ArgumentException">There is no such recipe; the message lists those there are.</exception>
    /// <exception cref="InvalidDataException">The file isn't a recipe; the message names the line, the setting that is wrong, and what it takes.</exception>
    public static Recipe Load(string nameOrPath, params IEnumerable<string> overrides)
    {
        var path = Names.Contains(nameOrPath) ? Path.Combine(Folder, nameOrPath + ".json") : nameOrPath;
        if (!File.Exists(path))
            throw new ArgumentException($"There is no recipe '{nameOrPath}'. There are: {string.Join(", ", Names)}; or give the path of a JSON file.");

        return new RecipeReader(nameOrPath, File.ReadAllText(path)).Read([.. overrides]);
    }

    private IReadOnlyList<Layer> Parse(int height, int width, Shape output) => LayerParser.Parse(Network, new Shape(1, height, width), output);

    /// <summary>The recipe as a file, for people and for <see cref="Load"/>.</summary>
    public string ToText() => JsonSerializer.Serialize(this, FileFormat) + "\n";

    /// <summary>The recipe as one JSON element, for the model card.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Format);
}

/// <summary>Layers with commas between them ↔ a list of JSON strings; one string is read, too.</summary>
internal sealed class LayerListConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String)
            return reader.GetString();

        var layers = new List<string>();
        while (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.String && reader.Read() && reader.TokenType is JsonTokenType.String)
            layers.Add(reader.GetString()!);
        return reader.TokenType is JsonTokenType.EndArray ? string.Join(", ", layers) : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Split(", "), options);
}

/// <summary>What turns gradients into steps.</summary>
internal enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba, 2014).</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, 2017).</summary>
    AdamW,
}

/// <summary>How the learning rate moves after the warm-up.</summary>
internal enum Schedule
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>It falls to 0 along half a cosine.</summary>
    Cosine,

    /// <summary>
    /// It rises from 1/25 to the highest over the first three tenths, then falls to 0, both along half a cosine (Smith and Topin, 2017); no further warm-up.
    /// </summary>
    OneCycle,
}
