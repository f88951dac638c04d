using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests;

[Collection(nameof(TorchTests))]
public class LibTorchTests
{
    [Fact]
    public void TorchSharp_computes_after_loading()
    {
        using var sum = ones(2, 3).sum();

        Assert.Equal(6, sum.item<float>());
    }

    [Fact]
    public void The_relaxed_library_no_longer_asks_for_the_missing_symbol()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(library), "Only Linux has libLibTorchSharp.so.");
        var before = File.ReadAllBytes(library);
        var relaxed = before.ToArray();

        LibTorch.Relax(relaxed);

        Assert.NotEqual(-1, before.AsSpan().IndexOf("_ZSt21ios_base_library_initv\0"u8));
        Assert.Equal(-1, relaxed.AsSpan().IndexOf("_ZSt21ios_base_library_initv\0"u8));
        Assert.Equal(before.Length, relaxed.Length);
        // a name, its version index and the flag of the version: three small edits and nothing else
        Assert.InRange(before.Zip(relaxed).Count(pair => pair.First != pair.Second), 3, 12);
    }

    [Fact]
    public void A_library_that_fails_for_another_reason_is_not_touched()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(library), "Only Linux has libLibTorchSharp.so.");
        var relaxed = File.ReadAllBytes(library);
        LibTorch.Relax(relaxed);

        Assert.Throws<InvalidDataException>(() => LibTorch.Relax(relaxed));
    }
}
