using System.Diagnostics;
using MnistReader;
using SkiaSharp;

namespace Stages;

/// <summary>What <c>MnistApi read</c> costs beside its parts: decoding, finding the ink, framing and the networks.</summary>
internal static class Files
{
    private const int Rounds = 5;

    /// <summary>Drawings and photographed rows in a folder, nine to one; a round is their parts alone, the command on one thread, and on two.</summary>
    public static void Measure()
    {
        var folder = Directory.CreateTempSubdirectory("files-");
        try
        {
            var drawing = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "three.png"));
            var row = Photo.Take(560, 140, [.. Enumerable.Range(0, 5).Select(place => SKRect.Create(20 + 104 * place, 20, 100, 100))]);
            byte[][] pictures = [.. Enumerable.Range(0, 9000).Select(i => i % 10 == 0 ? row : drawing)];
            foreach (var (i, picture) in pictures.Index())
                File.WriteAllBytes(Path.Combine(folder.FullName, $"{i}.png"), picture);

            using var reader = DigitReader.Load(Path.Combine(AppContext.BaseDirectory, "models/mnist.onnx"));
            var (overParts, overTwo) = (new List<double>(), new List<double>());
            for (var round = 0; round <= Rounds; round++)
            {
                var parts = Seconds(() =>
                {
                    foreach (var picture in pictures)
                        reader.ReadNumber(picture);
                });
                var (one, two) = (Seconds(() => Command(folder.FullName, 1)), Seconds(() => Command(folder.FullName, 2)));
                if (round == 0)
                    continue; // to warm up

                Console.WriteLine($"round {round}: parts alone {pictures.Length / parts:F0} pictures a second, read --threads 1 {pictures.Length / one:F0}, " +
                    $"--threads 2 {pictures.Length / two:F0}");
                overParts.Add(one / parts);
                overTwo.Add(one / two);
            }

            Console.WriteLine(
                $"One thread takes {Median(overParts):F2} times its parts alone ({overParts.Min():F2} to {overParts.Max():F2}); two threads are " +
                $"{Median(overTwo):F2} times as fast as one ({overTwo.Min():F2} to {overTwo.Max():F2}); {Environment.ProcessorCount} processors.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // all of it: loading the networks, listing the folder, and a file of answers
    private static void Command(string folder, int threads)
    {
        var answers = Path.Combine(folder, "answers.jsonl");
        File.Delete(answers);
        var model = Path.Combine(AppContext.BaseDirectory, "models/mnist.onnx");
        string[] words = ["read", folder, "--threads", $"{threads}", "--model", model, "--output", answers];
        if (MnistApi.CommandLine.RunAsync(words).GetAwaiter().GetResult() != 0)
            throw new InvalidOperationException("The command failed.");
    }

    private static double Seconds(Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
