using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>The tutorial's baseline with batch normalisation after each activation, where the tutorial puts it.</summary>
internal static class BaselineBatchNorm
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 32, 3), ReLU(), BatchNorm2d(32),          // (N, 32, 26, 26)
        MaxPool2d(2),                                       // (N, 32, 13, 13)
        Flatten(),
        Linear(32 * 13 * 13, 100), ReLU(), BatchNorm1d(100),
        Linear(100, classes));
}
