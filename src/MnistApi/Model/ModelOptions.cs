using System.ComponentModel.DataAnnotations;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>The settings under <c>Model</c>.</summary>
internal sealed record ModelOptions
{
    /// <summary>
    /// The file; a relative path is looked up in the working directory first, then beside the program.
    /// The default is <c>models/mnist.onnx</c>.
    /// </summary>
    public string Path { get; init; } = "models/mnist.onnx";

    /// <summary>
    /// The file of the ink network, which finds the ink on photos, scans and lined paper; found as <see cref="Path"/> is. The default is
    /// <c>models/ink.onnx</c>. Where there is none, only drawings on paper of one level are read.
    /// </summary>
    public string InkPath { get; init; } = "models/ink.onnx";

    /// <summary>
    /// The file of the number network, which reads lines on photos, scans and lined paper; found as <see cref="Path"/> is. The default is
    /// <c>models/number.onnx</c>. Where there is none, digits that touch aren't told apart there.
    /// </summary>
    public string NumberPath { get; init; } = "models/number.onnx";

    /// <summary>
    /// How often the files are compared with those that serve, for folders whose changes aren't announced (network mounts).
    /// More than 0, up to 86400 (a day); the default is 5 seconds.
    /// Elsewhere a change is noticed at once.
    /// </summary>
    [Range(0.0, 86400, MinimumIsExclusive = true)]
    public double PollSeconds { get; init; } = 5;

    /// <summary>
    /// The file of a second classifier, a shadow, which is asked about a share of the requests' images, to be compared with the one that serves; found as
    /// <see cref="Path"/> is. The default is empty: none. The file may come and go.
    /// </summary>
    public string ShadowPath { get; init; } = "";

    /// <summary>The share of requests whose images the shadow is asked about, 0 to 1; the default is 0.1.</summary>
    [Range(0.0, 1)]
    public double ShadowShare { get; init; } = 0.1;

    /// <summary>
    /// The public key whose signatures the files must have beside them, each in a file of its name with <c>.sig</c>: PEM of the curve P-256, itself or the
    /// path of its file, found as <see cref="Path"/> is. The default is empty: signatures aren't looked at.
    /// </summary>
    public string PublicKey { get; init; } = "";

    /// <summary>The PEM of <see cref="PublicKey"/>; null for none.</summary>
    /// <exception cref="InvalidDataException">It is no public key of P-256, or there is no such file; the message names the setting.</exception>
    public string? PublicKeyPem()
    {
        if (string.IsNullOrWhiteSpace(PublicKey))
            return null;

        try
        {
            var pem = PublicKey.Contains("-----BEGIN", StringComparison.Ordinal) ? PublicKey : File.ReadAllText(Full(PublicKey));
            ModelSignature.CheckKey(pem);
            return pem;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"The setting Model:PublicKey can't be used. {e.Message}", e);
        }
    }

    /// <summary>Where <see cref="Path"/> is.</summary>
    public string FullPath() => Full(Path);

    /// <summary>Where <see cref="InkPath"/> is.</summary>
    public string FullInkPath() => Full(InkPath);

    /// <summary>Where <see cref="NumberPath"/> is.</summary>
    public string FullNumberPath() => Full(NumberPath);

    /// <summary>Where <see cref="ShadowPath"/> is; null for none.</summary>
    public string? FullShadowPath() => string.IsNullOrWhiteSpace(ShadowPath) ? null : Full(ShadowPath);

    private static string Full(string path)
    {
        var (here, beside) = (System.IO.Path.GetFullPath(path), System.IO.Path.Combine(AppContext.BaseDirectory, path));
        return File.Exists(here) || !File.Exists(beside) ? here : beside;
    }
}
