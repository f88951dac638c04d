using System.CommandLine;
using System.Text.Json;
using MnistModel;
using MnistTrainer.Data;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Reports;
using MnistTrainer.Training;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>train</c>: trains a network and writes its model file.</summary>
internal static class TrainCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var recipe = new Option<string>("--recipe") { Description = $"A recipe ({string.Join(", ", Recipe.Names)}) or the path of a JSON file.", HelpName = "NAME", DefaultValueFactory = _ => "tutorial-deeper" };
        var network = new Option<string?>("--network") { Description = $"Another network than the recipe's: {string.Join(", ", Network.All.Select(network => network.Name))}.", HelpName = "NAME" };
        var epochs = new Option<int?>("--epochs") { Description = "Another number of epochs than the recipe's.", HelpName = "N" };
        var set = new Option<string[]>("--set") { Description = "Replaces a setting of the recipe, as batchSize=64 or augmentation.rotationDegrees=10.", HelpName = "NAME=VALUE", AllowMultipleArgumentsPerToken = true };
        var validation = new Option<int>("--validation") { Description = "Images of the 60,000 that are held back to measure each epoch; 0 trains on all.", HelpName = "N", DefaultValueFactory = _ => 10_000 };
        var seed = new Option<int>("--seed") { Description = "Draws weights, order, augmentation and split; the same seed gives the same model.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var output = new Option<string>("--output") { Description = "The model file to write.", HelpName = "FILE", DefaultValueFactory = _ => Path.Combine("out", "mnist.onnx") };
        var data = SharedOptions.Data();
        validation.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 30_000)
                result.AddError("--validation takes 0 to 30,000 images.");
        });

        var command = new Command("train",
            "Trains a network, measures it on the test images once, and writes the model file.\n\n" +
            "Example: MnistTrainer train --recipe tutorial-deeper --epochs 3 --output out/deeper.onnx") { recipe, network, epochs, set, validation, seed, output, data };
        command.SetAction(parsed =>
        {
            string[] overrides =
            [
                .. parsed.GetValue(set) ?? [],
                .. parsed.GetValue(network) is { } name ? [$"network={name}"] : Array.Empty<string>(),
                .. parsed.GetValue(epochs) is { } number ? [$"epochs={number}"] : Array.Empty<string>(),
            ];
            Run(Recipe.Load(parsed.GetValue(recipe)!, overrides), parsed.GetValue(validation), parsed.GetValue(seed),
                parsed.GetValue(output)!, MnistDataset.Folder(parsed.GetValue(data)), cancellation);
        });
        return command;
    }

    private static void Run(Recipe recipe, int validationCount, int seed, string output, string folder, CancellationToken cancellation)
    {
        LibTorch.Load();
        DownloadCommand.Fetch(folder, cancellation);
        var all = MnistDataset.LoadTraining(folder);
        var (training, validation) = validationCount == 0 ? (all, null) : all.Split(validationCount, seed);

        using var trained = TrainingView.Show(recipe.Epochs, (onBatch, onEpoch) => Trainer.Fit(recipe, seed, training, validation, onBatch, onEpoch, cancellation));

        var test = MnistDataset.LoadTest(folder);
        var predictions = Evaluation.Predict(trained, test);
        var metrics = Evaluation.Measure(predictions, test);
        var created = DateTimeOffset.UtcNow;
        var card = new ModelCard
        {
            Name = "mnist",
            Version = $"{created:yyyy.MM.dd}-{OnnxExporter.HashWeights(trained)[..8]}",
            Created = created,
            Network = recipe.Network,
            Parameters = Network.Parameters(trained),
            MultiplyAdds = Network.MultiplyAdds(trained),
            Training = Describe(recipe, seed, training.Count),
            DataSha256 = MnistDataset.Sha256,
            DataCredits = [MnistDataset.Credit],
            TestAccuracy = metrics.MicroAccuracy,
            ConfusionMatrix = [.. metrics.ConfusionMatrix.Counts.Select(row => row.Select(count => (int)count).ToArray())],
            FramingVersion = DigitFraming.Version,
        };
        OnnxExporter.Write(trained, card, output, test, predictions);

        ConsoleReport.Model(card);
        ConsoleReport.Metrics(metrics, test.Count);
        Console.WriteLine($"Written to {output} ({new FileInfo(output).Length / 1000:N0} kB); the file answers all {test.Count:N0} test images as the network does.");
    }

    private static JsonElement Describe(Recipe recipe, int seed, int images)
    {
        var options = JsonSerializer.SerializeToNode(recipe.ToJson())!.AsObject();
        options["seed"] = seed;
        options["trainingImages"] = images;
        options["threads"] = get_num_threads();
        return JsonSerializer.SerializeToElement(options);
    }
}
