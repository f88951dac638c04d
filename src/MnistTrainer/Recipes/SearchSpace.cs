using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace MnistTrainer.Recipes;

/// <summary>
/// Recipes to choose from: a JSON file with the recipe to start from (<c>"recipe": NAME</c>) and settings that replace its own. A setting has one value, a list
/// of values, or bounds: <c>{"range": [0, 20]}</c>, where every number is as likely, or <c>{"log": [0.001, 0.3]}</c>, where every order of magnitude is.
/// </summary>
internal sealed class SearchSpace
{
    private readonly string _recipe;
    private readonly IReadOnlyList<string> _fixed; // NAME=VALUE

    private SearchSpace(string recipe, IReadOnlyList<string> @fixed, IReadOnlyList<SearchSetting> settings) =>
        (_recipe, _fixed, Settings) = (recipe, @fixed, settings);

    /// <summary>The spaces that ship with the trainer, by name.</summary>
    public static IReadOnlyList<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    /// <summary>What may change, in the file's order; at least one.</summary>
    public IReadOnlyList<SearchSetting> Settings { get; }

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Recipes", "Spaces");

    /// <summary>Reads a space.</summary>
    /// <param name="nameOrPath">The name of one that ships with the trainer, or the path of a JSON file.</param>
    /// <exception cref="ArgumentException">There is no such space; the message lists those there are.</exception>
    /// <exception cref="InvalidDataException">The file isn't a space; the message names the setting that is wrong.</exception>
    public static SearchSpace Load(string nameOrPath)
    {
        var path = Names.Contains(nameOrPath) ? Path.Combine(Folder, nameOrPath + ".json") : nameOrPath;
        if (!File.Exists(path))
            throw new ArgumentException($"There is no space '{nameOrPath}'. There are: {string.Join(", ", Names)}; or give the path of a JSON file.");

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("recipe", out var recipe))
                throw new FormatException("it is an object of settings, with the \"recipe\" to start from.");

            var values = json.RootElement.EnumerateObject().Where(setting => setting.Name != "recipe").ToLookup(IsFixed);
            var space = new SearchSpace(
                recipe.ToString(),
                [.. values[true].Select(setting => $"{setting.Name}={setting.Value.GetRawText()}")],
                [.. values[false].Select(SearchSetting.Parse)]);
            if (space.Settings.Count == 0)
                throw new FormatException("no setting has a list of values, or bounds.");
            space.CheckEnds();
            return space;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new InvalidDataException($"Space '{nameOrPath}': {e.Message}", e);
        }

        static bool IsFixed(JsonProperty setting) => setting.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object);
    }

    /// <summary>The recipe at a place.</summary>
    /// <param name="place">A value of each setting, by name; others are in the middle.</param>
    /// <exception cref="InvalidDataException">A value isn't one that the setting takes.</exception>
    public Recipe At(IReadOnlyDictionary<string, JsonElement> place) => Recipe.Load(
        _recipe,
        [.. _fixed, .. Settings.Select(setting => $"{setting.Name}={place.GetValueOrDefault(setting.Name, setting.At(0.5)).GetRawText()}")]);

    /// <summary>What decides the results: the file in one form.</summary>
    public IReadOnlyList<string> ToText() => [$"recipe={_recipe}", .. _fixed, .. Settings.Select(setting => setting.ToString())];

    // every value of a list, and both bounds, with all others in the middle
    private void CheckEnds()
    {
        foreach (var setting in Settings)
        {
            foreach (var value in setting.Ends)
                _ = At(new Dictionary<string, JsonElement> { [setting.Name] = value });
        }
    }
}

/// <summary>A setting and its values, laid out from 0 to 1.</summary>
/// <param name="Name">As <c>--set</c> names it.</param>
/// <param name="Choices">A list of values; empty where there are bounds.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
/// <param name="IsLog">Whether every order of magnitude is as likely, rather than every number.</param>
/// <param name="IsWhole">Whether it takes whole numbers alone.</param>
internal sealed record SearchSetting(string Name, IReadOnlyList<JsonElement> Choices, double Low, double High, bool IsLog, bool IsWhole)
{
    private const int MaxLabel = 20;

    /// <summary>Every choice, or both bounds.</summary>
    public IEnumerable<JsonElement> Ends => Choices.Count > 0 ? Choices : [At(0), At(1)];

    /// <summary>Reads a setting.</summary>
    /// <param name="setting">A list, or an object with bounds.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static SearchSetting Parse(JsonProperty setting)
    {
        if (setting.Value.ValueKind == JsonValueKind.Array)
        {
            return setting.Value.GetArrayLength() > 1
                ? new SearchSetting(setting.Name, [.. setting.Value.EnumerateArray().Select(value => value.Clone())], 0, 1, IsLog: false, IsWhole: false)
                : throw new FormatException($"'{setting.Name}' has a list of fewer than two values.");
        }

        if (setting.Value.EnumerateObject().ToList() is [{ Name: "range" or "log" } scale] && scale.Value is { ValueKind: JsonValueKind.Array }
            && scale.Value.EnumerateArray().ToList() is [{ ValueKind: JsonValueKind.Number } low, { ValueKind: JsonValueKind.Number } high]
            && low.GetDouble() < high.GetDouble() && (scale.Name == "range" || low.GetDouble() > 0))
        {
            return new SearchSetting(setting.Name, [], low.GetDouble(), high.GetDouble(), scale.Name == "log",
                typeof(Recipe).GetProperty(setting.Name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType == typeof(int));
        }

        throw new FormatException($"'{setting.Name}' takes a value, a list of values, " +
            "{\"range\": [LOW, HIGH]}, or {\"log\": [LOW, HIGH]} with bounds above 0.");
    }

    /// <summary>The value at a place.</summary>
    /// <param name="place">From 0, the first choice or the lower bound, to 1.</param>
    /// <returns>A choice, or a number of three digits that count.</returns>
    public JsonElement At(double place)
    {
        if (Choices.Count > 0)
            return Choices[Math.Min((int)(place * Choices.Count), Choices.Count - 1)];

        var value = IsLog ? Low * Math.Pow(High / Low, place) : Low + place * (High - Low);
        var rounded = IsWhole ? Math.Round(value) : double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToElement(Math.Clamp(rounded, Low, High));
    }

    /// <summary>Where a value lies, from 0 to 1; a choice in the middle of its share.</summary>
    /// <param name="value">One that <see cref="At"/> gave.</param>
    public double PlaceOf(JsonElement value)
    {
        if (Choices.Count > 0)
            return (Choices.Index().First(choice => JsonElement.DeepEquals(choice.Item, value)).Index + 0.5) / Choices.Count;
        return IsLog ? Math.Log(value.GetDouble() / Low) / Math.Log(High / Low) : (value.GetDouble() - Low) / (High - Low);
    }

    /// <summary>A value for people: layers by their number in the list, as they are long.</summary>
    public string Label(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        return text.Length <= MaxLabel ? text : string.Create(CultureInfo.InvariantCulture, $"{Name} {(int)(PlaceOf(value) * Choices.Count) + 1}");
    }

    public override string ToString() => Choices.Count > 0
        ? $"{Name}=[{string.Join(", ", Choices.Select(choice => choice.GetRawText()))}]"
        : string.Create(CultureInfo.InvariantCulture, $"{Name}={(IsLog ? "log" : "range")} {Low} to {High}");
}
