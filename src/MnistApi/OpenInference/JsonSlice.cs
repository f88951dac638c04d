using System.Text.Json;
using System.Text.Json.Serialization;

namespace MnistApi.OpenInference;

/// <summary>Where an array stands in the JSON of a request: it is read once it is known how much it may hold.</summary>
/// <param name="Start">Of its opening bracket, in bytes.</param>
/// <param name="Length">In bytes.</param>
[JsonConverter(typeof(Converter))]
internal readonly record struct JsonSlice(int Start, int Length)
{
    /// <summary>Skips the array.</summary>
    internal sealed class Converter : JsonConverter<JsonSlice>
    {
        /// <inheritdoc/>
        public override JsonSlice Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is not JsonTokenType.StartArray)
                throw new JsonException();

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return new JsonSlice(start, (int)reader.BytesConsumed - start);
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, JsonSlice value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
