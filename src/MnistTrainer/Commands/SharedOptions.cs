using System.CommandLine;
using MnistTrainer.Data;

namespace MnistTrainer.Commands;

/// <summary>Options that several commands share.</summary>
internal static class SharedOptions
{
    public static Option<string?> Data() => new("--data")
    {
        Description = $"Folder of MNIST's four files, raw or .gz; what is missing is downloaded. [default: ${MnistDataset.EnvironmentVariable}, else data/mnist]",
        HelpName = "DIR",
    };

    public static Option<string> Model() => new("--model")
    {
        Description = "The model file.",
        HelpName = "FILE",
        DefaultValueFactory = _ => Path.Combine("models", "mnist.onnx"),
    };
}
