using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistApi.OpenInference;

/// <summary>Reads the numbers of a tensor in row order, whether they stand in one JSON array or in arrays of arrays.</summary>
internal sealed class FlatNumbers : JsonConverter<float[]>
{
    /// <inheritdoc/>
    public override float[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
            throw new JsonException();

        var numbers = new List<float>();
        var outer = reader.CurrentDepth;
        while (reader.Read() && !(reader.TokenType is JsonTokenType.EndArray && reader.CurrentDepth == outer))
        {
            if (reader.TokenType is JsonTokenType.Number)
                numbers.Add(reader.GetSingle());
            else if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.EndArray))
                throw new JsonException();
        }

        return [.. numbers];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, float[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var number in value)
            writer.WriteNumberValue(number);
        writer.WriteEndArray();
    }
}
