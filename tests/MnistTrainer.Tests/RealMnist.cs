using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>Full MNIST, for the tests that need it; they are skipped where it is absent.</summary>
internal static class RealMnist
{
    private static readonly Lazy<DigitSet> TestImages = new(() => MnistDataset.LoadTest(Folder));

    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(MnistDataset.EnvironmentVariable);
            Assert.SkipUnless(folder is not null && MnistDataset.Sha256.Keys.All(name => MnistDataset.Find(folder, name) is not null),
                $"Needs MNIST's four files in the folder that {MnistDataset.EnvironmentVariable} names.");
            return folder!;
        }
    }

    /// <summary>The test images, read once.</summary>
    public static DigitSet Test => TestImages.Value;
}
