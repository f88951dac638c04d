using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>Full MNIST, for the tests that need it; they are skipped where it is absent.</summary>
internal static class RealMnist
{
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
}
