using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MnistReader.Inference;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;

namespace MnistTrainer.Training;

/// <summary>All that decides a run's result: with the data, the code and the number of threads, it can be repeated bit for bit.</summary>
/// <param name="RecipeName">Where the recipe came from.</param>
/// <param name="Recipe">With all overrides worked in.</param>
/// <param name="Seed">Draws everything that is random.</param>
/// <param name="Validation">Images of the 60,000 that are held back; 0 for none.</param>
/// <param name="Threads">That libtorch computes with.</param>
/// <param name="Strokes">Folders of the pen strokes that are mixed in; null or empty for none.</param>
/// <param name="Calibration">Model file whose temperature and rejection threshold are taken over where nothing is held back; null for none.</param>
/// <param name="From">Folder of the run whose weights this one starts from; null for weights drawn by the seed.</param>
/// <param name="SplitSeed">Draws what is held back; null for the seed itself.</param>
/// <param name="Corrections">Archive of the corrections that are mixed in; null for none.</param>
/// <param name="Thresholds">Folder of the cross-validation whose answers decide the thresholds where nothing is held back; null for none.</param>
/// <param name="Ink">Model file of the ink network that finds digits on generated pictures; null for none of these.</param>
/// <param name="TrainImages">Images of MNIST to learn from; null for all that aren't held back.</param>
/// <param name="NoTest">Whether the test images are left alone.</param>
internal sealed record RunOptions(
    string RecipeName, Recipe Recipe, int Seed, int Validation, int Threads, IReadOnlyList<string>? Strokes = null, string? Calibration = null,
    string? From = null, int? SplitSeed = null, string? Corrections = null, string? Thresholds = null, string? Ink = null, int? TrainImages = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool NoTest = false)
{
    /// <summary>What decides which images and writers are held back: how many images, and the seed that draws them; (0, 0) for nothing.</summary>
    [JsonIgnore]
    public (int Images, int Seed) Split => Validation == 0 ? (0, 0) : (Validation, SplitSeed ?? Seed);
}

/// <summary>
/// The folder that a training run leaves: run.json (options, code, machine), history.csv, metrics.json, checkpoint, model.onnx, the answers to what was held
/// back, report.html.
/// One process at a time writes to it, from <see cref="Begin"/> or <see cref="Resume"/> until it is disposed.
/// </summary>
internal sealed class Run : IDisposable
{
    /// <summary>How its files are written as JSON: camelCase, and null for what is NaN.</summary>
    public static JsonSerializerOptions Format { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new NaNAsNull() },
    };

    private FolderLock? _lock;
    private bool _isNew;

    private Run(string folder, RunOptions options, RunLabels? labels, DateTimeOffset started) =>
        (Folder, Options, Labels, Started) = (folder, options, labels ?? new(), started);

    /// <summary>Path of the folder; where a new run's is taken when it begins, it gets a number.</summary>
    public string Folder { get; private set; }

    /// <summary>All that decides the result.</summary>
    public RunOptions Options { get; }

    /// <summary>What people call it.</summary>
    public RunLabels Labels { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>What it has come to.</summary>
    /// <exception cref="InvalidDataException">metrics.json can't be read.</exception>
    public RunMetrics Metrics
    {
        get
        {
            try
            {
                return File.Exists(MetricsFile) ? JsonSerializer.Deserialize<RunMetrics>(File.ReadAllText(MetricsFile), Format)! : new RunMetrics([]);
            }
            catch (JsonException e)
            {
                throw new InvalidDataException($"'{MetricsFile}' can't be read: {e.Message}", e);
            }
        }
    }

    /// <summary>The state after the last finished epoch.</summary>
    public string Checkpoint => Path.Combine(Folder, "checkpoint.zip");

    /// <summary>One row an epoch.</summary>
    public string History => Path.Combine(Folder, "history.csv");

    /// <summary>The trained network.</summary>
    public string Model => Path.Combine(Folder, "model.onnx");

    /// <summary>A page to look at.</summary>
    public string Report => Path.Combine(Folder, "report.html");

    /// <summary>Folders of the pen strokes that its weights have learned, in this run or in one that it started from.</summary>
    public IReadOnlyList<string> LearnedStrokes =>
    [
        .. (Options.Recipe.StrokeShare > 0 ? Options.Strokes ?? [] : []).Union(Options.From is { } folder ? Open(folder).LearnedStrokes : []),
    ];

    /// <summary>A new run, in a folder named by time and recipe; nothing is written before <see cref="Begin"/>.</summary>
    /// <param name="root">The folder of all runs.</param>
    /// <param name="options">All that decides the result.</param>
    /// <param name="labels">What people call it; null for nothing.</param>
    public static Run Create(string root, RunOptions options, RunLabels? labels = null) => new(Path.Combine(root, string.Create(CultureInfo.InvariantCulture,
        $"{DateTime.Now:yyyy-MM-dd-HHmmss}-{labels?.Name ?? Path.GetFileNameWithoutExtension(options.RecipeName)}")), options, labels, DateTimeOffset.Now)
    {
        _isNew = true,
    };

    /// <summary>
    /// Makes the folder of a new run, which no other run has, and keeps the options in it: for when all that they name has been read. A resumed run has it.
    /// </summary>
    public void Begin()
    {
        if (!_isNew)
            return;

        var name = Folder;
        for (var number = 2; ; number++)
        {
            _lock = FolderLock.TryTake(Folder);
            if (_lock is not null && !File.Exists(OptionsOf(Folder)))
                break;
            _lock?.Dispose();
            Folder = $"{name}-{number}";
        }

        _isNew = false;
        var kept = Options with
        {
            Strokes = Options.Strokes is null ? null : [.. Options.Strokes.Select(Path.GetFullPath)],
            Calibration = Full(Options.Calibration),
            From = Full(Options.From),
            Corrections = Full(Options.Corrections),
            Thresholds = Full(Options.Thresholds),
            Ink = Full(Options.Ink),
        };
        AtomicFile.Write(OptionsOf(Folder), JsonSerializer.SerializeToUtf8Bytes(
            new Record(
                kept, Labels, Started, ProgramVersion.Code, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
                Environment.ProcessorCount, TorchVersion),
            Format));

        static string? Full(string? path) => path is null ? null : Path.GetFullPath(path); // so that the run is resumed from anywhere
    }

    /// <summary>Opens the folder of an earlier run to go on with it.</summary>
    /// <param name="folder">What <see cref="Begin"/> made.</param>
    /// <exception cref="FileNotFoundException">There is no run.</exception>
    /// <exception cref="IOException">Another process goes on with it.</exception>
    /// <exception cref="InvalidDataException">Its run.json can't be read.</exception>
    public static Run Resume(string folder)
    {
        var run = Open(folder);
        run._lock = FolderLock.Take(folder);
        return run;
    }

    /// <summary>Opens the folder of an earlier run to read it.</summary>
    /// <param name="folder">What <see cref="Begin"/> made.</param>
    /// <exception cref="FileNotFoundException">There is no run.</exception>
    /// <exception cref="InvalidDataException">Its run.json can't be read.</exception>
    public static Run Open(string folder)
    {
        var path = OptionsOf(folder);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no run in '{folder}': it has no run.json.");

        try
        {
            return JsonSerializer.Deserialize<Record>(File.ReadAllText(path), Format) is { Options: { Recipe.Layers: not null } options } record
                ? new Run(folder, options, record.Labels, record.Started)
                : throw new InvalidDataException($"'{path}' can't be read: it names no recipe.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' can't be read: {e.Message}", e);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"'{path}' has a network that this version of the trainer doesn't know, {e.Message} Begin a new run.", e);
        }
    }

    /// <summary>The state to train from: the checkpoint's, or a fresh one where there is none yet.</summary>
    /// <param name="dataSha256">SHA-256 of what the run learns from, by name; null to take the checkpoint's.</param>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is of another recipe, seed or data; or the run to start from has another network, or has learned from what this one holds back.
    /// </exception>
    public TrainingState LoadState(IReadOnlyDictionary<string, string>? dataSha256 = null)
    {
        if (!_isNew && File.Exists(Checkpoint)) // until a new run has begun, the folder may be another's
            return TrainingState.Load(Checkpoint, Options.Recipe, Options.Seed, dataSha256);

        var state = new TrainingState(Options.Recipe, Options.Seed) { DataSha256 = dataSha256 };
        if (Options.From is not { } folder)
            return state;

        var from = Open(folder);
        if ((from.Options.Recipe.Network, from.Options.Recipe.Classes) != (Options.Recipe.Network, Options.Recipe.Classes))
        {
            throw new InvalidDataException(
                $"'{folder}' trained {from.Options.Recipe.Network} with {from.Options.Recipe.Classes} classes; " +
                $"this run trains {Options.Recipe.Network} with {Options.Recipe.Classes}.");
        }

        if (Options.Validation > 0 && from.Options.Split != Options.Split)
        {
            var (images, seed) = from.Options.Split;
            throw new InvalidDataException(
                $"'{folder}' has learned from images and writers that this run holds back. " +
                $"Give --validation {images}{(images == 0 ? "" : $" --split-seed {seed}")}, as it did.");
        }

        using var earlier = from.LoadState();
        state.StartFrom(earlier.Result);
        return state;
    }

    /// <summary>All epochs that the weights of the checkpoint have seen, for the model card: those of the run that this one started from stand first.</summary>
    public IReadOnlyList<EpochAccuracy> Epochs()
    {
        using var state = LoadState();
        return [.. Options.From is { } folder ? Open(folder).Epochs() : [], .. state.History.Select(epoch => new EpochAccuracy(
            epoch.Epoch, Math.Round(epoch.TrainingAccuracy, 5), Optional(epoch.ValidationAccuracy), Optional(epoch.StrokeAccuracy)))];

        static double? Optional(double accuracy) => double.IsNaN(accuracy) ? null : Math.Round(accuracy, 5);
    }

    /// <summary>Writes checkpoint, history and metrics, each whole or not at all.</summary>
    /// <param name="state">After an epoch.</param>
    public void Save(TrainingState state)
    {
        state.Save(Checkpoint);
        var csv = new StringBuilder("epoch,training_loss,training_accuracy,validation_loss,validation_accuracy,stroke_accuracy,learning_rate,seconds\n");
        foreach (var epoch in state.History)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{epoch.Epoch},{epoch.TrainingLoss:F6},{epoch.TrainingAccuracy:F6},")
                .Append(CultureInfo.InvariantCulture, $"{Optional(epoch.ValidationLoss)},{Optional(epoch.ValidationAccuracy)},")
                .Append(CultureInfo.InvariantCulture, $"{Optional(epoch.StrokeAccuracy)},{epoch.LearningRate:G6},{epoch.Seconds:F2}\n");
        }

        AtomicFile.Write(History, Encoding.UTF8.GetBytes(csv.ToString()));
        Write(new RunMetrics(state.History));

        static string Optional(double value) => double.IsNaN(value) ? "" : value.ToString("F6", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes what the finished run came to.</summary>
    /// <param name="metrics">Replace those of the last epoch.</param>
    public void Write(RunMetrics metrics) => AtomicFile.Write(MetricsFile, JsonSerializer.SerializeToUtf8Bytes(metrics, Format));

    /// <summary>Keeps what the finished network answers for the held-back images of MNIST: validation.txt, a line of labels and one of answers.</summary>
    /// <param name="labels">One digit an image.</param>
    /// <param name="answers">One digit an image.</param>
    public void WriteAnswers(IEnumerable<byte> labels, IEnumerable<int> answers) =>
        AtomicFile.Write(AnswersFile, Encoding.ASCII.GetBytes($"{string.Concat(labels)}\n{string.Concat(answers)}\n"));

    /// <summary>What <see cref="WriteAnswers"/> kept; null where nothing was held back, or before the end.</summary>
    public (string Labels, string Answers)? ReadAnswers() =>
        File.Exists(AnswersFile) && File.ReadAllLines(AnswersFile) is [var labels, var answers] && labels.Length == answers.Length ? (labels, answers) : null;

    /// <summary>Lets other processes write to the folder.</summary>
    public void Dispose() => _lock?.Dispose();

    private static string OptionsOf(string folder) => Path.Combine(folder, "run.json");

    private static string TorchVersion => $"TorchSharp {typeof(TorchSharp.torch).Assembly.GetName().Version}, libtorch {TorchSharp.torch.__version__}";

    private string AnswersFile => Path.Combine(Folder, "validation.txt");

    private string MetricsFile => Path.Combine(Folder, "metrics.json");

    private sealed record Record(
        RunOptions Options, RunLabels? Labels, DateTimeOffset Started, string Code, string System, string Runtime, int Cores, string Torch);
}
