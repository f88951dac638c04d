using System.Runtime.InteropServices;
using MnistTrainer.Networks;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Networks;

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
    public void Its_threads_soon_sleep_where_they_wait_unless_somebody_decided_otherwise()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it isn't libgomp that it waits with.");
        Assert.SkipWhen(Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null || Environment.GetEnvironmentVariable("GOMP_SPINCOUNT") is not null,
            "Somebody decided otherwise.");
        var getenv = Marshal.GetDelegateForFunctionPointer<GetEnv>(NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "getenv"));

        Assert.Equal("1000", Marshal.PtrToStringUTF8(getenv("GOMP_SPINCOUNT"))); // in the C library's environment, where libgomp looks
    }

    [Fact]
    public void A_missing_library_is_named_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere TorchSharp loads by itself.");
        using var folder = new TemporaryFolder();

        var fault = Assert.Throws<DllNotFoundException>(() => LibTorch.Load(folder.Path));

        Assert.Equal($"libc10.so is missing from '{folder.Path}'. Build the trainer again, or unpack it again.", fault.Message);
    }

    [Fact]
    public void A_library_that_does_not_load_is_named_in_one_line()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere TorchSharp loads by itself.");
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so", "libLibTorchSharp.so" })
            folder.File(name, [1, 2, 3]);

        var fault = Assert.Throws<DllNotFoundException>(() => LibTorch.Load(folder.Path));

        Assert.StartsWith($"'{Path.Combine(folder.Path, "libc10.so")}' can't be loaded: ", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate IntPtr GetEnv([MarshalAs(UnmanagedType.LPStr)] string name);

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
