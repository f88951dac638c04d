using System.Text.Json;
using MnistModel;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests;

[Collection(nameof(TorchTests))]
public class OnnxExporterTests
{
    private static readonly ModelCard Card = new()
    {
        Name = "test",
        Version = "2026.01.02-0123abcd",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Network = "compact",
        Parameters = 1,
        MultiplyAdds = 2,
        Training = JsonSerializer.SerializeToElement("none"),
        DataSha256 = new Dictionary<string, string>(),
        DataCredits = [],
        TestAccuracy = 0.5,
        ConfusionMatrix = [],
        Temperature = 1,
        FramingVersion = DigitFraming.Version,
    };

    public static TheoryData<string> Networks => [.. Network.All.Select(network => network.Name)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_exported_file_answers_as_the_network_does(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var digits = GeneratedDigits.Create(200, seed: 1);
        // a short training gives batch normalisation statistics that folding could get wrong
        using var state = new TrainingState(new Recipe { Network = name, Epochs = 1, BatchSize = 50, LearningRate = 0.01 }, seed: 1);
        Trainer.Fit(state, TrainingData.Of(digits, null));
        var network = state.Result;
        var expected = Evaluation.Predict(network, digits);

        OnnxExporter.Write(network, Card, path, digits, expected);

        using var classifier = DigitClassifier.Load(path);
        foreach (var (actual, wanted) in Evaluation.Predict(classifier, digits).Zip(expected))
        {
            Assert.Equal(wanted.Digit, actual.Digit);
            Assert.Equal(1, actual.Probabilities.Sum(), 5);
            for (var digit = 0; digit < 10; digit++)
                Assert.Equal(wanted.Probabilities[digit], actual.Probabilities[digit], OnnxExporter.MaxDifference);
        }
    }

    [Fact]
    public void The_model_card_comes_back_as_it_was_written()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        using var network = Network.Create("baseline", 1);

        OnnxExporter.Write(network, Card, path, GeneratedDigits.Create(1, 1), Evaluation.Predict(network, GeneratedDigits.Create(1, 1)));

        using var classifier = DigitClassifier.Load(path);
        Assert.Equal(Card.ToJson(), classifier.Card.ToJson());
    }

    [Fact]
    public void A_file_that_answers_otherwise_than_the_network_is_not_written()
    {
        using var folder = new TemporaryFolder();
        var digits = GeneratedDigits.Create(10, seed: 1);
        using var network = Network.Create("baseline", 1);
        using var other = Network.Create("baseline", 2);

        var fault = Assert.Throws<InvalidDataException>(() =>
            OnnxExporter.Write(network, Card, Path.Combine(folder.Path, "model.onnx"), digits, Evaluation.Predict(other, digits)));

        Assert.StartsWith("The exported file differs from the network: ", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_layer_without_a_counterpart_is_named()
    {
        using Sequential network = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Softplus());

        var fault = Assert.Throws<NotSupportedException>(() => OnnxExporter.Write(network, Card, "never.onnx", GeneratedDigits.Create(1, 1), []));

        Assert.Equal("Layer 2 (Softplus) can't be exported to ONNX.", fault.Message);
    }

    [Theory]
    [InlineData("baseline", 542_230, 32 * 26 * 26 * 9 + 5408 * 100 + 1000)]
    [InlineData("compact", 98_938, 24 * 24 * 16 * 25 + 11 * 11 * 32 * 16 * 9 + 11 * 11 * 64 * 32 * 9 + 3 * 3 * 128 * 64 * 9 + 128 * 10)]
    public void Weights_and_multiply_adds_are_counted(string name, long parameters, long multiplyAdds)
    {
        using var network = Network.Create(name, 1);

        Assert.Equal(parameters, Network.Parameters(network));
        Assert.Equal(multiplyAdds, Network.MultiplyAdds(network));
    }
}
