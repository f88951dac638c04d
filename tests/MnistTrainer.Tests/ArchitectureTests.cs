using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>The folders of the trainer stand in the order of the work, and none uses what comes after it.</summary>
public class ArchitectureTests
{
    [Fact]
    public void No_folder_uses_a_later_one() => Architecture.AssertOrder(
        typeof(Trainer).Assembly, "Storage", "Datasets", "Synthesis", "Networks", "Recipes", "Training", "Evaluation", "Export", "Reports", "Commands",
        Architecture.Root);
}
