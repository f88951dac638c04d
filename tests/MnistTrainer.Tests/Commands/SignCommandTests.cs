using MnistReader.Inference;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>The command <c>sign</c>.</summary>
public class SignCommandTests
{
    [Fact]
    public async Task A_new_key_signs_files_and_is_not_overwritten_by_the_next()
    {
        using var folder = new TemporaryFolder();
        var (one, two) = (folder.File("one.onnx", [1]), folder.File("two.onnx", [2]));
        var (key, publicKey) = (Path.Combine(folder.Path, "key.pem"), Path.Combine(folder.Path, "key.pub.pem"));

        var (code, output, error) = await Run($"sign {one} {two} --key {key} --new-key");

        Assert.Equal((0, $"{key}, and for the service {publicKey}\n{one}.sig\n{two}.sig\n", ""), (code, output, error));
        ModelSignature.Verify([1], one, await File.ReadAllTextAsync(publicKey, TestContext.Current.CancellationToken));
        ModelSignature.Verify([2], two, await File.ReadAllTextAsync(publicKey, TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));

        Assert.Equal((1, "", $"The file '{publicKey}' already exists.\n"), await Run($"sign {one} --key {key} --new-key"));
        Assert.Equal(
            (1, "", $"'{publicKey}' can't sign. There is no PEM block 'PRIVATE KEY'. MnistTrainer sign --new-key makes a pair of keys.\n"),
            await Run($"sign {one} --key {publicKey}"));
        File.Delete(publicKey);
        Assert.Equal((1, "", $"The file '{key}' already exists.\n"), await Run($"sign {one} --key {key} --new-key"));
        Assert.False(File.Exists(publicKey));
    }
}
