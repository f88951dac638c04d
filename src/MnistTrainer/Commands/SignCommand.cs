using System.CommandLine;
using MnistReader.Inference;
using MnistTrainer.Storage;

namespace MnistTrainer.Commands;

/// <summary><c>sign</c>: writes the signatures that a service with <c>Model:PublicKey</c> asks for.</summary>
internal static class SignCommand
{
    private const string PublicEnding = ".pub.pem";

    public static Command Create()
    {
        var models = new Argument<string[]>("models")
        {
            Description = $"Model files; each signature is written beside its file, under its name with {ModelSignature.Ending}.",
            HelpName = "FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        CommandLineErrors.RefuseOptions(models);
        var key = new Option<string>("--key")
        {
            Description = "The private key: PEM of the elliptic curve P-256, not encrypted. Keep it where the service can't read it.",
            HelpName = "FILE",
            Required = true,
        };
        var isNew = new Option<bool>("--new-key") { Description = $"First make this key, and its public one for the service, with {PublicEnding} at the end." };
        var command = new Command("sign",
            "Signs model files, so that a service with the public key (Model:PublicKey) loads them and no others.\n\n" +
            "Example: MnistTrainer sign models/mnist.onnx models/ink.onnx models/number.onnx --key signing.pem --new-key") { models, key, isNew };
        command.SetAction(parsed =>
        {
            var keyPath = parsed.GetValue(key)!;
            if (parsed.GetValue(isNew))
                MakeKey(keyPath);
            foreach (var path in parsed.GetValue(models)!)
            {
                var signature = Sign(path, keyPath);
                AtomicFile.Write(path + ModelSignature.Ending, signature);
                Console.WriteLine($"{path}{ModelSignature.Ending}");
            }
        });
        return command;
    }

    private static byte[] Sign(string path, string keyPath)
    {
        var (model, key) = (ModelFile.Read(path), File.ReadAllText(keyPath));
        try
        {
            return ModelSignature.Sign(model, key);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{keyPath}' can't sign. {e.Message}", e);
        }
    }

    private static void MakeKey(string path)
    {
        var publicPath = Path.ChangeExtension(path, null) + PublicEnding;
        if (File.Exists(publicPath)) // before the private one is written, which would be left alone
            throw new IOException($"The file '{publicPath}' already exists.");

        var (privateKey, publicKey) = ModelSignature.NewKey();
        Write(path, privateKey, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(publicPath, publicKey, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Console.WriteLine($"{path}, and for the service {publicPath}");
    }

    // an older key isn't overwritten: what it signed would be lost
    private static void Write(string path, string pem, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = mode;
        using var file = new StreamWriter(path, options);
        file.Write(pem);
    }
}
