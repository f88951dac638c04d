using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>The network of the recipe <c>quick</c>: the first convolution strides at once, so that all layers after it are small; half the multiply-adds of <see cref="Compact"/>.</summary>
public static class Quick
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 24, 5, stride: 2, bias: false), BatchNorm2d(24), ReLU(),      // (N, 24, 12, 12)
        Conv2d(24, 64, 3, bias: false), BatchNorm2d(64), ReLU(),                // (N, 64, 10, 10)
        MaxPool2d(2),                                                           // (N, 64, 5, 5)
        Conv2d(64, 128, 3, bias: false), BatchNorm2d(128), ReLU(),              // (N, 128, 3, 3)
        AdaptiveMaxPool2d([1, 1]),                                              // (N, 128, 1, 1)
        Flatten(),
        Linear(128, classes));
}
