using MnistTrainer.Networks;
using Xunit;

[assembly: Xunit.v3.Parallelization(MaxThreads = 3)] // one more than two cores: some wait for a process

namespace MnistTrainer.Tests;

/// <summary>libtorch has one default generator and one thread pool: tests that draw from it take turns.</summary>
[CollectionDefinition(nameof(TorchTests))]
public class TorchTests : ICollectionFixture<TorchFixture>;

/// <summary>Loads libtorch before the first test that needs it. With one thread: on tensors this small, several mostly wait for each other.</summary>
public class TorchFixture
{
    public TorchFixture()
    {
        LibTorch.Load();
        TorchSharp.torch.set_num_threads(1);
    }
}
