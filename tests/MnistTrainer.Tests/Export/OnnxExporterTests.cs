using System.Text;
using Microsoft.ML.OnnxRuntime;
using MnistReader.Explanation;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.NonDigits;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Export;

[Collection(nameof(TorchTests))]
public class OnnxExporterTests
{
    /// <summary>Layers that no network of ours has.</summary>
    private const string Skipping = "conv 16 5x5 stride 2 pad 2, relu, as a, conv 16 3x3 pad 1, batch-norm, relu, add a, avg-pool 2, as b, conv 16 3x3 pad 1 dilation 1, " +
        "relu, dropout 0.1, concat b, max-pool 2 stride 1, upsample 3, global-avg-pool, flatten, linear 32, batch-norm, relu, linear classes";

    public static TheoryData<string> Networks => [.. Recipe.Names.Where(name => Recipe.Load(name).Learns is Learns.Digits), Skipping];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_exported_file_answers_as_the_network_does(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var digits = GeneratedDigits.Create(200, seed: 1);
        // a short training gives batch normalisation statistics that folding could get wrong
        using var state = new TrainingState(LearnsQuickly(name) with { BatchSize = 50 }, seed: 1);
        Trainer.Fit(state, TrainingData.Of(digits, null));
        var network = state.Result;
        var expected = Evaluator.Predict(network, digits);

        OnnxExporter.Write(network, Cards.Of(network), path, digits, expected);

        using var classifier = DigitClassifier.Load(path);
        foreach (var (actual, wanted) in Evaluator.Predict(classifier, digits).Zip(expected))
        {
            AssertSameDigit(wanted, actual);
            Assert.Equal(1, actual.Probabilities.Sum(), 5);
            for (var digit = 0; digit < 10; digit++)
                Assert.Equal(wanted.Probabilities[digit], actual.Probabilities[digit], OnnxExporter.MaxDifference);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_exported_files_feature_maps_are_the_networks(string name)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var digits = GeneratedDigits.Create(50, seed: 1);
        using var state = new TrainingState(LearnsQuickly(name) with { BatchSize = 10 }, seed: 1);
        Trainer.Fit(state, TrainingData.Of(digits, null));
        OnnxExporter.Write(state.Result, Cards.Of(state.Result), path, digits, Evaluator.Predict(state.Result, digits));
        var expected = new List<(long[] Shape, float[] Values)>();
        using (inference_mode())
        {
            using var scope = NewDisposeScope();
            var x = Trainer.ToInput(from_array(digits[0].Pixels.ToArray())).reshape(1, 1, DigitImage.Side, DigitImage.Side);
            foreach (var relu in state.Result.Modules.OfType<ReLU>())
            {
                relu.register_forward_hook((_, _, output) =>
                {
                    if (output.dim() == 4)
                        expected.Add((output.shape, output.data<float>().ToArray()));
                    return output;
                });
            }

            state.Result.call(x);
        }

        using var maps = FeatureMaps.Load(ModelFile.Read(path));
        var actual = maps.Compute(digits[0]);

        Assert.Equal(expected.Select(layer => string.Join(',', layer.Shape)), actual.Select(layer => $"1,{layer.Channels},{layer.Height},{layer.Width}"));
        Assert.All(expected.Zip(actual), layer => Assert.Equal(layer.First.Values, layer.Second.Values, (one, other) => Math.Abs(one - other) < 1e-3));
    }

    [Fact]
    public void A_network_that_learned_to_reject_is_exported_with_the_probability_of_a_digit_as_second_output()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var digits = GeneratedDigits.Create(400, seed: 1);
        var nonDigits = NonDigits.Generate(100, seed: 1, digits);
        using var state = new TrainingState(new Recipe { Network = Recipe.Load("compact").Network, Epochs = 2, BatchSize = 50, NonDigitShare = 0.2 }, seed: 1);
        Trainer.Fit(state, new TrainingData([new(digits, 400), new(nonDigits, 100)], Validation: null));
        DigitSet[] sets = [digits, nonDigits];
        // between the two answers that lie farthest apart, so that the last bits of no answer decide
        var sorted = sets.SelectMany(set => Evaluator.Predict(state.Result, set, 0.7))
            .Select(prediction => (double)prediction.DigitProbability).Order().ToList();
        var threshold = sorted.Zip(sorted.Skip(1)).MaxBy(pair => pair.Second - pair.First) is var (below, above) ? (below + above) / 2 : 0;
        var card = Cards.Of(state.Result) with { Temperature = 0.7, RejectionThreshold = threshold };
        var expected = sets.Select(set => Evaluator.Predict(state.Result, set, 0.7, threshold)).ToList();

        OnnxExporter.Write(state.Result, card, path, digits, expected[0]);

        using var session = new InferenceSession(path);
        Assert.Equal(["digit", "probabilities"], session.OutputMetadata.Keys.Order());
        using var classifier = DigitClassifier.Load(path);
        foreach (var (actual, wanted) in sets.SelectMany(set => Evaluator.Predict(classifier, set)).Zip(expected.SelectMany(answers => answers)))
        {
            AssertSameDigit(wanted, actual);
            Assert.Equal(wanted.IsDigit, actual.IsDigit);
            Assert.Equal(wanted.DigitProbability, actual.DigitProbability, OnnxExporter.MaxDifference);
            Assert.Equal(wanted.Probabilities, actual.Probabilities, (one, other) => Math.Abs(one - other) <= OnnxExporter.MaxDifference);
            Assert.Equal(actual.DigitProbability >= threshold, actual.IsDigit);
        }

        Assert.Equal([false, true], expected.SelectMany(answers => answers).Select(prediction => prediction.IsDigit).Distinct().Order());
    }

    // where the two best are as near as the tolerance, rounding may turn them round
    private static void AssertSameDigit(Prediction wanted, Prediction actual) =>
        Assert.InRange(wanted.Confidence - wanted.Probabilities[actual.Digit], 0, 2 * OnnxExporter.MaxDifference);

    [Theory]
    [InlineData(null)]
    [InlineData(0.999)] // a threshold without the output that it is for
    public void A_file_without_the_second_output_takes_everything_for_a_digit(double? threshold)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        using var network = Untrained.Of("tutorial-baseline");
        var nonDigits = NonDigits.Generate(20, seed: 1, GeneratedDigits.Create(20, seed: 1));
        OnnxExporter.Write(network, Cards.Of(network) with { RejectionThreshold = threshold }, path, nonDigits, Evaluator.Predict(network, nonDigits));

        using var classifier = DigitClassifier.Load(path);

        Assert.All(Evaluator.Predict(classifier, nonDigits), prediction => Assert.Equal((1f, true), (prediction.DigitProbability, prediction.IsDigit)));
    }

    [Fact]
    public void A_file_with_a_foreign_second_output_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        using var network = Untrained.Of("tutorial-baseline", 1, "nonDigitShare=0.1");
        OnnxExporter.Write(network, Cards.Of(network), path, GeneratedDigits.Create(1, 1), Evaluator.Predict(network, GeneratedDigits.Create(1, 1)));
        var model = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        // protobuf: length, then name
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(model.Replace("\u0005digit", "\u0005other", StringComparison.Ordinal)));

        var fault = Assert.Throws<InvalidDataException>(() => DigitClassifier.Load(path));

        Assert.Equal($"'{path}' is an ONNX model, but not of digits: it needs one input 'pixels' float32 (N,1,28,28), " +
            "one output 'probabilities' float32 (N,10), and at most a second one 'digit' float32 (N,1).", fault.Message);
    }

    [Fact]
    public void The_model_card_comes_back_as_it_was_written_with_the_hash_of_the_network()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        using var network = Untrained.Of("tutorial-baseline");

        var card = Cards.Of(network);

        OnnxExporter.Write(network, card, path, GeneratedDigits.Create(1, 1), Evaluator.Predict(network, GeneratedDigits.Create(1, 1)));

        using var classifier = DigitClassifier.Load(path);
        Assert.Matches("^[0-9a-f]{64}$", classifier.Card.NetworkSha256);
        Assert.Equal(card.ToJson(), (classifier.Card with { NetworkSha256 = "" }).ToJson());
    }

    [Fact]
    public void A_file_that_answers_otherwise_than_the_network_is_not_written()
    {
        using var folder = new TemporaryFolder();
        var digits = GeneratedDigits.Create(10, seed: 1);
        using var network = Untrained.Of("tutorial-baseline");
        using var other = Untrained.Of("tutorial-baseline", seed: 2);

        var fault = Assert.Throws<InvalidDataException>(() =>
            OnnxExporter.Write(network, Cards.Of(network), Path.Combine(folder.Path, "model.onnx"), digits, Evaluator.Predict(other, digits)));

        Assert.StartsWith("The exported file differs from the network: ", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("tutorial-baseline", 542_230, 32 * 26 * 26 * 9 + 5408 * 100 + 1000)]
    [InlineData("compact", 98_938, 24 * 24 * 16 * 25 + 11 * 11 * 32 * 16 * 9 + 11 * 11 * 64 * 32 * 9 + 3 * 3 * 128 * 64 * 9 + 128 * 10)]
    public void Weights_and_multiply_adds_are_counted(string name, long parameters, long multiplyAdds)
    {
        using var network = Untrained.Of(name);

        Assert.Equal(parameters, network.Weights);
        Assert.Equal(multiplyAdds, network.MultiplyAdds);
    }

    /// <param name="network">A recipe's name, or layers.</param>
    private static Recipe LearnsQuickly(string network) =>
        new() { Network = Recipe.Load("tutorial-baseline", $"network={network}").Network, Epochs = 1, LearningRate = 0.01 };
}
