using System.CommandLine;
using System.Globalization;
using System.Text;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Export;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Commands;

/// <summary><c>train</c>: trains a network, leaves a run folder, and writes the model file.</summary>
internal static class TrainCommand
{
    /// <summary>Accuracy below which a network has not learned: the most frequent digit is a ninth of MNIST.</summary>
    private const double NearChance = 0.2;

    public static Command Create(CancellationToken cancellation)
    {
        var recipe = SharedOptions.Recipe();
        var overrides = new RecipeOverrides();
        var validation = SharedOptions.Validation();
        var trainImages = SharedOptions.TrainImages();
        var seed = SharedOptions.Seed();
        var threads = SharedOptions.Threads();
        var data = SharedOptions.Data();
        var strokes = SharedOptions.Strokes();
        var ink = SharedOptions.Ink();
        var corrections = new Option<string?>("--corrections")
        {
            Description = "Mix in corrections from this archive (the service's /corrections/export?format=idx), in the recipe's correctionShare.",
            HelpName = "FILE",
        };
        var calibration = new Option<string?>("--calibration")
        {
            Description = "With --validation 0: take temperature and rejection threshold from this model file, of the same recipe trained with validation.",
            HelpName = "FILE",
        };
        var thresholds = new Option<string?>("--thresholds")
        {
            Description = "With --validation 0: take the thresholds of rejection and of candidates from this cross-validation of the same network, " +
                "in which every site of the strokes was held back once.",
            HelpName = "DIR",
        };
        var splitSeed = new Option<int?>("--split-seed")
        {
            Description = "Draws what is held back, where that should be the same for several seeds. [default: the seed]",
            HelpName = "N",
        };
        var from = new Option<string?>("--from")
        {
            Description = "Start from the weights of the run in this folder, instead of weights drawn by the seed.",
            HelpName = "RUN",
        };
        var output = new Option<string?>("--output") { Description = "Copy the model file here as well.", HelpName = "FILE" };
        var runs = new Option<string>("--runs") { Description = "The folder of all runs.", HelpName = "DIR", DefaultValueFactory = _ => "runs" };
        var resume = new Option<string?>("--resume") { Description = "Go on with the run in this folder, with its own options.", HelpName = "RUN" };
        var timeLimit = new Option<double?>("--time-limit")
        {
            CustomParser = SharedOptions.Number,
            Description = "Begin no epoch that would end later than this.",
            HelpName = "MINUTES",
        }.Takes("0 to 1,000,000 minutes", minutes => minutes is >= 0 and <= 1e6);
        var dryRun = new Option<bool>("--dry-run") { Description = "The table of layers, and one batch of everything, in seconds; nothing is kept." };
        var name = new Option<string?>("--name") { Description = "Stands in the folder's name, in place of the recipe's.", HelpName = "NAME" }
            .Takes("letters, digits, - and _", text => text is null || (text.Length > 0 && text.All(IsInName)));
        var note = new Option<string?>("--note") { Description = "Kept with the run, for 'runs' to show.", HelpName = "TEXT" };
        var tags = new Option<string[]>("--tag")
        {
            Description = "To find the run by; may be given several times.",
            HelpName = "TAG",
            DefaultValueFactory = _ => [],
        };
        var noTest = new Option<bool>("--no-test")
        {
            Description = "Leave the test images alone, for one of many trainings that are compared: the report is of what is held back.",
        };
        var tensorBoard = new Option<bool>("--tensorboard") { Description = "Also write TensorBoard event files into the run folder." };

        Option[] ofTheRun =
        [
            recipe, overrides.Network, overrides.Epochs, overrides.Set, validation, trainImages, seed, threads, strokes, corrections, calibration, thresholds,
            from, splitSeed, ink, noTest, name, note, tags,
        ];

        var command = new Command("train",
            "Trains a network, measures it on the test images once, and leaves a folder with options, history, checkpoint, model and report.\n" +
            "An epoch's line has mean loss and accuracy in training (train) and on what is held back (val),\n" +
            "accuracy on strokes of writers who are held back, and seconds.\n\n" +
            "Example: MnistTrainer train --recipe tutorial-deeper --epochs 3 --output out/deeper.onnx\n" +
            "Example: MnistTrainer train --resume runs/2026-11-23-101500-tutorial-deeper")
        {
            recipe, overrides.Network, overrides.Epochs, overrides.Set, validation, trainImages, seed, threads, output, runs, resume, timeLimit,
            dryRun, tensorBoard, data, strokes, ink, corrections, calibration, thresholds, from, splitSeed, noTest, name, note, tags,
        };
        command.SetAction(parsed =>
        {
            LibTorch.Load();
            var dry = parsed.GetValue(dryRun);
            if (parsed.GetValue(output) is { } target)
                AtomicFile.Check(target);
            var settings = overrides.Load(parsed, recipe);
            if (dry)
                ConsoleReport.Layers(settings.Layers);
            var root = dry ? Directory.CreateTempSubdirectory("mnist-dry-run-").FullName : parsed.GetValue(runs)!;
            try
            {
                using var run = parsed.GetValue(resume) is { } folder ? Run.Resume(folder) : Run.Create(root, new RunOptions(
                    parsed.GetValue(recipe)!, dry ? DryRun(settings) : settings, parsed.GetValue(seed), parsed.GetValue(validation),
                    parsed.GetValue(threads), parsed.GetValue(strokes), parsed.GetValue(calibration), parsed.GetValue(from), parsed.GetValue(splitSeed),
                    parsed.GetValue(corrections), parsed.GetValue(thresholds), parsed.GetValue(ink), parsed.GetValue(trainImages),
                    parsed.GetValue(noTest)),
                    new RunLabels(parsed.GetValue(name), parsed.GetValue(note), parsed.GetValue(tags)));
                try
                {
                    Train(run, MnistDataset.Folder(parsed.GetValue(data)), parsed.GetValue(timeLimit) is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
                        dry, parsed.GetValue(tensorBoard), cancellation);
                }
                catch (OperationCanceledException) when (!dry && Directory.Exists(run.Folder))
                {
                    var goOn = new Option[] { data, output, timeLimit, tensorBoard }.SelectMany(option => Given(parsed, option));
                    Console.Error.WriteLine("Stopped. What was finished is kept; go on with: " +
                        CommandLineErrors.CommandLine(["train", "--resume", run.Folder, .. goOn]));
                    return 130;
                }

                if (!dry && parsed.GetValue(output) is { } file)
                    AtomicFile.Write(file, temporary => File.Copy(run.Model, temporary, overwrite: true));
            }
            finally
            {
                if (dry)
                    Directory.Delete(root, recursive: true);
            }

            if (dry)
                Console.WriteLine("Dry run: training, measuring, export and report work. Nothing was kept.");
            return 0;
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(dryRun) && result.GetValue(resume) is not null)
                result.AddError("--dry-run begins a run of its own: it doesn't go with --resume.");
            if (result.GetValue(resume) is not null && ofTheRun.FirstOrDefault(option => result.GetResult(option) is { Implicit: false }) is { } given)
                result.AddError($"{given.Name} doesn't go with --resume: a run goes on with its own options.");
            if (result.GetValue(noTest) && result.GetResult(validation)?.Tokens is [{ Value: "0" }])
                result.AddError("--no-test takes images that are held back: --validation is above 0.");
            if (new[] { calibration, thresholds }.FirstOrDefault(option => result.GetValue(option) is not null) is { } takenOver
                && result.GetResult(validation)?.Tokens is not [{ Value: "0" }]) // not given, it is 10,000
            {
                result.AddError($"{takenOver.Name} goes with --validation 0: where images are held back, temperature and thresholds are fitted on them.");
            }
        });
        return command;
    }

    private static bool IsInName(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_';

    /// <summary>An option as it was given; nothing where it wasn't.</summary>
    private static IEnumerable<string> Given(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is { Implicit: false } result ? result.Tokens.Select(token => token.Value).Prepend(option.Name) : [];

    private static void Train(Run run, string dataFolder, TimeSpan? timeLimit, bool dryRun, bool tensorBoard, CancellationToken cancellation)
    {
        if (run.Options.Recipe.Learns != Learns.Digits)
        {
            PictureTraining.Train(run, dataFolder, timeLimit, dryRun, tensorBoard, cancellation);
            return;
        }

        var (recipe, seed) = (run.Options.Recipe, run.Options.Seed);
        using var calibrated = run.Options.Calibration is { } path ? DigitClassifier.Load(path) : null; // a wrong path is told before hours of training
        if (calibrated?.Card is { } other && (other.Network, other.RejectionThreshold is null) != (recipe.Network, recipe.NonDigitShare == 0))
        {
            throw new InvalidDataException(
                $"'{run.Options.Calibration}' {Does(other.RejectionThreshold is null)} with the layers {other.Network}; " +
                $"what this run trains {Does(recipe.NonDigitShare == 0)} with {recipe.Network}. Name a model of the same recipe.");
        }

        var folds = run.Options.Thresholds is { } crossValidation ? Folds(crossValidation, recipe) : null;
        if (calibrated is null && folds is null && run.Options.Validation == 0 && recipe.NonDigitShare > 0)
        {
            Console.WriteLine("Nothing is held back, so the model will reject nothing, and its temperature be 1: " +
                "--calibration takes both from a model of the same recipe.");
        }

        var folders = run.Options.Strokes ?? [];
        var strokes = StrokeSet.Load(folders);
        var learned = run.LearnedStrokes.SequenceEqual(folders) ? strokes : StrokeSet.Load(run.LearnedStrokes);
        var corrections = run.Options.Corrections is { } archive ? CorrectionArchive.Load(archive) : null;
        set_num_threads(run.Options.Threads);
        DownloadCommand.Fetch(dataFolder, cancellation);
        using var ink = run.Options.Ink is { } inkFile ? InkNetwork.Load(inkFile) : null;
        var data = TrainingData.Load(recipe, dataFolder, strokes, run.Options.Validation, run.Options.SplitSeed ?? seed, seed,
            ink is null || File.Exists(run.Model) ? null : new FoundDigits(ink, TrainingView.Finding(), cancellation), // a run that has ended learns no more
            run.Options.TrainImages);
        if (corrections is not null)
            data = data.WithCorrections(corrections, recipe.CorrectionShare);
        // so that wrong files are told now; nobody looks at the images until training has ended
        var test = run.Options.NoTest ? null : MnistDataset.LoadTest(dataFolder);
        if (dryRun)
            (data, test) = (data.First(recipe.BatchSize), test?.Take([.. Enumerable.Range(0, recipe.BatchSize)]));
        var sources = ModelDescription.Sources(learned, corrections, ink?.Card);
        var (heldBack, splitSeed) = run.Options.Split;
        using var state = run.LoadState(new Dictionary<string, string>(sources) { ["held back"] = $"{heldBack} images, seed {splitSeed}" });
        run.Begin(); // whatever is wrong with the options has been told
        var events = tensorBoard ? new TensorBoard(run.Folder) : null;

        if (!dryRun)
            Console.WriteLine($"Run {run.Folder}{(state.History.Count > 0 ? $", resumed after epoch {state.History.Count}" : "")}");
        TrainingView.Show(recipe.Epochs, (onBatch, onEpoch) => Trainer.Fit(state, data, onBatch, epoch =>
        {
            run.Save(state);
            events?.Add(epoch);
            onEpoch(epoch);
        }, timeLimit, cancellation: cancellation));

        if (!dryRun)
            RefuseGuesses(state.ResultEpoch, recipe);
        cancellation.ThrowIfCancellationRequested();
        var (card, predictions) = ModelDescription.Describe(run, state, data, test, calibrated?.Card, folds, learned, corrections, ink?.Card, mayGuess: dryRun);
        cancellation.ThrowIfCancellationRequested();
        var measured = test ?? data.Validation!;
        OnnxExporter.Write(state.Result, card, run.Model, measured, predictions);
        if (data.Validation is { } validation)
        {
            var answers = test is null ? predictions : Evaluator.Predict(state.Result, validation);
            run.WriteAnswers(validation.Labels.ToArray(), answers.Select(answer => answer.Digit));
        }

        run.Write(new RunMetrics(state.History, new RunResult(
            card.Created, card.Version, card.Parameters, card.MultiplyAdds, card.TestAccuracy, card.CalibrationError)));
        AtomicFile.Write(Path.Combine(run.Folder, "README.md"), Encoding.UTF8.GetBytes(ModelReadme.Of(card)));
        HtmlReport.Write(run.Report, run.Options, card, state.History, measured, predictions, state.Result.Modules.OfType<Conv2d>().FirstOrDefault()?.weight);

        ConsoleReport.Model(card);
        ConsoleReport.Metrics(Evaluator.Measure(predictions, measured), Calibration.Measure(predictions, measured), measured.Count);
        if (dryRun)
            return; // what follows names files that are gone in a moment
        Console.WriteLine($"Written to {run.Folder}: model.onnx ({new FileInfo(run.Model).Length / 1000:N0} kB) " +
            $"answers all {measured.Count:N0} {HtmlReport.NameOf(card)} images as the network does.");
        Console.WriteLine($"Look at {run.Report}.");

        static string Does(bool takesEverything) => takesEverything ? "takes everything for a digit" : "rejects what is none";
    }

    // finding digits on pictures takes minutes
    private static Recipe DryRun(Recipe recipe) => recipe with { Epochs = 1, PictureShare = Math.Min(recipe.PictureShare, 0.001) };

    /// <summary>The folds of a cross-validation of the same network.</summary>
    private static IReadOnlyList<CrossValidation.FoldResult> Folds(string folder, Recipe recipe)
    {
        var (crossValidated, folds) = CrossValidation.Load(folder);
        return (crossValidated.Network, crossValidated.Classes) == (recipe.Network, recipe.Classes)
            ? folds
            : throw new InvalidDataException(
                $"'{folder}' is the cross-validation of the layers {crossValidated.Network} with {crossValidated.Classes} classes; " +
                $"this run trains {recipe.Network} with {recipe.Classes}.");
    }

    /// <summary>Refuses a network that does no better than always giving the same answer: no model file is to come of it.</summary>
    private static void RefuseGuesses(EpochResult result, Recipe recipe)
    {
        var (accuracy, of) = double.IsNaN(result.ValidationAccuracy) ? (result.TrainingAccuracy, "training") : (result.ValidationAccuracy, "held-back");
        if (accuracy < NearChance)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"The network has not learned: it reads {100 * accuracy:F1} % of the {of} images, and guessing a tenth. " +
                $"No model was written. Try a lower learning rate (it is {recipe.LearningRate})."));
        }
    }
}
