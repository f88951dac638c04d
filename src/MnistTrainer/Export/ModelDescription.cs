using System.Text.Json;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Networks;
using MnistTrainer.Training;

namespace MnistTrainer.Export;

/// <summary>What the model file of a finished training says of itself.</summary>
internal static class ModelDescription
{
    /// <summary>Fits temperature and thresholds on what was held back, and measures the network on the test images, once, unless they are left alone.</summary>
    /// <param name="run">With its options.</param>
    /// <param name="state">At the end of training.</param>
    /// <param name="data">Of the training.</param>
    /// <param name="test">MNIST's test images; null to leave them alone, which takes validation images.</param>
    /// <param name="calibrated">Card of the model whose temperature, thresholds and held-back figures are taken over where nothing was held back.</param>
    /// <param name="folds">
    /// Of the cross-validation that thresholds and held-back figures are of where nothing was held back; null for the other model's.
    /// </param>
    /// <param name="learned">The strokes that the weights have learned from.</param>
    /// <param name="corrections">Those that the run has learned from; null for none.</param>
    /// <param name="ink">Card of the ink network that found digits on pictures to learn from; null for none.</param>
    /// <param name="mayGuess">Whether a network that reads no test image is described, too.</param>
    /// <returns>The card, and the answers to the test images, or without them to the validation images.</returns>
    /// <exception cref="InvalidDataException">The network reads none of these images.</exception>
    public static (ModelCard Card, IReadOnlyList<Prediction> Predictions) Describe(
        Run run, TrainingState state, TrainingData data, DigitSet? test, ModelCard? calibrated,
        IReadOnlyList<CrossValidation.FoldResult>? folds, IReadOnlyList<StrokeSet> learned, DigitSet? corrections, InkCard? ink,
        bool mayGuess)
    {
        var (recipe, network) = (run.Options.Recipe, state.Result);
        var (temperature, rejection, candidates, heldBack, reference) =
            (calibrated?.Temperature ?? 1, calibrated?.RejectionThreshold, calibrated?.CandidateThreshold, calibrated?.HeldBack, calibrated?.Reference);
        if (folds is not null)
        {
            var thresholds = Thresholds.Fit(folds.SelectMany(fold => fold.Answers));
            (rejection, candidates) = (recipe.NonDigitShare > 0 ? thresholds.Rejection : null, thresholds.Candidates);
            heldBack = [.. HeldBackReport.Figures(HeldBackReport.Decided(folds))];
        }

        if (data.Validation is { } validation)
        {
            (temperature, var answers) = HeldBackAnswer.Ask(network, validation, writers: null, data.HeldBack ?? []);
            var thresholds = Thresholds.Fit(answers);
            rejection = recipe.NonDigitShare > 0 ? thresholds.Rejection : null;
            candidates = thresholds.Candidates;
            heldBack = [.. HeldBackReport.Figures([.. answers.Select(answer => (answer, thresholds))])];
            var decided = Evaluator.Predict(network, validation, temperature, rejection ?? 0);
            reference = AnswerHistograms.Of(decided.Select((answer, index) => (validation[index], answer)));
        }

        var measured = test ?? data.Validation!;
        var predictions = Evaluator.Predict(network, measured, temperature, rejection ?? 0);
        var metrics = test is null ? null : Evaluator.Measure(predictions, test);
        var created = DateTimeOffset.UtcNow;
        return (new ModelCard
        {
            Name = "mnist",
            Version = Version(network, created),
            Created = created,
            Network = recipe.Network,
            Parameters = network.Weights,
            MultiplyAdds = network.MultiplyAdds,
            Training = Describe(run, state.History.Count),
            DataSha256 = Sources(learned, corrections, ink),
            DataCredits = Credits(learned, corrections),
            HeldBack = heldBack,
            TestAccuracy = metrics?.MicroAccuracy,
            ConfusionMatrix = metrics?.ConfusionMatrix.Counts.Select(row => row.Select(count => (int)count).ToArray()).ToArray(),
            Temperature = temperature,
            RejectionThreshold = rejection,
            CandidateThreshold = candidates,
            Reference = reference,
            CalibrationError = test is null ? null : Calibration.Measure(predictions, test).Error,
            History = run.Epochs(),
            CalibrationHistory = calibrated?.History,
            FramingVersion = DigitFraming.Version,
            SelfTest = FirstRead(measured, predictions, mayGuess),
        }, predictions);
    }

    /// <summary>Measures an ink network on what was held back.</summary>
    /// <param name="run">With its options.</param>
    /// <param name="state">At the end of training.</param>
    /// <param name="task">That it learned.</param>
    /// <param name="learned">The strokes that the weights have learned from.</param>
    public static InkCard Describe(Run run, TrainingState state, InkTask task, IReadOnlyList<StrokeSet> learned)
    {
        var (network, created) = (state.Result, DateTimeOffset.UtcNow);
        var accuracy = state.ResultEpoch.ValidationAccuracy;
        using var sample = task.Pictures(most: 1)
            .First(picture => picture.Lines.Count > 0 && Math.Max(picture.Gray.Width, picture.Gray.Height) <= InkInput.SquareSide); // small, as cards are
        return new InkCard
        {
            Name = "ink",
            Version = Version(network, created),
            Created = created,
            Network = run.Options.Recipe.Network,
            Parameters = network.Weights,
            MultiplyAdds = network.MultiplyAdds,
            Training = Describe(run, state.History.Count),
            DataSha256 = Sources(learned),
            DataCredits = Credits(learned, corrections: null),
            HeldBackPictures = double.IsNaN(accuracy) ? 0 : task.ValidationPictures,
            Dice = double.IsNaN(accuracy) ? null : accuracy,
            History = run.Epochs(),
            SelfTest = new InkSelfTest(sample.Gray.Width, sample.Gray.Pixels.ToArray(),
                Evaluator.Ink(network, InkInput.Of(sample.Gray)).Count(probability => probability >= 0.5f)),
        };
    }

    /// <summary>Fits the temperature of a number network on what was held back, and measures it there.</summary>
    /// <param name="run">With its options.</param>
    /// <param name="state">At the end of training.</param>
    /// <param name="task">That it learned.</param>
    /// <param name="learned">The strokes that the weights have learned from.</param>
    /// <param name="mayGuess">Whether a network that reads none of the first lines is described, too.</param>
    /// <exception cref="InvalidDataException">It reads none of them.</exception>
    public static NumberCard Describe(Run run, TrainingState state, NumberTask task, IReadOnlyList<StrokeSet> learned, bool mayGuess)
    {
        const int most = 500; // a self-test is looked for among so many lines
        var (network, created) = (state.Result, DateTimeOffset.UtcNow);
        var measured = task.Measure(network);
        var temperature = measured?.Temperature ?? 1;
        return new NumberCard
        {
            Name = "number",
            Version = Version(network, created),
            Created = created,
            Network = run.Options.Recipe.Network,
            Parameters = network.Weights,
            MultiplyAdds = network.MultiplyAdds,
            Training = Describe(run, state.History.Count),
            DataSha256 = Sources(learned),
            DataCredits = Credits(learned, corrections: null),
            HeldBackLines = measured is null ? 0 : NumberTask.ValidationLines,
            LinesRight = measured?.LinesRight,
            CharacterErrorRate = measured?.CharacterErrorRate,
            Temperature = temperature,
            History = run.Epochs(),
            SelfTest = FirstRead(),
        };

        NumberSelfTest FirstRead()
        {
            NumberSelfTest? first = null;
            foreach (var line in task.Lines().Take(most))
            {
                using var _ = line;
                var steps = NumberNetwork.ToSteps(Evaluator.Steps(network, NumberInput.Of(line.Gray), temperature));
                var text = NumberAlphabet.TextOf(Ctc.Best(steps));
                var test = new NumberSelfTest(line.Gray.Width, line.Gray.Pixels.ToArray(), text);
                if (text.Length >= 2 && text == NumberTask.TextOf(line))
                    return test;
                first ??= test;
            }

            return mayGuess ? first! : throw new InvalidDataException("The network has not learned: it reads none of the lines. No model was written.");
        }
    }

    private static string Version(Network network, DateTimeOffset created) => $"{created:yyyy.MM.dd}-{OnnxExporter.HashWeights(network)[..8]}";

    private static IReadOnlyList<string> Credits(IReadOnlyList<StrokeSet> learned, DigitSet? corrections) =>
    [
        MnistDataset.Credit,
        .. learned.Select(set => set.Credit),
        .. corrections is null ? [] : new[] { CorrectionArchive.Credit(corrections) },
    ];

    /// <summary>SHA-256 of each thing that a run learns from or is measured on.</summary>
    /// <param name="learned">The strokes.</param>
    /// <param name="corrections">Null for none.</param>
    /// <param name="ink">Card of the ink network that found digits on pictures; null for none.</param>
    public static IReadOnlyDictionary<string, string> Sources(IReadOnlyList<StrokeSet> learned, DigitSet? corrections = null, InkCard? ink = null)
    {
        var sources = new Dictionary<string, string>(MnistDataset.Sha256);
        foreach (var set in learned)
            sources[set.Name] = set.Sha256;
        if (corrections is not null)
            sources["corrections"] = CorrectionArchive.Sha256(corrections);
        if (ink is not null)
            sources["ink network"] = ink.NetworkSha256;
        return sources;
    }

    /// <summary>The first image that the network reads rightly, for whoever loads the file; the first of all where it may guess and reads none.</summary>
    private static SelfTest FirstRead(DigitSet images, IReadOnlyList<Prediction> predictions, bool mayGuess)
    {
        var labels = images.Labels.ToArray();
        var right = predictions.Index().Where(answer => answer.Item.Digit == labels[answer.Index]).Select(answer => answer.Index).ToList();
        if (right.Count == 0 && !mayGuess)
            throw new InvalidDataException("The network has not learned: it reads none of the images. No model was written.");

        var first = right.FirstOrDefault();
        return new SelfTest(images[first].Pixels.ToArray(), predictions[first].Digit);
    }

    private static TrainingOptions Describe(Run run, int epochs)
    {
        var options = run.Options;
        var settings = JsonSerializer.SerializeToNode(options.Recipe.ToJson())!.AsObject();
        settings["epochs"] = epochs; // fewer than the recipe's after early stopping or at the time limit
        return new TrainingOptions
        {
            Recipe = options.RecipeName,
            Seed = options.Seed,
            SplitSeed = options.SplitSeed ?? options.Seed,
            ValidationImages = options.Validation,
            TrainingImages = options.TrainImages,
            Strokes = run.LearnedStrokes.Count > 0,
            Corrections = options.Corrections is not null,
            Calibration = options.Calibration is { } path ? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) : null,
            Thresholds = options.Thresholds is { } folds ? Path.GetFileName(folds) : null,
            From = options.From is { } folder && Run.Open(folder) is var from ? Describe(from, from.Options.Recipe.Epochs) : null,
            Threads = options.Threads,
            Settings = settings.Deserialize<Dictionary<string, JsonElement>>()!,
        };
    }
}
