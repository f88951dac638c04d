using System.Text.Json;
using MnistTrainer.Data;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Training;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests;

[Collection(nameof(TorchTests))]
public class TeachersTests
{
    private static readonly Recipe Short = new() { Network = "compact", Epochs = 3, BatchSize = 50, LearningRate = 0.05 };

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    public void Take_turns_to_answer_as_their_networks_do_whatever_their_temperatures(int classes)
    {
        using var folder = new TemporaryFolder();
        var digits = GeneratedDigits.Create(60, seed: 1);
        using var first = Network.Create("compact", seed: 1, classes);
        using var second = Network.Create("baseline", seed: 2, classes);
        using var teachers = Teachers.Load([Export(folder, first, digits, temperature: 0.5), Export(folder, second, digits, temperature: 1.3)]);
        using var scope = NewDisposeScope();
        var images = Trainer.ToInput(from_array(digits.Pixels.ToArray()).reshape(-1, 1, 28, 28));

        foreach (var (turn, network) in new[] { first, second, first }.Index())
        {
            var answer = teachers.Answer(images, turn);

            Assert.Equal([60, classes], answer.shape);
            Assert.InRange((answer - Evaluation.Logits(network, digits).softmax(1)).abs().max().item<float>(), 0, 1e-4);
        }
    }

    [Fact]
    public void Pass_on_what_the_labels_do_not_say()
    {
        using var folder = new TemporaryFolder();
        var (digits, validation) = (GeneratedDigits.Create(800, seed: 1), GeneratedDigits.Create(300, seed: 2));
        using var teacher = new TrainingState(Short, seed: 1);
        Trainer.Fit(teacher, TrainingData.Of(digits, null));
        using var teachers = Teachers.Load([Export(folder, teacher.Result, validation, temperature: 1)]);
        var mislabelled = TrainingData.Of(digits with { Labels = new byte[digits.Count] }, validation); // all of them 0
        using var alone = new TrainingState(Short, seed: 2);
        using var taught = new TrainingState(Short with { TeacherShare = 1 }, seed: 2);

        Trainer.Fit(alone, mislabelled);
        Trainer.Fit(taught, mislabelled, teachers: teachers);

        Assert.InRange(alone.History[^1].ValidationAccuracy, 0, 0.2);
        Assert.InRange(taught.History[^1].ValidationAccuracy, 0.9, 1);
    }

    [Fact]
    public void Are_refused_where_they_know_other_classes()
    {
        using var folder = new TemporaryFolder();
        using var network = Network.Create("baseline", seed: 1, classes: 11);
        var path = Export(folder, network, GeneratedDigits.Create(10, seed: 1), temperature: 1);
        using var teachers = Teachers.Load([path]);

        var fault = Assert.Throws<InvalidDataException>(() => teachers.Check(Short, validation: 0, splitSeed: 1));

        Assert.Equal($"'{path}' tells 11 classes apart; what is to learn from it has 10. Set nonDigitShare to 0 for ten classes, and above 0 for eleven.", fault.Message);
        teachers.Check(Short with { TeacherShare = 0 }, validation: 0, splitSeed: 1); // asks them nothing
    }

    [Theory]
    [InlineData("""{"validationImages":0,"splitSeed":1}""")]
    [InlineData("""{"validationImages":100,"splitSeed":2}""")]
    [InlineData("{}")]
    public void Are_refused_where_they_may_know_what_is_held_back(string training)
    {
        using var folder = new TemporaryFolder();
        using var network = Network.Create("baseline", seed: 1);
        var path = Export(folder, network, GeneratedDigits.Create(10, seed: 1), temperature: 1, training);
        using var teachers = Teachers.Load([path]);

        var fault = Assert.Throws<InvalidDataException>(() => teachers.Check(Short, validation: 100, splitSeed: 1));

        Assert.Equal($"'{path}' may have learned from images that are held back here: they would no longer measure anything. Train it with --validation 100 --split-seed 1.", fault.Message);
        teachers.Check(Short, validation: 0, splitSeed: 1);
    }

    private static string Export(TemporaryFolder folder, Sequential network, DigitSet digits, double temperature, string training = "{}")
    {
        var path = Path.Combine(folder.Path, $"{Guid.NewGuid():N}.onnx");
        OnnxExporter.Write(network, OnnxExporterTests.Card with { Temperature = temperature, Training = JsonDocument.Parse(training).RootElement }, path, digits, Evaluation.Predict(network, digits, temperature));
        return path;
    }
}
