namespace MnistReader.Tests;

/// <summary>The model that the repository serves.</summary>
internal static class CommittedModel
{
    /// <summary>Of the classifier; the ink network is beside it.</summary>
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "MnistService.sln")))
            folder = System.IO.Path.GetDirectoryName(folder)!;
        return System.IO.Path.Combine(folder, "models", "mnist.onnx");
    }
}
