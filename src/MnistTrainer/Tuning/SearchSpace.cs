using System.Text.Json;
using MnistTrainer.Recipes;

namespace MnistTrainer.Tuning;

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

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Tuning", "Spaces");

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
