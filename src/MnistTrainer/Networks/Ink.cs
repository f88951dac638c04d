using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>
/// A U-Net (Ronneberger, Fischer and Brox, 2015) of three levels: which pixels of a picture are ink. Fully convolutional: for pictures of every size whose
/// sides are multiples of 8.
/// </summary>
internal static class Ink
{
    // channels are multiples of 16: for others, oneDNN's gradients on AVX-512 now and then take in memory that nobody has written, and are no numbers
    /// <summary>The layers, (N, 1, H, W) → (N, 1, H, W) logits. The caller disposes them.</summary>
    public static Sequential Layers() => Sequential(
    [
        .. Convolution(1, 16),                                                  // (N, 16, H, W)
        Level(                                                                  // (N, 16 + 16, H, W)
        [
            .. Convolution(16, 16), .. Convolution(16, 16),                     // (N, 16, H/2, W/2)
            Level(                                                              // (N, 16 + 32, H/2, W/2)
            [
                .. Convolution(16, 32), .. Convolution(32, 32),                 // (N, 32, H/4, W/4)
                Level([.. Convolution(32, 48), .. Convolution(48, 48)]),        // (N, 32 + 48, H/4, W/4), within it H/8, W/8
                .. Convolution(80, 32), .. Convolution(32, 32),
            ]),
            .. Convolution(48, 16), .. Convolution(16, 16),
        ]),
        .. Convolution(32, 16),
        Conv2d(16, 1, 1),
    ]);

    private static Module<Tensor, Tensor>[] Convolution(int from, int to) => [Conv2d(from, to, 3, padding: 1, bias: false), BatchNorm2d(to), ReLU()];

    /// <summary>Layers on half the height and width.</summary>
    private static SkipConnection Level(Module<Tensor, Tensor>[] layers) =>
        new(Sequential([MaxPool2d(2), .. layers, Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest)]));
}
