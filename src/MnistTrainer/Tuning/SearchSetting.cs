using System.Globalization;
using System.Reflection;
using System.Text.Json;
using MnistTrainer.Recipes;

namespace MnistTrainer.Tuning;

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
