using System.Diagnostics;
using System.Runtime.InteropServices;
using MnistReader.Framing;
using MnistReader.Idx;
using MnistReader.Inference;
using Xunit;

namespace MnistApi.Tests.Model;

/// <summary>The page's network, run by node, against ONNX Runtime.</summary>
public class OnDeviceTests
{
    private const float MaxDifference = 1e-4f;

    [Fact]
    public async Task The_page_decides_as_the_service_on_images_of_MNIST()
    {
        var data = Environment.GetEnvironmentVariable("MNIST_DATA");
        Assert.SkipWhen(data is null, "MNIST_DATA is not set: the folder with MNIST's files.");
        var count = Environment.GetEnvironmentVariable("PARITY") == "1" ? 10_000 : 300;
        var file = Directory.EnumerateFiles(data, "t10k-images-idx3-ubyte*").First();
        var pixels = IdxFile.Parse(IdxFile.ReadBytes(file), file, -1, 28, 28)[..(count * DigitImage.PixelCount)].ToArray();
        using var classifier = DigitClassifier.Load(Path.Combine(AppContext.BaseDirectory, "models", "mnist.onnx"));

        var clock = Stopwatch.StartNew();
        var answers = await ClassifyAsync(pixels);

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} images in {clock.Elapsed.TotalSeconds:F1} s.");
        var expected = classifier.Classify([.. pixels.Chunk(DigitImage.PixelCount).Select(image => new DigitImage(image))]);
        Assert.Equal(count, answers.Length);
        Assert.All(answers.Zip(expected), pair =>
        {
            var (actual, of) = (pair.First, pair.Second);
            var apart = actual[..DigitClassifier.Digits].Zip(of.Probabilities, (one, other) => Math.Abs(one - other)).Max();
            Assert.InRange(apart, 0, MaxDifference);
            Assert.Equal((of.Digit, of.IsDigit), (Array.IndexOf(actual, actual[..DigitClassifier.Digits].Max()), actual[^1] == 1));
        });
    }

    /// <summary>What the page's modules answer: for each image ten probabilities, and 1 where it is taken for a digit.</summary>
    private static async Task<float[][]> ClassifyAsync(byte[] pixels)
    {
        var root = ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory));
        var folder = Directory.CreateTempSubdirectory("on-device-");
        try
        {
            foreach (var module in Directory.EnumerateFiles(Path.Combine(root, "src", "MnistApi", "wwwroot", "js", "device")))
                File.Copy(module, Path.Combine(folder.FullName, Path.GetFileName(module)));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""", TestContext.Current.CancellationToken);
            var (images, answers) = (Path.Combine(folder.FullName, "images"), Path.Combine(folder.FullName, "answers"));
            await File.WriteAllBytesAsync(images, pixels, TestContext.Current.CancellationToken);

            var path = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator);
            Assert.SkipUnless(path.Any(place => File.Exists(Path.Combine(place, "node"))), "Needs node.");
            var script = Path.Combine(root, "tests", "MnistApi.Tests", "Model", "on-device.mjs");
            using var node = Process.Start("node", [script, folder.FullName, Path.Combine(AppContext.BaseDirectory, "models", "mnist.onnx"), images, answers]);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, node.ExitCode);

            var numbers = MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(answers, TestContext.Current.CancellationToken)).ToArray();
            return [.. numbers.Chunk(DigitClassifier.Digits + 1)];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
