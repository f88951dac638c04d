using System.Security.Cryptography;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>A model file on the disk, and who must have signed it.</summary>
/// <param name="Path">Where it is, or will be.</param>
/// <param name="PublicKey">PEM of the key that must have signed it; null where signatures aren't looked at.</param>
internal sealed record ModelSource(string Path, string? PublicKey)
{
    /// <summary>Whether it is there.</summary>
    public bool Exists => File.Exists(Path);

    /// <summary>Its content, which is what was signed.</summary>
    /// <exception cref="IOException">It is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">It is too large, or isn't signed by the key.</exception>
    public byte[] Read()
    {
        var content = ModelFile.Read(Path);
        if (PublicKey is not null)
            ModelSignature.Verify(content, Path, PublicKey);
        return content;
    }

    /// <summary>What tells it from another.</summary>
    public Fingerprint Look() =>
        ContentOf(Path) is { } content ? new Fingerprint(content, PublicKey is null ? null : ContentOf(Path + ModelSignature.Ending)) : default;

    // SHA-256 of the content, whatever its time stamp says (0.4 MB: a third of a millisecond), or the length of one that is too large
    private static string? ContentOf(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > ModelFile.MaxBytes)
                return $"{file.Length} bytes"; // refused whatever they are, so not read every few seconds
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>What tells a model file from another.</summary>
/// <param name="Content">SHA-256 of the file; null where there is none that can be read.</param>
/// <param name="Signature">Of its signature; null where there is none, or signatures aren't looked at.</param>
internal readonly record struct Fingerprint(string? Content, string? Signature);
