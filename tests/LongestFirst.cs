using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(LongestFirst))]

/// <summary>Begins with the classes that take longest, so that none of them runs alone in the end while a processor waits.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    // by what they took together, the longest first
    private static readonly string[] Longest =
    [
        "Reading.ReadingTests", "Commands.TrainCommandTests", "ProgramTests", "Reading.DeviceTests", "Explaining.InsideTests", "Drawing.PenTests",
        "Corrections.CorrectionLoopTests", "Reading.CorrectionTests", "ReadFiles.ReadCommandTests", "Hosting.ProcessTests", "App.EveryoneTests",
        "ScreenshotTests", "App.ModelPageTests", "Hosting.TelemetryTests", "DeploymentTests", "Corrections.CorrectionTests", "Predict.FuzzTests",
    ];

    /// <summary>The others follow in any order.</summary>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Array.FindIndex(Longest, name => Has(collection, name)) is >= 0 and var place ? place : Longest.Length)];

    // a class without a collection of its own is one, named after it
    private static bool Has(ITestCollection collection, string name) => collection.TestCollectionDisplayName.Contains($".{name}", StringComparison.Ordinal);
}
