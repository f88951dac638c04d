using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MnistReader.Inference;

namespace MnistApi.Tests;

/// <summary>
/// The committed model and files made from it: of two fields, protobuf takes the last, or both where they are messages, so what is appended replaces or adds
/// to what stands before.
/// </summary>
public static class ModelFile
{
    /// <summary>The committed file.</summary>
    public static byte[] Committed { get; } = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "models", "mnist.onnx"));

    /// <summary>The same network in a file of other content, and so of another SHA-256.</summary>
    public static byte[] Variant(int number) => [.. Committed, .. Field(6, Encoding.UTF8.GetBytes($"Variant {number}"))]; // doc_string

    /// <summary>The same network with another card.</summary>
    public static byte[] WithCard(JsonNode card, Action<JsonObject> change)
    {
        var changed = card.DeepClone().AsObject();
        change(changed);
        byte[] entry = [.. Field(1, "model_card"u8), .. Field(2, Encoding.UTF8.GetBytes(changed.ToJsonString()))];
        return [.. Committed, .. Field(14, entry)]; // metadata_props
    }

    /// <summary>The same network with a card that says what its validation images were like: ten thousand, of each digit as many, all alike else.</summary>
    public static byte[] WithReference()
    {
        using var classifier = DigitClassifier.Load(Committed, "committed");
        return WithCard(JsonNode.Parse(classifier.Card.ToJson())!, card => card["reference"] = new JsonObject
        {
            ["digits"] = Counts(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 0),
            ["confidence"] = Counts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10_000),
            ["ink"] = Counts(0, 0, 0, 0, 10_000, 0, 0, 0, 0),
            ["size"] = Counts(0, 0, 0, 0, 0, 0, 10_000, 0, 0),
        });

        static JsonArray Counts(params int[] counts) => [.. counts.Select(count => JsonValue.Create(count))];
    }

    /// <summary>The same network with a card of before, which says nothing of validation images.</summary>
    public static byte[] WithoutReference()
    {
        using var classifier = DigitClassifier.Load(Committed, "committed");
        return WithCard(JsonNode.Parse(classifier.Card.ToJson())!, card => card.Remove("reference"));
    }

    /// <summary>As <c>/model</c> says it.</summary>
    public static string Sha256(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>Puts a file in the place of another in one step, as the trainer does.</summary>
    public static void Replace(string path, byte[] file)
    {
        File.WriteAllBytes($"{path}.tmp", file);
        File.Move($"{path}.tmp", path, overwrite: true);
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content)
    {
        var field = new List<byte> { (byte)(number << 3 | 2) };
        var length = content.Length;
        for (; length > 127; length >>= 7)
            field.Add((byte)(length | 128));
        field.Add((byte)length);
        return [.. field, .. content];
    }
}
