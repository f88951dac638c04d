using System.CommandLine;
using MnistTrainer.Data;
using Spectre.Console;

namespace MnistTrainer.Commands;

/// <summary><c>download</c>: fetches what is missing of MNIST.</summary>
internal static class DownloadCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var data = SharedOptions.Data();
        var command = new Command("download", "Downloads what is missing of MNIST's four files (11 MB) and verifies them.\n\nExample: MnistTrainer download --data data/mnist") { data };
        command.SetAction(parsed =>
        {
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            var fetched = Fetch(folder, cancellation);
            // loading verifies length and SHA-256, of files that were there before as well
            var (training, test) = (MnistDataset.LoadTraining(folder), MnistDataset.LoadTest(folder));
            Console.WriteLine($"{training.Count:N0} training and {test.Count:N0} test images in '{folder}', verified; {fetched.Count} of 4 files downloaded.");
        });
        return command;
    }

    /// <summary>Fetches what a folder lacks, with a progress bar; says nothing where nothing is missing.</summary>
    public static IReadOnlyList<string> Fetch(string folder, CancellationToken cancellation)
    {
        if (MnistDataset.Sha256.Keys.All(name => MnistDataset.Find(folder, name) is not null))
            return [];

        return AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn()).Start(context =>
        {
            var bars = new Dictionary<string, ProgressTask>();
            return MnistDataset.DownloadAsync(folder, MnistDataset.Mirrors, Show, cancellation).GetAwaiter().GetResult();

            void Show(string name, long bytes, long? all)
            {
                if (!bars.TryGetValue(name, out var bar))
                    bars[name] = bar = context.AddTask(name);
                bar.MaxValue = all ?? bytes;
                bar.Value = bytes;
            }
        });
    }
}
