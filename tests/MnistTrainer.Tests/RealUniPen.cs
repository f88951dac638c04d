using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>UniPen's strokes, for the tests that need them; they are skipped where they are absent.</summary>
internal static class RealUniPen
{
    private const string EnvironmentVariable = "UNIPEN_DATA";

    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(EnvironmentVariable);
            Assert.SkipUnless(folder is not null && UniPen.LineFiles.All(file => File.Exists(Path.Combine(folder, file))),
                $"Needs {string.Join(", ", UniPen.LineFiles)} of UniPen in the folder that {EnvironmentVariable} names.");
            return folder!;
        }
    }
}
