using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>UCI's pen digits, for the tests that need them; they are skipped where they are absent.</summary>
internal static class RealStrokes
{
    private const string EnvironmentVariable = "PENDIGITS_DATA";

    private static readonly Lazy<IReadOnlyList<WrittenSign>> All = new(() => PenDigits.Load(Folder));

    public static string Folder
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable(EnvironmentVariable);
            Assert.SkipUnless(folder is not null && File.Exists(Path.Combine(folder, PenDigits.FileName)),
                $"Needs {PenDigits.FileName} of UCI's pen digits in the folder that {EnvironmentVariable} names.");
            return folder!;
        }
    }

    /// <summary>All digits, read once.</summary>
    public static IReadOnlyList<WrittenSign> Digits => All.Value;
}
