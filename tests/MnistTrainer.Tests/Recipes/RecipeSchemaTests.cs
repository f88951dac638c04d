using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using Xunit;

namespace MnistTrainer.Tests.Recipes;

/// <summary>The schema for editors is generated from the type that reads recipes: its docs, ranges, defaults and names.</summary>
public partial class RecipeSchemaTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "src", "MnistTrainer", "Recipes");
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // of the recipe and of the settings in it
    private static readonly Dictionary<Type, object> Defaults =
        new() { [typeof(Recipe)] = new Recipe { Network = "" }, [typeof(Augmentation)] = new Augmentation() };

    private static readonly Dictionary<string, XElement> Docs = XDocument.Load(Path.ChangeExtension(typeof(Recipe).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>After a change of the recipe type, write the file anew: run this test once with UPDATE_SCHEMA=1 in the environment.</summary>
    [Fact]
    public void The_committed_schema_is_the_one_of_the_recipe_type()
    {
        var path = Path.Combine(Folder, "recipe.schema.json");
        var generated = Generate().ToJsonString(Readable) + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") == "1")
            File.WriteAllText(path, generated);

        Assert.Equal(generated, File.ReadAllText(path));
    }

    [Fact]
    public void Every_recipe_names_the_schema_and_has_no_setting_that_the_schema_lacks()
    {
        var known = Generate()["properties"]!.AsObject();

        foreach (var name in Recipe.Names)
        {
            var recipe = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!.AsObject();
            Assert.Equal("recipe.schema.json", (string?)recipe["$schema"]);
            Assert.All(recipe, setting => Assert.True(known.ContainsKey(setting.Key), setting.Key));
        }
    }

    [Fact]
    public void The_schema_is_no_recipe() => Assert.DoesNotContain("recipe.schema", Recipe.Names);

    private static JsonObject Generate()
    {
        var schema = Recipe.Format.GetJsonSchemaAsNode(typeof(Recipe),
            new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe }).AsObject();
        schema["properties"]!.AsObject().Insert(0, "$schema", new JsonObject { ["type"] = "string" });
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema;
    }

    private static JsonObject Describe(JsonSchemaExporterContext context, JsonNode node)
    {
        var property = context.PropertyInfo?.AttributeProvider as PropertyInfo;
        var schema = node as JsonObject ?? []; // of what has a converter of its own, "true"
        var member = property is null ? $"T:{context.TypeInfo.Type.FullName}" : $"P:{property.DeclaringType!.FullName}.{property.Name}";
        schema.Insert(0, "description", Space().Replace(Docs[member].Element("summary")!.Value, " ").Trim());
        if (property?.GetCustomAttribute<RangeAttribute>() is { } range)
            (schema["minimum"], schema["maximum"]) = (JsonValue.Create(Convert.ToDouble(range.Minimum)), JsonValue.Create(Convert.ToDouble(range.Maximum)));
        if (property?.Name == nameof(Recipe.Network))
        {
            schema["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray([.. Recipe.Names.Select(name => JsonValue.Create(name))]) },
                new JsonObject { ["type"] = "array", ["minItems"] = 1, ["items"] = new JsonObject { ["anyOf"] = new JsonArray([.. LayerParser.Usages.Select(Pattern)]) } });
        }
        else if (property?.GetValue(Defaults[property.DeclaringType!]) is { } standard)
            schema["default"] = JsonSerializer.SerializeToNode(standard, Recipe.Format);
        return schema;
    }

    /// <summary>A layer as editors check it: by a regular expression, options in any order.</summary>
    private static JsonObject Pattern(string usage)
    {
        var options = Option().Matches(usage).Select(option => option.Groups[1].Value).ToList();
        var pattern = options.Aggregate(usage, (rest, option) => rest.Replace($" [{option} SIZE]", "", StringComparison.Ordinal))
            .Replace("CHANNELS", @"(\d+|classes)", StringComparison.Ordinal).Replace("OUTPUTS", @"(\d+|classes)", StringComparison.Ordinal)
            .Replace("SIZE", @"\d+(x\d+)?", StringComparison.Ordinal).Replace("FACTOR", @"\d+", StringComparison.Ordinal)
            .Replace("SHARE", @"0?\.\d+", StringComparison.Ordinal).Replace("NAME", @"[^ ,]+", StringComparison.Ordinal);
        return new JsonObject
        {
            ["description"] = usage,
            ["type"] = "string",
            ["pattern"] = options.Count == 0 ? $"^{pattern}$" : $@"^{pattern}( ({string.Join('|', options)}) \d+(x\d+)?)*$",
        };
    }

    [GeneratedRegex(@"\[(\w+) SIZE\]")]
    private static partial Regex Option();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
