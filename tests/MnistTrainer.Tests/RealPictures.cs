using Xunit;

namespace MnistTrainer.Tests;

/// <summary>Real pictures, labelled by their paths, for the tests that need them; they are skipped where they are absent.</summary>
internal static class RealPictures
{
    private const string EnvironmentVariable = "PICTURES_DATA";

    private static readonly string[] Names = ["amounts", "archive", "meters", "photos", "printed-cells"];

    /// <summary>The path of one of the folders.</summary>
    public static string Folder(string name)
    {
        var folder = Environment.GetEnvironmentVariable(EnvironmentVariable);
        Assert.SkipUnless(folder is not null && Names.All(each => Directory.Exists(Path.Combine(folder, each))),
            $"Needs the folders {string.Join(", ", Names)} of labelled pictures in the folder that {EnvironmentVariable} names.");
        return Path.Combine(folder!, name);
    }
}
