using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MnistTrainer.Recipes;

/// <summary>JSON → <see cref="Recipe"/>, with a sentence for whatever is wrong: line, setting, and what it takes.</summary>
/// <param name="name">Of the recipe, for messages.</param>
/// <param name="text">The file.</param>
internal sealed partial class RecipeReader(string name, string text)
{
    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);

    public Recipe Read(IReadOnlyList<string> overrides)
    {
        try
        {
            FindLines();
            var json = JsonNode.Parse(text, new JsonNodeOptions { PropertyNameCaseInsensitive = true },
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
                ?? throw new JsonException("It is no JSON object.");
            json.Remove("$schema");
            foreach (var setting in overrides)
                Override(json, setting);
            if (json["network"] is null)
                throw new JsonException("'network' is missing: its layers, or the name of a recipe that has them.");
            var recipe = json.Deserialize<Recipe>(Recipe.Format)!;
            if (Recipe.Names.Contains(recipe.Network))
                recipe = recipe with { Network = Recipe.Load(recipe.Network).Network };
            else if (!recipe.Network.Contains(' ', StringComparison.Ordinal))
                throw new FormatException($"There is no recipe '{recipe.Network}' to take the network of. There are: {string.Join(", ", Recipe.Names)}.");
            Validate(recipe);
            if (recipe.Augmentation is { } augmentation)
                Validate(augmentation, "augmentation.");
            return recipe with { Network = string.Join(", ", recipe.Layers.Select(layer => layer.Text)) }; // the same layers, the same text
        }
        catch (FormatException e)
        {
            throw Fault($"{Line("network")}{e.Message}");
        }
        catch (JsonException e)
        {
            throw Fault(Explain(e));
        }
    }

    /// <summary>Enters the line of each setting, by its path.</summary>
    private void FindLines()
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var path = new List<string>(); // the names down to the property that was read last
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;

            path.RemoveRange(reader.CurrentDepth - 1, path.Count - (reader.CurrentDepth - 1));
            path.Add(reader.GetString()!);
            var (setting, line) = (string.Join('.', path), bytes.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1);
            if (!_lines.TryAdd(setting, line))
                throw new JsonException($"line {line}: '{setting}' stands there twice, in line {_lines[setting]} as well.");
        }
    }

    private void Validate(object settings, string parents = "")
    {
        var faults = new List<ValidationResult>();
        if (!Validator.TryValidateObject(settings, new ValidationContext(settings), faults, validateAllProperties: true))
            throw Fault(string.Join(' ', faults.Select(fault => Takes(parents, settings.GetType().GetProperty(fault.MemberNames.First())!))));
    }

    private InvalidDataException Fault(string what) => new($"Recipe '{name}': {what}");

    /// <summary>In terms of recipes where JSON says which setting is wrong, as <c>$.augmentation.scale</c>.</summary>
    private string Explain(JsonException fault)
    {
        if (fault.Path?.Split('.') is not ["$", .. [_, ..] path])
        {
            var message = Position().Replace(fault.Message, "").Replace('\n', ' ');
            return fault.LineNumber is { } line ? $"line {line + 1}: {message}" : message;
        }

        var owner = typeof(Recipe);
        foreach (var part in path[..^1])
            owner = Setting(owner, part)!.PropertyType;
        var parents = string.Concat(path[..^1].Select(part => part + '.'));
        return Setting(owner, path[^1]) is { } setting
            ? Takes(parents, setting)
            : $"{Line(parents + path[^1])}There is no setting '{parents}{path[^1]}'. " +
                $"There are: {string.Join(", ", Settings(owner).Select(known => parents + Name(known)))}.";

        static PropertyInfo? Setting(Type owner, string name) =>
            Settings(owner).FirstOrDefault(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase)); // as the deserializer does

        static IEnumerable<PropertyInfo> Settings(Type owner) =>
            owner.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(setting => setting.CanWrite);
    }

    private string Takes(string parents, PropertyInfo setting)
    {
        var type = setting.PropertyType;
        return $"{Line(parents + Name(setting))}'{parents}{Name(setting)}' takes " + setting.GetCustomAttribute<RangeAttribute>() switch
        {
            { } range => string.Create(CultureInfo.InvariantCulture,
                $"{(type == typeof(int) ? "a whole number" : "a number")} from {range.Minimum} to {range.Maximum}."),
            _ when type.IsEnum => $"{string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}.",
            _ when type == typeof(bool) => "true or false.",
            _ when type == typeof(string) => "a list of layers, as [\"conv 16 5x5\", \"relu\"], or the name of a recipe that has them.",
            _ => "an object of settings.",
        };
    }

    private static string Name(PropertyInfo setting) => JsonNamingPolicy.CamelCase.ConvertName(setting.Name);

    /// <summary>Where a setting stands in the file, to begin a sentence with; nothing where it was overridden.</summary>
    private string Line(string setting) => _lines.TryGetValue(setting, out var line) ? $"line {line}: " : "";

    private void Override(JsonObject json, string setting)
    {
        if (setting.Split('=', 2) is not [var path, var value])
            throw new JsonException($"'{setting}' is no setting; write NAME=VALUE.");

        _lines.Remove(path);
        var names = path.Split('.');
        foreach (var part in names[..^1])
            json = json[part] as JsonObject ?? (JsonObject)(json[part] = new JsonObject(json.Options));
        json[names[^1]] = Parse(value);

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

    [GeneratedRegex(@"\s*(Path: \S+ \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.")]
    private static partial Regex Position();
}
