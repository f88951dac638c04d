using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>Who wrote MNIST's images, for the tests that need it; they are skipped where it is absent.</summary>
internal static class RealWriters
{
    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(NistWriters.EnvironmentVariable);
            Assert.SkipUnless(folder is not null && NistWriters.Sha256.Keys.All(name => File.Exists(Path.Combine(folder, name))),
                $"Needs {string.Join(" and ", NistWriters.Sha256.Keys)} in the folder that {NistWriters.EnvironmentVariable} names.");
            return folder!;
        }
    }
}
