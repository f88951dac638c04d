using System.Diagnostics;
using System.Security.Cryptography;
using MnistReader.Inference;
using Xunit;

namespace MnistReader.Tests.Inference;

/// <summary>Signatures of a file of a few bytes, held against openssl's.</summary>
public sealed class ModelSignatureTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-signature-");
    private readonly byte[] _file = [.. "a model"u8];
    private readonly string _path;

    public ModelSignatureTests() => _path = Write("model.onnx", _file);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task OpenSSL_accepts_what_was_signed_here_and_signs_what_is_accepted_here()
    {
        var (privateKey, publicKey) = ModelSignature.NewKey();
        var (privatePath, publicPath) = (Write("key.pem", privateKey), Write("key.pub.pem", publicKey));
        var signature = Write("model.onnx.sig", ModelSignature.Sign(_file, privateKey));

        Assert.Equal("Verified OK", await OpenSsl($"dgst -sha256 -verify {publicPath} -signature {signature} {_path}"));
        await OpenSsl($"dgst -sha256 -sign {privatePath} -out {signature} {_path}");
        ModelSignature.Verify(_file, _path, publicKey);

        await OpenSsl($"ecparam -name prime256v1 -genkey -noout -out {privatePath}"); // SEC 1, "EC PRIVATE KEY"
        await OpenSsl($"ec -in {privatePath} -pubout -out {publicPath}");
        Write("model.onnx.sig", ModelSignature.Sign(_file, await Read(privatePath)));
        ModelSignature.Verify(_file, _path, await Read(publicPath));
    }

    [Fact]
    public void A_signature_holds_for_its_file_and_its_key_alone()
    {
        var (privateKey, publicKey) = ModelSignature.NewKey();
        var signature = ModelSignature.Sign(_file, privateKey);
        var notThis = $"The signature '{_path}.sig' isn't that of '{_path}' by the key in Model:PublicKey.";

        Assert.Equal($"'{_path}' isn't signed: there is no '{_path}.sig'. Sign it with MnistTrainer sign.", Fault(_file, publicKey));
        Write("model.onnx.sig", signature);
        Assert.Null(Fault(_file, publicKey));
        Assert.Equal(notThis, Fault([.. _file, 0], publicKey));
        Assert.Equal(notThis, Fault(_file, ModelSignature.NewKey().PublicKey));

        foreach (var other in new byte[][] { [], signature[..^1], [.. signature, 0], new byte[1_000_000], ModelSignature.Sign([.. "another model"u8], privateKey) })
        {
            Write("model.onnx.sig", other);
            Assert.Equal(notThis, Fault(_file, publicKey));
        }
    }

    [Fact]
    public void A_key_that_is_no_public_key_of_P256_is_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        const string missing = "There is no PEM block 'PUBLIC KEY'. MnistTrainer sign --new-key makes a pair of keys.";

        Assert.Equal(missing, KeyFault(""));
        Assert.Equal(missing, KeyFault(ModelSignature.NewKey().PrivateKey)); // it would give away the key
        Assert.Equal("The key is one of another curve. It must be one of P-256.", KeyFault(p384.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal("The key can't be read. It must be one of the elliptic curve P-256.", KeyFault(rsa.ExportSubjectPublicKeyInfoPem()));

        static string KeyFault(string pem) => Assert.Throws<InvalidDataException>(() => ModelSignature.CheckKey(pem)).Message;
    }

    private string? Fault(byte[] file, string publicKey) => Record.Exception(() => ModelSignature.Verify(file, _path, publicKey)) switch
    {
        null => null,
        InvalidDataException fault => fault.Message,
        var other => throw other,
    };

    private string Write(string name, string text) => Write(name, System.Text.Encoding.ASCII.GetBytes(text));

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static Task<string> Read(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static async Task<string> OpenSsl(string arguments)
    {
        Process? process = null;
        try
        {
            process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Needs openssl.");
        }

        using (process)
        {
            var output = await process!.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return output.Trim();
        }
    }
}
