using MnistReader.Inference;
using MnistReader.Ink;
using MnistTrainer.Export;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Training;

/// <summary>Training, checkpoint and export of the ink network, with a few pictures of generated digits.</summary>
[Collection(nameof(TorchTests))]
public class InkTaskTests
{
    private static readonly Recipe Few = Recipe.Load("ink", "pictures=24", "batchSize=4", "epochs=2");

    [Fact]
    public void Goes_on_from_a_checkpoint_bit_for_bit_and_the_exported_file_finds_the_same_ink()
    {
        using var folder = new TemporaryFolder();
        var (checkpoint, path) = (Path.Combine(folder.Path, "checkpoint.zip"), Path.Combine(folder.Path, "ink.onnx"));
        using var whole = new TrainingState(Few, seed: 1);
        using var interrupted = new TrainingState(Few, seed: 1);
        using var stop = new CancellationTokenSource();
        using var task = Task(seed: 1);

        Trainer.Fit(whole, task);
        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(interrupted, task, onEpoch: _ =>
        {
            interrupted.Save(checkpoint);
            stop.Cancel();
        }, cancellation: stop.Token));
        using var resumed = TrainingState.Load(checkpoint, Few, seed: 1);
        Trainer.Fit(resumed, task);

        Assert.Equal(OnnxExporter.HashWeights(whole.Result), OnnxExporter.HashWeights(resumed.Result));

        var inputs = task.Pictures(most: 4).Take(6).Select(picture => InkInput.Of(picture.Gray)).ToList();
        OnnxExporter.Write(whole.Result, Card(inputs.Count), path, inputs);
        using var network = InkNetwork.Load(path);
        Assert.All(inputs, input => Assert.Equal(
            Evaluator.Ink(whole.Result, input), network.Run(input), (one, other) => Math.Abs(one - other) <= OnnxExporter.MaxDifference));

        InkCard Card(int pictures)
        {
            using var sample = task.Pictures(most: 1).First();
            var found = Evaluator.Ink(whole.Result, InkInput.Of(sample.Gray)).Count(probability => probability >= 0.5f);
            return Cards.Ink with { HeldBackPictures = pictures, SelfTest = new InkSelfTest(sample.Gray.Width, sample.Gray.Pixels.ToArray(), found) };
        }
    }

    [Fact]
    public void Learns_to_tell_ink_from_paper()
    {
        using var state = new TrainingState(Few with { Pictures = 100, Epochs = 2, WeightAverage = 0 }, seed: 1);
        using var task = new InkTask(state.Recipe, Generator(1), Generator(2));

        Trainer.Fit(state, task);

        Assert.InRange(state.History[1].TrainingLoss, 0, 0.9 * state.History[0].TrainingLoss);
        Assert.True(state.History[1].TrainingAccuracy > state.History[0].TrainingAccuracy);
        Assert.InRange(state.History[1].ValidationAccuracy, 0.05, 1);
    }

    [Fact]
    public void A_batch_of_squares_and_one_of_lines_hold_what_the_pictures_hold()
    {
        using var task = Task(seed: 1);
        using var scope = TorchSharp.torch.NewDisposeScope();
        task.Begin(epoch: 1);

        var ((squares, inSquares), (lines, inLines)) = (task.Batch(0, 0), task.Batch(2, 0));

        Assert.Equal([4, 1, 96, 96], squares.shape);
        Assert.Equal([2, 1, 64, 256], lines.shape);
        Assert.Equal(squares.shape, inSquares.shape);
        Assert.Equal(lines.shape, inLines.shape);
        Assert.InRange(inLines.max().item<float>(), 0.5f, 1.001f);
        Assert.InRange(inLines.min().item<float>(), 0, 0);
    }

    [Fact]
    public void The_network_has_at_most_100_000_weights()
    {
        using var network = Untrained.Of("ink");

        Assert.InRange(network.Weights, 50_000, 100_000);
        Assert.InRange(network.MultiplyAdds, 50e6, 150e6);
    }

    private static InkTask Task(int seed) => new(Few, Generator(seed), validation: null);

    private static PictureGenerator Generator(int seed) => new(new Handwriting(GeneratedDigits.Create(100, seed), []), seed);
}
