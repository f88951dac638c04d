using MnistReader.Inference;
using MnistReader.Imaging;
using MnistReader.Numbers;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class NumberTaskTests(NumberTaskTests.Trained trained) : IClassFixture<NumberTaskTests.Trained>
{
    private static readonly Recipe Quick = new()
    {
        Network = Recipe.Load("number").Network, Learns = Learns.Numbers, Epochs = 3, Pictures = 80, BatchSize = 8, LearningRate = 1e-3, Optimizer = Optimizer.AdamW, GradientClip = 5, WeightAverage = 0.5,
    };

    [Fact]
    public void Learns_lines_and_repeats_bit_for_bit_with_the_same_seed()
    {
        var first = trained.State;
        using var second = Train();

        Assert.Equal(OnnxExporter.HashWeights(first.Result), OnnxExporter.HashWeights(second.Result));
        Assert.True(first.History[^1].TrainingLoss < first.History[0].TrainingLoss);
    }

    [Fact]
    public void Each_batch_is_the_same_whichever_were_made_before()
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        using var resumed = Task();
        task.Begin(1);
        task.Batch(0, 0);
        task.Begin(2);
        task.Batch(0, 0);
        resumed.Begin(2);

        var ((input, target), (again, targetAgain)) = (task.Batch(9, 0), resumed.Batch(9, 0));

        Assert.Equal(input.data<float>().ToArray(), again.data<float>().ToArray());
        Assert.Equal(target.data<long>().ToArray(), targetAgain.data<long>().ToArray());
    }

    [Fact]
    public void A_batch_has_lines_with_as_many_steps_as_each_has_width_and_the_characters_that_are_written()
    {
        using var scope = NewDisposeScope();
        using var task = Task();
        task.Begin(1);

        var (input, target) = task.Batch(1, 0);

        Assert.Equal([Quick.BatchSize, 1, NumberInput.Height], input.shape[..3]);
        Assert.Equal(input.shape[3], target.select(1, 0).max().item<long>() * NumberInput.StepPx);
        for (var line = 0; line < Quick.BatchSize; line++)
        {
            var characters = target[line, 2..].data<long>().ToArray();
            var length = (int)target[line, 1].item<long>();
            Assert.All(characters[..length], of => Assert.InRange(of, 1, NumberAlphabet.Classes - 1));
            Assert.All(characters[length..], of => Assert.Equal(0, of));
        }
    }

    [Fact]
    public void The_exported_file_reads_as_the_network_does()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        var state = trained.State;
        using var task = Task();
        var lines = task.Lines().Take(20).ToList();
        const double temperature = 1.3;
        var expected = lines.ConvertAll(line => Evaluator.Steps(state.Result, NumberInput.Of(line.Gray), temperature));
        var card = Card(temperature, new NumberSelfTest(lines[0].Gray.Width, lines[0].Gray.Pixels.ToArray(), Text(expected[0])));

        OnnxExporter.Write(state.Result, card, path, lines.Select(line => NumberInput.Of(line.Gray)));

        using var network = NumberNetwork.Load(path);
        foreach (var (line, steps) in lines.Zip(expected))
        {
            Assert.Equal(0, network.Run(NumberInput.Of(line.Gray)).Zip(steps, (one, other) => Math.Abs(one - other)).Max(), OnnxExporter.MaxLogDifference);
            var reading = network.Read(line.Gray, new PixelBox(0, 0, line.Gray.Width, line.Gray.Height));
            var text = Ctc.Best(reading.Steps);
            var digits = text.Where(NumberAlphabet.IsDigit).ToArray();
            Assert.Equal(Text(steps), NumberAlphabet.TextOf(text));
            Assert.InRange(Ctc.Probability(reading.Steps, text), 0, Ctc.Probability(reading.DigitSteps, digits) + 1e-9);
            Assert.All(reading.Locate(digits), place => Assert.InRange(place.To, place.From, line.Gray.Width));
            line.Dispose();
        }

        Assert.Equal(temperature, network.Card.Temperature);
    }

    [Fact]
    public void A_file_that_reads_its_cards_line_otherwise_is_not_written()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        using var network = Untrained.Of("number");
        var card = Card(1, new NumberSelfTest(40, new byte[40 * 40], "12.345.678,90"));

        var fault = Assert.Throws<InvalidDataException>(() => OnnxExporter.Write(network, card, path, []));

        Assert.Contains("fails its self-test: it reads the card's 12.345.678,90 as ", fault.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    /// <summary>One training, which several tests look at; the first that asks trains.</summary>
    public sealed class Trained : IDisposable
    {
        private readonly Lazy<TrainingState> _state = new(Train);

        internal TrainingState State => _state.Value;

        public void Dispose()
        {
            if (_state.IsValueCreated)
                _state.Value.Dispose();
        }
    }

    private static NumberTask Task() => new(Quick, new PictureGenerator(new Handwriting(GeneratedDigits.Create(200, seed: 1), []), seed: 1), null);

    private static TrainingState Train()
    {
        var state = new TrainingState(Quick, seed: 1);
        using var task = Task();
        Trainer.Fit(state, task);
        return state;
    }

    private static string Text(float[] steps) => NumberAlphabet.TextOf(Ctc.Best(NumberNetwork.ToSteps(steps)));

    private static NumberCard Card(double temperature, NumberSelfTest selfTest) => new()
    {
        Name = "number", Version = "2026.01.02-0123abcd", Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Network = "number",
        Parameters = 1, MultiplyAdds = 2, Training = new TrainingOptions(), DataSha256 = new Dictionary<string, string>(), DataCredits = [],
        HeldBackLines = 0, Temperature = temperature, History = [], SelfTest = selfTest,
    };
}
