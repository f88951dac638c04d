using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace MnistApi.Tests;

/// <summary>The committed model and files made from it: of two fields, protobuf takes the last, or both where they are messages, so what is appended replaces or adds to what stands before.</summary>
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

    /// <summary>
    /// A network that learned to reject, as far as the service can tell: its second output is the highest of the ten probabilities.
    /// What is taken for a digit is set by the threshold.
    /// </summary>
    public static byte[] Rejecting(JsonNode card, double threshold)
    {
        byte[] axes = [.. Field(1, "axes"u8), 8 << 3, 1, (20 << 3 & 127) | 128, 1, 7]; // name, ints: 1, type: ints
        byte[] node = [.. Field(1, "probabilities"u8), .. Field(2, "digit"u8), .. Field(4, "ReduceMax"u8), .. Field(5, axes)];
        byte[] shape = [.. Field(1, Field(2, "N"u8)), .. Field(1, [1 << 3, 1])];
        byte[] output = [.. Field(1, "digit"u8), .. Field(2, Field(1, [1 << 3, 1, .. Field(2, shape)]))]; // float
        return [.. WithCard(card, changed => changed["rejectionThreshold"] = threshold), .. Field(7, [.. Field(1, node), .. Field(12, output)])]; // is merged into the graph
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
