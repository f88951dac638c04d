using MnistReader.Inference;
using MnistTrainer.Export;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Export;

/// <summary>When a file may answer otherwise than its network.</summary>
[Collection(nameof(TorchTests))]
public class ParityTests
{
    [Theory]
    [InlineData(2e-5f, true)]
    [InlineData(1e-2f, false)]
    public void Another_answer_counts_only_where_the_two_best_are_further_apart_than_the_tolerance(float gap, bool isWritten)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var digits = GeneratedDigits.Create(1, seed: 1);
        using var network = Untrained.Of("tutorial-baseline");
        // 3 and 7 come out alike, so that the file answers 3
        foreach (var linear in network.children().OfType<Linear>().TakeLast(1))
        {
            using var _ = no_grad();
            linear.weight.zero_();
            linear.bias!.copy_(tensor(new float[] { 0, 0, 0, 5, 0, 0, 0, 5, 0, 0 }));
        }

        var own = Evaluator.Predict(network, digits)[0];
        Assert.Equal(own.Probabilities[3], own.Probabilities[7]);
        float[] other = [.. own.Probabilities];
        (other[3], other[7]) = (other[3] - gap / 2, other[7] + gap / 2);

        var write = () => OnnxExporter.Write(network, Cards.Of(network), path, digits, [Prediction.From(other)]);

        if (isWritten)
            write();
        else
            Assert.StartsWith("The exported file differs from the network: 1 other answers, ", Assert.Throws<InvalidDataException>(write).Message,
                StringComparison.Ordinal);
        Assert.Equal(isWritten, File.Exists(path));
    }
}
