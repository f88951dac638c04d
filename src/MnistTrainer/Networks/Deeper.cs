using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>The tutorial's best network: three convolutions and one hidden layer.</summary>
internal static class Deeper
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 32, 3), ReLU(),               // (N, 32, 26, 26)
        MaxPool2d(2),                           // (N, 32, 13, 13)
        Conv2d(32, 64, 3), ReLU(),              // (N, 64, 11, 11)
        Conv2d(64, 64, 3), ReLU(),              // (N, 64, 9, 9)
        MaxPool2d(2),                           // (N, 64, 4, 4)
        Flatten(),
        Linear(64 * 4 * 4, 100), ReLU(),
        Linear(100, classes));
}
