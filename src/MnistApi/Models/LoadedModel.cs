using System.Security.Cryptography;
using MnistModel;

namespace MnistApi.Models;

/// <summary>
/// A model file that was read, checked and self-tested. It counts those who hold it, and frees the network when the last one is through:
/// who loads or borrows it disposes it once.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private int _holders = 1; // who loaded it

    private LoadedModel(DigitClassifier classifier, string sha256) => (Classifier, Sha256) = (classifier, sha256);

    /// <summary>The network; usable until the holder disposes this.</summary>
    public DigitClassifier Classifier { get; }

    /// <summary>Of the file, in hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Loads a file and lets it pass its <see cref="SelfTest"/>.</summary>
    /// <param name="path">An ONNX file of the trainer's.</param>
    /// <exception cref="IOException">It is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">It is no model of ours, or fails its self-test.</exception>
    public static LoadedModel Load(string path)
    {
        var file = DigitClassifier.ReadFile(path); // once, so that the hash is that of the very bytes that are loaded
        var classifier = DigitClassifier.Load(file, path);
        try
        {
            SelfTest.Run(classifier, path);
            return new LoadedModel(classifier, Convert.ToHexStringLower(SHA256.HashData(file)));
        }
        catch
        {
            classifier.Dispose();
            throw;
        }
    }

    /// <summary>Adds a holder, who disposes this once.</summary>
    /// <returns>False where the last holder has gone, and the network with it.</returns>
    public bool TryBorrow()
    {
        for (var holders = Volatile.Read(ref _holders); holders > 0; holders = Volatile.Read(ref _holders))
        {
            if (Interlocked.CompareExchange(ref _holders, holders + 1, holders) == holders)
                return true;
        }

        return false;
    }

    /// <summary>Takes one holder away.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            Classifier.Dispose();
    }
}
