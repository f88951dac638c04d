using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>
/// A line of writing → what stands at each step from left to right. Fully convolutional: for lines 40 pixels high and of every width that is a multiple of 4,
/// a step every 4 pixels. It sees about two digits at once.
/// </summary>
internal static class Number
{
    // channels are multiples of 16, as in the ink network; the first layer halves the line, so that none works on all of its pixels
    /// <summary>The layers, (N, 1, 40, W) → (N, classes, 1, W/4) logits. The caller disposes them.</summary>
    /// <param name="classes">Characters, and the blank between them.</param>
    public static Sequential Layers(int classes) => Sequential(
    [
        .. Convolution(1, 16, (5, 5), (2, 2), stride: 2),           // (N, 16, 20, W/2)
        .. Convolution(16, 32, (3, 3), (1, 1)), MaxPool2d(2),       // (N, 32, 10, W/4)
        .. Convolution(32, 64, (3, 3), (1, 1)), MaxPool2d((2, 1)),  // (N, 64, 5, W/4)
        .. Convolution(64, 96, (3, 3), (1, 1)),                     // (N, 96, 5, W/4)
        .. Convolution(96, 96, (3, 3), (0, 1)),                     // (N, 96, 3, W/4)
        .. Convolution(96, 128, (3, 3), (0, 1)),                    // (N, 128, 1, W/4)
        .. Convolution(128, 128, (1, 3), (0, 1)),
        .. Convolution(128, 128, (1, 3), (0, 2), dilation: 2),
        .. Convolution(128, 128, (1, 3), (0, 2), dilation: 2),
        Dropout(0.1),
        Conv2d(128, classes, 1),
    ]);

    private static Module<Tensor, Tensor>[] Convolution(int from, int to, (long, long) kernel, (long, long) padding, long stride = 1, long dilation = 1) =>
        [Conv2d(from, to, kernel, (stride, stride), padding, (1, dilation), bias: false), BatchNorm2d(to), ReLU()];
}
