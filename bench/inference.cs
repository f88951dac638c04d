#:project ../src/MnistTrainer/MnistTrainer.csproj

// One image at a time on one thread: the network of every recipe that reads digits, exported the same way, timed in turns in one run, and the served model
// file beside them.
// Usage, on an idle machine: dotnet run -c Release bench/inference.cs [model.onnx]
using System.Diagnostics;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Training;

const int rounds = 60, perRound = 200, warmUp = 5;
const string yardstick = "compact"; // the prototype's layers
LibTorch.Load();
var random = new Random(1);
var pixels = new byte[perRound * DigitImage.PixelCount];
random.NextBytes(pixels);
var images = new DigitSet(pixels, new byte[perRound]);

var folder = Directory.CreateTempSubdirectory("mnist-inference-").FullName;
var contenders = new List<(string Name, DigitClassifier Classifier, List<double> Microseconds)>();
foreach (var name in Recipe.Names.Where(name => Recipe.Load(name).Learns is Learns.Digits))
{
    using var network = Network.Create(Recipe.Load(name).Layers, seed: 1); // untrained: the arithmetic is the same
    var path = Path.Combine(folder, name + ".onnx");
    var predictions = Evaluator.Predict(network, images);
    OnnxExporter.Write(network, Card(name, network, new SelfTest(images[0].Pixels.ToArray(), predictions[0].Digit)), path, images, predictions);
    contenders.Add((name, DigitClassifier.Load(path), []));
}

var served = args.FirstOrDefault() ?? Path.Combine("models", "mnist.onnx");
contenders.Add((served, DigitClassifier.Load(served), []));

for (var round = -warmUp; round < rounds; round++)
{
    foreach (var (_, classifier, microseconds) in contenders)
    {
        for (var i = 0; i < perRound; i++)
        {
            var start = Stopwatch.GetTimestamp();
            classifier.Classify(images[i]);
            if (round >= 0)
                microseconds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }
}

var reference = Quantile(contenders.Single(contender => contender.Name == yardstick).Microseconds, 0.5);
foreach (var (name, classifier, microseconds) in contenders)
{
    var (low, median, high) = (Quantile(microseconds, 0.1), Quantile(microseconds, 0.5), Quantile(microseconds, 0.9));
    Console.WriteLine(FormattableString.Invariant(
        $"{name,-20} median {median,6:F1} µs ({low:F1} to {high:F1}, n = {microseconds.Count:N0})  {median / reference:F2} of {yardstick}"));
    classifier.Dispose();
}

Directory.Delete(folder, recursive: true);

static double Quantile(List<double> values, double share) => values.Order().ElementAt((int)(values.Count * share));

static ModelCard Card(string name, Network network, SelfTest selfTest) => new()
{
    Name = name,
    Version = "",
    Created = DateTimeOffset.UtcNow,
    Network = name,
    Parameters = network.Weights,
    MultiplyAdds = network.MultiplyAdds,
    Training = new TrainingOptions(),
    DataSha256 = MnistDataset.Sha256,
    DataCredits = [],
    TestAccuracy = 0,
    ConfusionMatrix = [],
    Temperature = 1,
    CalibrationError = 0,
    History = [],
    FramingVersion = DigitFraming.Version,
    SelfTest = selfTest,
};
