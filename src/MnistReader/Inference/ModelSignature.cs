using System.Security.Cryptography;

namespace MnistReader.Inference;

/// <summary>
/// A signature beside a model file, which says that whoever holds a key made or approved exactly these bytes: ECDSA over the curve P-256 with SHA-256 in
/// DER, as <c>openssl dgst -sha256 -verify</c> takes it.
/// </summary>
internal static class ModelSignature
{
    /// <summary>What the name of the signature's file has after the model's.</summary>
    public const string Ending = ".sig";

    private const string P256 = "1.2.840.10045.3.1.7";

    // of DER; two numbers of 32 bytes take 72 at most
    private const int MaxBytes = 72;

    /// <summary>A new pair of keys.</summary>
    /// <returns>Both as PEM: PKCS #8, and the SubjectPublicKeyInfo.</returns>
    public static (string PrivateKey, string PublicKey) NewKey()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return (key.ExportPkcs8PrivateKeyPem() + '\n', key.ExportSubjectPublicKeyInfoPem() + '\n');
    }

    /// <summary>Signs a file.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="privateKey">PEM: PKCS #8 or SEC 1, not encrypted.</param>
    /// <returns>The signature in DER, 8 to 72 bytes.</returns>
    /// <exception cref="InvalidDataException">It is no such key.</exception>
    public static byte[] Sign(byte[] file, string privateKey)
    {
        using var key = Import(privateKey, "PRIVATE KEY", "EC PRIVATE KEY");
        return key.SignData(file, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Checks that a public key is one.</summary>
    /// <param name="publicKey">PEM.</param>
    /// <exception cref="InvalidDataException">It is no public key of P-256, or a private one.</exception>
    public static void CheckKey(string publicKey) => Import(publicKey, "PUBLIC KEY").Dispose();

    /// <summary>Reads the signature beside a file and holds it against the file.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="path">Where they were read from.</param>
    /// <param name="publicKey">PEM, a SubjectPublicKeyInfo.</param>
    /// <exception cref="InvalidDataException">It has no signature, or one of another file or by another key.</exception>
    public static void Verify(byte[] file, string path, string publicKey)
    {
        using var key = Import(publicKey, "PUBLIC KEY");
        var signature = Read(path + Ending)
            ?? throw new InvalidDataException($"'{path}' isn't signed: there is no '{path}{Ending}'. Sign it with MnistTrainer sign.");
        if (!key.VerifyData(file, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            throw new InvalidDataException($"The signature '{path}{Ending}' isn't that of '{path}' by the key in Model:PublicKey.");
    }

    // null where there is none; of a file too large to be one, its beginning, which is none either
    private static byte[]? Read(string path)
    {
        if (!File.Exists(path))
            return null;

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[MaxBytes + 1];
        return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }

    private static ECDsa Import(string pem, params ReadOnlySpan<string> labels)
    {
        if (!PemEncoding.TryFind(pem, out var found) || !labels.Contains(pem[found.Label]))
            throw new InvalidDataException($"There is no PEM block '{labels[0]}'. MnistTrainer sign --new-key makes a pair of keys.");

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256)
                return key;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new InvalidDataException("The key can't be read. It must be one of the elliptic curve P-256.", e);
        }

        key.Dispose();
        throw new InvalidDataException("The key is one of another curve. It must be one of P-256.");
    }
}
