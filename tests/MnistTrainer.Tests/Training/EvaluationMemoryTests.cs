using MnistTrainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class EvaluationMemoryTests
{
    [Fact]
    public void Validation_takes_batches_no_larger_than_training_and_keeps_nothing_of_an_earlier_one()
    {
        var calls = new List<(long Images, long LiveTensors)>();
        using var network = nn.Sequential(("probe", new Probe(calls)), ("flatten", nn.Flatten()), ("linear", nn.Linear(784, 10)));
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Evaluator.LossAndAccuracy(network, GeneratedDigits.Create(600, seed: 1));

        Assert.Equal([128, 128, 128, 128, 88], calls.Select(call => call.Images));
        // what is kept between the large tensors that go would cut up the memory: 1 GB for the tutorial's first network
        Assert.InRange(calls[^1].LiveTensors, 1, calls[1].LiveTensors);
    }

    private sealed class Probe(List<(long Images, long LiveTensors)> calls) : nn.Module<Tensor, Tensor>("probe")
    {
        public override Tensor forward(Tensor input)
        {
            calls.Add((input.shape[0], Tensor.TotalCount));
            return input.alias();
        }
    }
}
