using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>Four convolutions and no hidden layer: fewer weights and less work than the tutorial's networks, and far fewer errors.</summary>
internal static class Compact
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 16, 5, bias: false), BatchNorm2d(16), ReLU(),                 // (N, 16, 24, 24)
        Conv2d(16, 32, 3, stride: 2, bias: false), BatchNorm2d(32), ReLU(),     // (N, 32, 11, 11)
        Conv2d(32, 64, 3, padding: 1, bias: false), BatchNorm2d(64), ReLU(),    // (N, 64, 11, 11)
        MaxPool2d(2),                                                           // (N, 64, 5, 5)
        Conv2d(64, 128, 3, bias: false), BatchNorm2d(128), ReLU(),              // (N, 128, 3, 3)
        AdaptiveMaxPool2d([1, 1]),                                              // (N, 128, 1, 1)
        Flatten(),
        Linear(128, classes));
}
