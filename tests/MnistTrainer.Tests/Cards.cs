using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Training;

namespace MnistTrainer.Tests;

/// <summary>Cards for model files that tests write.</summary>
internal static class Cards
{
    /// <summary>A card that is like others; what a test is about, it replaces.</summary>
    public static readonly ModelCard Any = new()
    {
        Name = "test",
        Version = "2026.01.02-0123abcd",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Network = "compact",
        Parameters = 1,
        MultiplyAdds = 2,
        Training = new TrainingOptions(),
        DataSha256 = new Dictionary<string, string>(),
        DataCredits = [],
        TestAccuracy = 0.5,
        ConfusionMatrix = [],
        Temperature = 1,
        CalibrationError = 0.01,
        History = [],
        FramingVersion = DigitFraming.Version,
        SelfTest = new SelfTest(new byte[DigitImage.PixelCount], 0),
    };

    /// <summary>The same for a file that is loaded: it holds what the network answers for a blank image.</summary>
    public static ModelCard Of(Network network)
    {
        var blank = new DigitSet(new byte[DigitImage.PixelCount], new byte[1]);
        return Any with { SelfTest = new SelfTest(blank[0].Pixels.ToArray(), Evaluator.Predict(network, blank)[0].Digit) };
    }

    /// <summary>The same of an ink network.</summary>
    public static readonly InkCard Ink = new()
    {
        Name = "test",
        Version = "2026.01.02-0123abcd",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Network = "ink",
        Parameters = 1,
        MultiplyAdds = 2,
        Training = new TrainingOptions(),
        DataSha256 = new Dictionary<string, string>(),
        DataCredits = [],
        History = [],
        HeldBackPictures = 0,
        SelfTest = new InkSelfTest(1, [0], 0),
    };
}
