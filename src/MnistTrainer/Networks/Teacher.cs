using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>A network too slow to serve, for others to learn from: it keeps the resolution longer and has six times the work of <see cref="CompactWide"/>.</summary>
public static class Teacher
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 32, 3, bias: false), BatchNorm2d(32), ReLU(),                     // (N, 32, 26, 26)
        Conv2d(32, 32, 3, bias: false), BatchNorm2d(32), ReLU(),                    // (N, 32, 24, 24)
        Conv2d(32, 64, 3, stride: 2, bias: false), BatchNorm2d(64), ReLU(),         // (N, 64, 11, 11)
        Conv2d(64, 96, 3, padding: 1, bias: false), BatchNorm2d(96), ReLU(),        // (N, 96, 11, 11)
        Conv2d(96, 96, 3, bias: false), BatchNorm2d(96), ReLU(),                    // (N, 96, 9, 9)
        MaxPool2d(2),                                                               // (N, 96, 4, 4)
        Conv2d(96, 192, 3, padding: 1, bias: false), BatchNorm2d(192), ReLU(),      // (N, 192, 4, 4)
        Conv2d(192, 256, 3, bias: false), BatchNorm2d(256), ReLU(),                 // (N, 256, 2, 2)
        AdaptiveMaxPool2d([1, 1]),                                                  // (N, 256, 1, 1)
        Flatten(),
        Linear(256, classes));
}
