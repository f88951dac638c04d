using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>
/// The network of the recipe <c>quick</c>: the first convolution strides at once, so that all layers after it are small; less than half the multiply-adds of
/// <see cref="Compact"/>.
/// Its channels are multiples of 16: on processors with AVX-512, libtorch 2.10 computes convolutions of 24 or 40 input channels wrongly, by a fifth of the
/// largest value.
/// </summary>
internal static class Quick
{
    /// <summary>The layers, (N, 1, 28, 28) → (N, classes) logits. The caller disposes them.</summary>
    /// <param name="classes">Outputs of the last layer.</param>
    public static Sequential Layers(int classes) => Sequential(
        Conv2d(1, 16, 5, stride: 2, bias: false), BatchNorm2d(16), ReLU(),      // (N, 16, 12, 12)
        Conv2d(16, 64, 3, bias: false), BatchNorm2d(64), ReLU(),                // (N, 64, 10, 10)
        MaxPool2d(2),                                                           // (N, 64, 5, 5)
        Conv2d(64, 128, 3, bias: false), BatchNorm2d(128), ReLU(),              // (N, 128, 3, 3)
        AdaptiveMaxPool2d([1, 1]),                                              // (N, 128, 1, 1)
        Flatten(),
        Linear(128, classes));
}
