#:project ../src/MnistTrainer/MnistTrainer.csproj

// What an epoch of the tutorial's deeper network spends beside the network itself: assembling batches, augmenting them, reading the figures back.
// Usage, on an idle machine: MNIST_DATA=DIR dotnet run -c Release bench/batch-overhead.cs
using System.Diagnostics;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Training;
using static TorchSharp.torch;

const int batchSize = 128, rounds = 5;
LibTorch.Load();
var digits = MnistDataset.LoadTraining(MnistDataset.Folder(null));
using var pixels = from_array(digits.Pixels.ToArray()).reshape(digits.Count, 1, 28, 28);
using var labels = from_array(digits.Labels.ToArray());
using var logits = rand(batchSize, 10);
using var batch = Trainer.Batch(pixels, labels, arange(batchSize)).X;
var augmentation = Recipe.Load("compact").Augmentation!;

using var state = new TrainingState(Recipe.Load("tutorial-deeper", $"batchSize={batchSize}", "epochs=3"), seed: 1);
Trainer.Fit(state, TrainingData.Of(digits, null));
var epoch = state.History.Skip(1).Min(result => result.Seconds);
Console.WriteLine($"epoch of the network, all in all: {epoch:F2} s");
Time("assembling batches", () =>
{
    using var order = randperm(digits.Count);
    foreach (var indices in order.split(batchSize))
    {
        using var scope = NewDisposeScope();
        Trainer.Batch(pixels, labels, indices);
    }
});
Time("reading loss and accuracy back", () =>
{
    for (var i = 0; i < digits.Count; i += batchSize)
    {
        using var scope = NewDisposeScope();
        _ = logits[0, 0].item<float>();
        _ = logits.argmax(1).eq(arange(batchSize)).sum().item<long>();
    }
});
Time("augmentation, where a recipe has it", () =>
{
    for (var i = 0; i < digits.Count; i += batchSize)
        augmentation.Apply(batch).Dispose();
});

void Time(string name, Action work)
{
    var seconds = Enumerable.Range(0, rounds).Select(_ =>
    {
        var clock = Stopwatch.StartNew();
        work();
        return clock.Elapsed.TotalSeconds;
    }).Order().ToList();
    var median = seconds[rounds / 2];
    Console.WriteLine($"{name}: {median:F3} s an epoch ({seconds[0]:F3} to {seconds[^1]:F3}, n = {rounds}), {median / epoch:P1} of the epoch");
}
