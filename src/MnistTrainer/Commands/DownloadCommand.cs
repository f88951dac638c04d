using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using Spectre.Console;

namespace MnistTrainer.Commands;

/// <summary><c>download</c>: fetches what is missing of MNIST, and the pen strokes.</summary>
internal static class DownloadCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var (data, strokes) = (SharedOptions.Data(), SharedOptions.Strokes());
        strokes.Description = "Also put what is missing of UCI's pen strokes (4 MB), to learn from and of other writers, into this folder.";
        var command = new Command("download",
            "Downloads what is missing of MNIST's four files (11 MB), and with --strokes of the pen strokes, and verifies what training learns from.\n" +
            $"Mirrors of your own, with spaces between them, in {MnistDataset.MirrorsVariable}.\n\n" +
            "Example: MnistTrainer download --data data/mnist --strokes data/pendigits") { data, strokes };
        command.SetAction(parsed =>
        {
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            var fetched = Fetch(folder, cancellation);
            // loading verifies length and SHA-256, of files that were there before as well
            var (training, test) = (MnistDataset.LoadTraining(folder), MnistDataset.LoadTest(folder));
            Console.WriteLine($"{training.Count:N0} training and {test.Count:N0} test images in '{folder}', verified; {fetched.Count} of 4 files downloaded.");

            if (parsed.GetValue(strokes) is [.., var strokesFolder])
            {
                var isNew = WithProgress(show => PenDigits.DownloadAsync(strokesFolder, PenDigits.Archive, show, cancellation));
                var (ofTraining, ofTest) = PenDigits.LoadParts(strokesFolder);
                Console.WriteLine(
                    $"{ofTraining.Count:N0} pen digits in '{strokesFolder}', verified, and {ofTest.Count:N0} of other writers; " +
                    $"{(isNew ? "downloaded" : "they were there")}.");
            }
        });
        return command;
    }

    /// <summary>Fetches what a folder lacks of MNIST, and shows how far it is; says nothing where nothing is missing.</summary>
    public static IReadOnlyList<string> Fetch(string folder, CancellationToken cancellation)
    {
        if (MnistDataset.Sha256.Keys.All(name => MnistDataset.Find(folder, name) is not null))
            return [];

        var mirrors = MnistDataset.Mirrors(Environment.GetEnvironmentVariable(MnistDataset.MirrorsVariable));
        return WithProgress(show => MnistDataset.DownloadAsync(folder, mirrors, show, cancellation));
    }

    private static T WithProgress<T>(Func<Action<string, long, long?>, Task<T>> download) =>
        Console.IsOutputRedirected ? WithLines(download) : WithBars(download);

    /// <summary>A line for each file, and one every ten seconds.</summary>
    private static T WithLines<T>(Func<Action<string, long, long?>, Task<T>> download)
    {
        var (last, clock) = ("", Stopwatch.StartNew());
        return download(Show).GetAwaiter().GetResult();

        void Show(string name, long bytes, long? all)
        {
            if (name == last && clock.Elapsed.TotalSeconds < 10)
                return;

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes / 1e6:F1}{(all is { } size ? $" of {size / 1e6:F1}" : "")} MB"));
            last = name;
            clock.Restart();
        }
    }

    private static T WithBars<T>(Func<Action<string, long, long?>, Task<T>> download) =>
        AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn()).Start(context =>
        {
            var bars = new Dictionary<string, ProgressTask>();
            return download(Show).GetAwaiter().GetResult();

            void Show(string name, long bytes, long? all)
            {
                if (!bars.TryGetValue(name, out var bar))
                    bars[name] = bar = context.AddTask(name);
                bar.MaxValue = all ?? bytes;
                bar.Value = bytes;
            }
        });
}
