using System.Security.Cryptography;
using MnistReader;
using MnistReader.Explanation;
using MnistReader.Imaging;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>
/// The model files that were read, checked and self-tested. It counts those who hold it, and frees the networks when the last one is through:
/// who loads or borrows it disposes it once.
/// </summary>
internal sealed class LoadedModel : IDisposable
{
    private static int s_loaded;

    private int _holders = 1; // who loaded it

    // made by the first request that asks for it, of the very file that serves: the one on the disk may be another by then
    private readonly Lazy<FeatureMaps> _featureMaps;

    private LoadedModel(DigitReader reader, byte[] file, byte[]? inkFile, byte[]? numberFile)
    {
        (Reader, File, Sha256) = (reader, file, Hash(file));
        (InkSha256, NumberSha256) = (inkFile is null ? null : Hash(inkFile), numberFile is null ? null : Hash(numberFile));
        Drift = reader.Classifier.Card.Reference is { HasOurBins: true } reference ? new AnswerDrift(reference) : null;
        _featureMaps = new Lazy<FeatureMaps>(() => FeatureMaps.Load(file));

        static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
    }

    /// <summary>Reads pictures with it; usable until the holder disposes this.</summary>
    public DigitReader Reader { get; }

    /// <summary>The network; usable as long.</summary>
    public DigitClassifier Classifier => Reader.Classifier;

    /// <summary>Holds what comes in against the card's histograms; null where the card has none, or of other bins.</summary>
    public AnswerDrift? Drift { get; }

    /// <summary>
    /// The network's insides; usable as long as it. Reading them the first time loads them, which takes milliseconds and about as much memory as the network.
    /// </summary>
    public FeatureMaps FeatureMaps => _featureMaps.Value;

    /// <summary>The very bytes of the classifier's file that are loaded; the one on the disk may be another by now.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>Of the classifier's file, in hexadecimal.</summary>
    public string Sha256 { get; }

    /// <summary>Of the ink network's file; null where there is none.</summary>
    public string? InkSha256 { get; }

    /// <summary>Of the number network's file; null where there is none.</summary>
    public string? NumberSha256 { get; }

    /// <summary>Greater than that of any model that was loaded before, whatever the clock says.</summary>
    public int Generation { get; } = Interlocked.Increment(ref s_loaded);

    /// <summary>When (UTC).</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Loads files and lets each pass its self-test.</summary>
    /// <param name="source">A classifier's ONNX file.</param>
    /// <param name="ink">An ink network's; null for none.</param>
    /// <param name="number">A number network's; null for none.</param>
    /// <param name="limits">How large a picture may be.</param>
    /// <exception cref="IOException">One is missing or can't be read.</exception>
    /// <exception cref="InvalidDataException">One isn't signed as it must be, is no model of ours, or fails its self-test.</exception>
    public static LoadedModel Load(ModelSource source, ModelSource? ink, ModelSource? number, ImageLimits limits)
    {
        var file = source.Read(); // once, so that hash and signature are those of the very bytes that are loaded
        var inkFile = ink?.Read();
        var numberFile = number?.Read();
        var reader = DigitReader.Load(
            (file, source.Path), inkFile is null ? null : (inkFile, ink!.Path), numberFile is null ? null : (numberFile, number!.Path), limits);
        return new LoadedModel(reader, file, inkFile, numberFile);
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
