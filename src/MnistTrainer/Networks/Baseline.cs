using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>The tutorial's first network: one convolution and one hidden layer.</summary>
internal static class Baseline
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 32, 3), ReLU(),               // (N, 32, 26, 26)
        MaxPool2d(2),                           // (N, 32, 13, 13)
        Flatten(),
        Linear(32 * 13 * 13, 100), ReLU(),
        Linear(100, classes));
}
