using System.Security.Cryptography;
using MnistReader;
using MnistReader.Explanation;
using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>
/// A model file that was read, checked and self-tested. It counts those who hold it, and frees the network when the last one is through:
/// who loads or borrows it disposes it once.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private int _holders = 1; // who loaded it

    // made by the first request that asks for it, of the very file that serves: the one on the disk may be another by then
    private readonly Lazy<FeatureMaps> _featureMaps;

    private LoadedModel(DigitReader reader, byte[] file) =>
        (Reader, Sha256, _featureMaps) = (reader, Convert.ToHexStringLower(SHA256.HashData(file)), new Lazy<FeatureMaps>(() => FeatureMaps.Load(file)));

    /// <summary>Reads pictures with it; usable until the holder disposes this.</summary>
    public DigitReader Reader { get; }

    /// <summary>The network; usable as long.</summary>
    public DigitClassifier Classifier => Reader.Classifier;

    /// <summary>
    /// The network's insides; usable as long as it. Reading them the first time loads them, which takes milliseconds and about as much memory as the network.
    /// </summary>
    public FeatureMaps FeatureMaps => _featureMaps.Value;

    /// <summary>Of the file, in hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>When (UTC).</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Loads a file and lets it pass its <see cref="SelfTest"/>.</summary>
    /// <param name="path">An ONNX file of the trainer's.</param>
    /// <param name="limits">How large a picture may be.</param>
    /// <exception cref="IOException">It is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">It is no model of ours, or fails its self-test.</exception>
    public static LoadedModel Load(string path, ImageLimits limits)
    {
        var file = DigitClassifier.ReadFile(path); // once, so that the hash is that of the very bytes that are loaded
        var classifier = DigitClassifier.Load(file, path);
        try
        {
            SelfTest.Run(classifier, path);
            return new LoadedModel(new DigitReader(classifier, limits), file);
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
        if (Interlocked.Decrement(ref _holders) > 0)
            return;

        Reader.Dispose();
        if (_featureMaps.IsValueCreated)
            _featureMaps.Value.Dispose();
    }
}
