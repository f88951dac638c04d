namespace MnistTrainer.Tests;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string ServedModel { get; } = Path.Combine(Root, "models", "mnist.onnx");

    private static string Find(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "MnistService.sln")) ? folder.FullName : Find(folder.Parent!);
}
