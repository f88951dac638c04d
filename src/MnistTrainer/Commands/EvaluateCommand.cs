using System.CommandLine;
using System.Diagnostics;
using MnistModel;
using MnistTrainer.Data;
using MnistTrainer.Reports;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary><c>evaluate</c>: a model file on the 10,000 test images.</summary>
internal static class EvaluateCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var data = SharedOptions.Data();
        var model = SharedOptions.Model();
        var command = new Command("evaluate",
            "Measures a model file on MNIST's 10,000 test images, with the classifier that the service uses.\n\nExample: MnistTrainer evaluate --model models/mnist.onnx --data data/mnist") { model, data };
        command.SetAction(parsed =>
        {
            using var classifier = DigitClassifier.Load(parsed.GetValue(model)!);
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            DownloadCommand.Fetch(folder, cancellation);
            var test = MnistDataset.LoadTest(folder);
            var clock = Stopwatch.StartNew();
            var predictions = Evaluation.Predict(classifier, test);
            var microseconds = clock.Elapsed.TotalMicroseconds / test.Count;
            ConsoleReport.Model(classifier.Card);
            ConsoleReport.Metrics(Evaluation.Measure(predictions, test), Calibration.Measure(predictions, test), test.Count);
            Console.WriteLine($"{microseconds:F0} µs an image on one thread, 1,000 images a run.");
        });
        return command;
    }
}
