using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using Spectre.Console;

namespace MnistTrainer.Commands;

/// <summary><c>download</c>: fetches what is missing of MNIST, pen strokes, and who wrote MNIST's images.</summary>
internal static class DownloadCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var (data, strokes) = (SharedOptions.Data(), SharedOptions.Strokes());
        strokes.Description = "Also put what is missing of UCI's pen strokes (4 MB), to learn from and of other writers, into this folder.";
        var unipen = new Option<string?>("--unipen")
        {
            Description = $"Also put UniPen's pen strokes ({UniPen.Release} of Zenodo: digits, letters and other signs of many sites) into this folder.",
            HelpName = "DIR",
        };
        var writers = new Option<bool>("--writers")
        {
            Description = "Also fetch who wrote each of MNIST's images (QMNIST's labels), for crossvalidate --by-writer, into MNIST's folder " +
                $"or ${NistWriters.EnvironmentVariable}.",
        };
        var command = new Command("download",
            "Downloads what is missing of MNIST's four files (11 MB), and of pen strokes and writers where asked, and verifies what training learns from.\n" +
            $"Mirrors of your own, with spaces between them, in {MnistDataset.MirrorsVariable}.\n\n" +
            "Example: MnistTrainer download --data data/mnist --strokes data/pendigits --unipen data/unipen --writers") { data, strokes, unipen, writers };
        command.SetAction(parsed =>
        {
            var folder = MnistDataset.Folder(parsed.GetValue(data));
            var fetched = Fetch(folder, cancellation);
            // loading verifies length and SHA-256, of files that were there before as well
            var (training, test) = (MnistDataset.LoadTraining(folder), MnistDataset.LoadTest(folder));
            Console.WriteLine($"{training.Count:N0} training and {test.Count:N0} test images in '{folder}', verified; {fetched.Count} of 4 files downloaded.");

            if (parsed.GetValue(writers))
                Writers(NistWriters.Folder(folder), cancellation);
            foreach (var strokesFolder in parsed.GetValue(strokes)!)
                Strokes(strokesFolder, cancellation);
            if (parsed.GetValue(unipen) is { } unipenFolder)
                Signs(unipenFolder, cancellation);
        });
        return command;
    }

    private static void Writers(string folder, CancellationToken cancellation)
    {
        var fetched = WithProgress(show => NistWriters.DownloadAsync(folder, NistWriters.Source, show, cancellation));
        var (training, test) = (NistWriters.LoadTraining(folder).Distinct().Count(), NistWriters.LoadTest(folder).Distinct().Count());
        Console.WriteLine($"{training} writers of the training and {test} of the test images in '{folder}', verified; {fetched.Count} of 2 files downloaded.");
    }

    private static void Strokes(string folder, CancellationToken cancellation)
    {
        var isNew = WithProgress(show => PenDigits.DownloadAsync(folder, PenDigits.Archive, show, cancellation));
        var (training, test) = PenDigits.LoadParts(folder);
        Console.WriteLine($"{training.Count:N0} pen digits in '{folder}', verified, and {test.Count:N0} of other writers; {WasThere(isNew)}.");
    }

    private static void Signs(string folder, CancellationToken cancellation)
    {
        var isNew = WithProgress(show => UniPenDownload.DownloadAsync(folder, UniPenDownload.Record, show, cancellation));
        var set = UniPen.Set(UniPen.Load(folder));
        var digits = set.Signs.Count(sign => sign.Label != DigitSet.NonDigit);
        Console.WriteLine(
            $"{digits:N0} digits and {set.Signs.Count - digits:N0} other signs of UniPen in '{folder}', without {set.LeftOut.Count:N0} that are left out " +
            $"('strokes' says why); {WasThere(isNew)}.");
    }

    private static string WasThere(bool isNew) => isNew ? "downloaded" : "they were there";

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
