using System.Text.Json.Nodes;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Evaluation;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

[Collection(nameof(TorchTests))]
public class CrossValidationTests
{
    private static readonly Recipe Small = Recipe.Load("tutorial-baseline") with { Epochs = 1, BatchSize = 50, LearningRate = 0.01 };

    [Fact]
    public void Folds_are_disjoint_complete_and_stratified()
    {
        var digits = GeneratedDigits.Create(203, seed: 1);

        var folds = Enumerable.Range(1, 5).Select(fold => CrossValidation.Cut(digits, 5, fold, seed: 1, writers: null)).ToList();

        Assert.All(folds, fold => Assert.Equal(203, fold.Training.Count + fold.Validation.Count));
        Assert.All(folds, fold => Assert.Empty(fold.Training.Intersect(fold.Validation)));
        Assert.Equal(Enumerable.Range(0, 203), folds.SelectMany(fold => fold.Validation).Order());
        for (byte digit = 0; digit < 10; digit++)
            Assert.All(folds, fold => Assert.InRange(digits.Take(fold.Validation).Labels.Span.Count(digit), 3, 5)); // of 20 or 21
    }

    [Fact]
    public void Another_seed_cuts_other_folds()
    {
        var digits = GeneratedDigits.Create(200, seed: 1);

        Assert.NotEqual(CrossValidation.Cut(digits, 5, 1, seed: 1, writers: null).Validation, CrossValidation.Cut(digits, 5, 1, seed: 2, writers: null).Validation);
    }

    [Fact]
    public void By_writer_nobodys_hand_is_in_two_parts_and_no_image_is_lost()
    {
        var digits = GeneratedDigits.Create(200, seed: 1);
        string[] writers = [.. Enumerable.Range(0, 200).Select(image => $"{image * image % 23}")];

        var folds = Enumerable.Range(1, 5).Select(fold => CrossValidation.Cut(digits, 5, fold, seed: 1, writers)).ToList();

        Assert.All(folds, fold => Assert.Empty(fold.Training.Select(image => writers[image]).Intersect(fold.Validation.Select(image => writers[image]))));
        Assert.All(folds, fold => Assert.Equal(Enumerable.Range(0, 200), fold.Training.Concat(fold.Validation).Order()));
        Assert.Equal(Enumerable.Range(0, 200), folds.SelectMany(fold => fold.Validation).Order());
    }

    [Fact]
    public void A_fold_keeps_the_answers_to_all_that_it_held_back()
    {
        using var folder = new TemporaryFolder();
        var digits = GeneratedDigits.Create(90, seed: 1);
        string[] writers = [.. Enumerable.Range(0, 90).Select(image => $"writer {image % 9}")];
        var strokes = new StrokeSet("set", "credit",
            [.. Enumerable.Range(0, 60).Select(n => new WrittenSign(n % 6 == 5 ? "A" : $"{n % 5}", $"w{n % 3}", $"site {n % 3}", [[new(0, 0), new(n % 7, 10), new(n, 30)]]))], []);
        var settings = new CrossValidation.Settings(Small with { NonDigitShare = 0.2 }, Folds: 3, Repeats: 1, Seed: 1, Threads: 1, ByWriter: true);

        CrossValidation.Run(folder.Path, settings, digits, writers, [strokes], (state, data) => Trainer.Fit(state, data), Alone);
        var folds = CrossValidation.Run(folder.Path, settings, digits, writers, [strokes], (_, _) => Assert.Fail("It is read again."), Alone)!;

        Assert.Equal(90, folds.Sum(fold => fold.Answers.Count(answer => answer.Source == HeldBackAnswer.Mnist)));
        Assert.Equal(60, folds.Sum(fold => fold.Answers.Count(answer => answer.Source != HeldBackAnswer.Mnist)));
        Assert.All(folds, fold => Assert.Single(fold.Answers.Where(answer => answer.Source != HeldBackAnswer.Mnist).Select(answer => answer.Source).Distinct()));
        Assert.All(folds.SelectMany(fold => fold.Answers), answer => Assert.Equal(1, answer.Probabilities.Sum(), 4));
        Assert.Contains("| site 1 |", HeldBackReport.Of(folds), StringComparison.Ordinal);
        Assert.Contains("(9 writers)", HeldBackReport.Of(folds), StringComparison.Ordinal);

        var (recipe, loaded) = CrossValidation.Load(folder.Path);
        Assert.Equal(settings.Recipe, recipe);
        Assert.Equal(folds.Select(fold => (fold.Fold, fold.Answers.Count)), loaded.Select(fold => (fold.Fold, fold.Answers.Count)));
    }

    [Fact]
    public void A_cross_validation_that_has_not_ended_is_not_loaded()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"There is no cross-validation in '{folder.Path}': it has no settings.json.",
            Assert.Throws<FileNotFoundException>(() => CrossValidation.Load(folder.Path)).Message);
        ResultCache.Open(folder.Path, new CrossValidation.Settings(Small, Folds: 2, Repeats: 1, Seed: 1, Threads: 1));

        var fault = Assert.Throws<FileNotFoundException>(() => CrossValidation.Load(folder.Path));

        Assert.Equal($"The cross-validation in '{folder.Path}' isn't finished: it has no repeat-1-fold-1.json. Run the same command again.", fault.Message);
        Assert.Equal(["settings.json"], Directory.GetFiles(folder.Path).Select(Path.GetFileName)); // nothing was written
    }

    [Fact]
    public void A_killed_run_goes_on_with_the_first_unfinished_fold_and_gives_the_same_results()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var digits = GeneratedDigits.Create(300, seed: 1);
        var settings = new CrossValidation.Settings(Small, Folds: 3, Repeats: 2, Seed: 1, Threads: 1);
        var trained = 0;

        Assert.Throws<OperationCanceledException>(() => CrossValidation.Run(folder.Path, settings, digits, writers: null, strokes: [], FitOrStop, Alone));
        var resumed = CrossValidation.Run(folder.Path, settings, digits, writers: null, strokes: [], Fit, Alone)!;

        Assert.Equal(4 + 3, trained); // four before the kill and the one that was killed, then that and the last one
        var whole = CrossValidation.Run(other.Path, settings, digits, writers: null, strokes: [], Fit, Alone)!;
        Assert.Equal([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3)], resumed.Select(result => (result.Repeat, result.Fold)));
        Assert.Equal(whole.Select(WithoutTime), resumed.Select(WithoutTime));
        Assert.Equal(6, resumed.Select(result => result.Result.ValidationLoss).Distinct().Count());

        void FitOrStop(TrainingState state, TrainingData data)
        {
            if (trained == 4)
                throw new OperationCanceledException($"{++trained}");
            Fit(state, data);
        }

        void Fit(TrainingState state, TrainingData data)
        {
            trained++;
            Trainer.Fit(state, data);
        }
    }

    [Fact]
    public void A_folder_with_results_of_other_settings_is_refused()
    {
        using var folder = new TemporaryFolder();
        ResultCache.Open(folder.Path, new CrossValidation.Settings(Small, 5, 1, 1, 1));

        var fault = Assert.Throws<InvalidDataException>(() =>
            ResultCache.Open(folder.Path, new CrossValidation.Settings(Small with { Epochs = 2 }, 5, 1, 1, 1)));

        Assert.Equal($"'{folder.Path}' holds results of other settings. Name another folder with --output, or delete it.", fault.Message);
    }

    [Theory]
    [InlineData("code", "another version of this program (1.0.0+0; this is ")]
    [InlineData("dataSha256", "other data. ")]
    public void A_folder_with_results_of_another_version_or_of_other_data_is_refused(string what, string named)
    {
        using var folder = new TemporaryFolder();
        var settings = new CrossValidation.Settings(Small, 5, 1, 1, 1);
        ResultCache.Open(folder.Path, settings, MnistDataset.Sha256);
        ResultCache.Open(folder.Path, settings, MnistDataset.Sha256);
        var file = Path.Combine(folder.Path, "settings.json");
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        json[what] = what == "code" ? "1.0.0+0" : new JsonObject { ["train-images-idx3-ubyte"] = "0" };
        File.WriteAllText(file, json.ToJsonString());

        var fault = Assert.Throws<InvalidDataException>(() => ResultCache.Open(folder.Path, settings, MnistDataset.Sha256));

        Assert.StartsWith($"'{folder.Path}' holds results of {named}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_result_is_named()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("settings.json", "{"u8.ToArray());

        var fault = Assert.Throws<InvalidDataException>(() => ResultCache.Open(folder.Path, new CrossValidation.Settings(Small, 5, 1, 1, 1)));

        Assert.StartsWith($"'{file}' is damaged: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mean_deviation_and_interval_are_those_of_the_folds()
    {
        var folds = new[] { 0.98, 0.99, 0.97, 0.98, 0.98 }
            .Select((accuracy, index) => new CrossValidation.FoldResult(1, index + 1, new EpochResult(1, 0, 1, 0, accuracy, double.NaN, 0.01, 1), []));

        var summary = CrossValidation.Summarise([.. folds]);

        Assert.Equal(0.98, summary.Mean, 12);
        Assert.Equal(Math.Sqrt(0.0002 / 4), summary.StandardDeviation, 12);
        // Student's t of 4 degrees of freedom at 97.5 % is 2.7764; the variance is corrected by 1/5 + 1/4
        Assert.Equal(2.7764 * Math.Sqrt(0.0002 / 4 * (0.2 + 0.25)), summary.HalfWidth, 6);
    }

    private static EpochResult WithoutTime(CrossValidation.FoldResult fold) => fold.Result with { Seconds = 0 };

    private static bool Alone(IReadOnlyList<WorkPart> parts)
    {
        SharedWork.Do(() => [.. parts.Where(part => !part.IsDone)], _ => { }, CancellationToken.None);
        return true;
    }
}
