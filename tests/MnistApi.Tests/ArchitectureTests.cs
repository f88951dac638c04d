using Xunit;

namespace MnistApi.Tests;

/// <summary>The folders of the service stand in an order, and none uses what comes after it.</summary>
public class ArchitectureTests
{
    [Fact]
    public void No_folder_uses_a_later_one() => Architecture.AssertOrder(
        typeof(Program).Assembly,
        "Hosting", "Model", "Predict", "Read", "ReadFiles", "OpenInference", "Corrections", "Health", "Platforms", "OpenApi", Architecture.Root);
}
