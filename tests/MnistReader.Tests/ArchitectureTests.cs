using PublicApiGenerator;
using Xunit;

namespace MnistReader.Tests;

/// <summary>The folders of the library stand in the order of the data, and what it promises to others is written down.</summary>
public class ArchitectureTests
{
    [Fact]
    public void No_folder_uses_a_later_one() => Architecture.AssertOrder(
        typeof(DigitReader).Assembly, "Idx", "Imaging", "Ink", "Segmentation", "Framing", "Onnx", "Inference", "Numbers", "Explanation", Architecture.Root);

    [Fact]
    public void The_public_api_is_what_is_written_down()
    {
        var written = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt"));

        var api = typeof(DigitReader).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });

        // a change that is meant goes into tests/MnistReader.Tests/PublicApi.txt, and into CHANGELOG.md
        Assert.Equal(written.ReplaceLineEndings().Trim(), api.ReplaceLineEndings().Trim());
    }
}
