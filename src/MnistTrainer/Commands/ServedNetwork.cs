using System.Diagnostics;
using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary>What a network does as the service would run it: from its ONNX file, an image at a time.</summary>
internal static class ServedNetwork
{
    /// <summary>Exports a network, loads the file, and asks it; the file is deleted, and the test images stay closed.</summary>
    /// <param name="network">Trained.</param>
    /// <param name="recipe">Its own.</param>
    /// <param name="seed">That it was trained with.</param>
    /// <param name="validation">The images to ask about.</param>
    /// <param name="path">Of the file.</param>
    /// <returns>One digit an image, in order, and the median time of an answer.</returns>
    public static (string Answers, double Microseconds) Measure(Network network, Recipe recipe, int seed, DigitSet validation, string path)
    {
        var answered = Evaluator.Predict(network, validation);
        var card = new ModelCard
        {
            Name = "compared",
            Version = "",
            Created = DateTimeOffset.UtcNow,
            Network = recipe.Network,
            Parameters = network.Weights,
            MultiplyAdds = network.MultiplyAdds,
            Training = new TrainingOptions { Seed = seed, Settings = recipe.ToJson().Deserialize<Dictionary<string, JsonElement>>()! },
            DataSha256 = MnistDataset.Sha256,
            DataCredits = [MnistDataset.Credit],
            Temperature = 1,
            History = [],
            FramingVersion = DigitFraming.Version,
            SelfTest = new SelfTest(validation[0].Pixels.ToArray(), answered[0].Digit),
        };
        OnnxExporter.Write(network, card, path, validation, answered);
        try
        {
            using var classifier = DigitClassifier.Load(path);
            return Measure(classifier.Classify, validation);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Answers one image at a time; median time of an answer.</summary>
    /// <param name="classify">Answers.</param>
    /// <param name="digits">The images.</param>
    public static (string Answers, double Microseconds) Measure(Func<DigitImage, Prediction> classify, DigitSet digits)
    {
        for (var i = 0; i < 1_000; i++) // until code is compiled and caches are warm
            classify(digits[i % digits.Count]);

        var answers = new char[digits.Count];
        var microseconds = new double[digits.Count];
        for (var i = 0; i < digits.Count; i++)
        {
            var start = Stopwatch.GetTimestamp();
            answers[i] = (char)('0' + classify(digits[i]).Digit);
            microseconds[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        return (new string(answers), microseconds.Order().ElementAt(digits.Count / 2));
    }
}
