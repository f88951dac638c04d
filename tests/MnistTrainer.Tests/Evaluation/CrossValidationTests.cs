using System.Text.Json.Nodes;
using MnistTrainer.Datasets;
using MnistTrainer.Evaluation;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

[Collection(nameof(TorchTests))]
public class CrossValidationTests
{
    private static readonly Recipe Small = new() { Network = "baseline", Epochs = 1, BatchSize = 50, LearningRate = 0.01 };

    [Fact]
    public void Folds_are_disjoint_complete_and_stratified()
    {
        var digits = GeneratedDigits.Create(203, seed: 1);

        var folds = Enumerable.Range(1, 5).Select(fold => CrossValidation.Cut(digits, 5, fold, seed: 1)).ToList();

        Assert.All(folds, fold => Assert.Equal(203, fold.Training.Count + fold.Validation.Count));
        Assert.All(folds, fold => Assert.Empty(Images(fold.Training).Intersect(Images(fold.Validation))));
        Assert.Equal(Images(digits).Order(), folds.SelectMany(fold => Images(fold.Validation)).Order());
        for (byte digit = 0; digit < 10; digit++)
            Assert.All(folds, fold => Assert.InRange(fold.Validation.Labels.Span.Count(digit), 3, 5)); // of 20 or 21
    }

    [Fact]
    public void Another_seed_cuts_other_folds()
    {
        var digits = GeneratedDigits.Create(200, seed: 1);

        Assert.NotEqual(Images(CrossValidation.Cut(digits, 5, 1, seed: 1).Validation), Images(CrossValidation.Cut(digits, 5, 1, seed: 2).Validation));
    }

    [Fact]
    public void By_writer_folds_are_stretches_of_the_images_as_they_stand()
    {
        using var folder = new TemporaryFolder();
        var digits = GeneratedDigits.Create(100, seed: 1);
        var folds = new List<TrainingData>();

        CrossValidation.Run(folder.Path, new CrossValidation.Settings(Small, Folds: 3, Repeats: 1, Seed: 1, Threads: 1, ByWriter: true), digits, strokes: null, (state, data) =>
        {
            folds.Add(data);
            Trainer.Fit(state, data);
        });

        var images = Images(digits).ToArray();
        Assert.Equal(images[33..66], Images(folds[1].Validation!));
        Assert.Equal([.. images[..33], .. images[66..]], Images(folds[1].Portions[0].Images));
    }

    [Fact]
    public void A_killed_run_goes_on_with_the_first_unfinished_fold_and_gives_the_same_results()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var digits = GeneratedDigits.Create(300, seed: 1);
        var settings = new CrossValidation.Settings(Small, Folds: 3, Repeats: 2, Seed: 1, Threads: 1);
        var trained = 0;

        Assert.Throws<OperationCanceledException>(() => CrossValidation.Run(folder.Path, settings, digits, strokes: null, FitOrStop));
        var resumed = CrossValidation.Run(folder.Path, settings, digits, strokes: null, Fit);

        Assert.Equal(4 + 3, trained); // four before the kill and the one that was killed, then that and the last one
        var whole = CrossValidation.Run(other.Path, settings, digits, strokes: null, Fit);
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

        var fault = Assert.Throws<InvalidDataException>(() => ResultCache.Open(folder.Path, new CrossValidation.Settings(Small with { Epochs = 2 }, 5, 1, 1, 1)));

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
    public void A_folder_in_use_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var held = FolderLock.Take(folder.Path);

        Assert.Throws<IOException>(() => CrossValidation.Run(folder.Path, new CrossValidation.Settings(Small, 2, 1, 1, 1), GeneratedDigits.Create(20, seed: 1), strokes: null, (_, _) => { }));
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
            .Select((accuracy, index) => new CrossValidation.FoldResult(1, index + 1, new EpochResult(1, 0, 1, 0, accuracy, double.NaN, 0.01, 1)));

        var summary = CrossValidation.Summarise([.. folds]);

        Assert.Equal(0.98, summary.Mean, 12);
        Assert.Equal(Math.Sqrt(0.0002 / 4), summary.StandardDeviation, 12);
        // Student's t of 4 degrees of freedom at 97.5 % is 2.7764; the variance is corrected by 1/5 + 1/4
        Assert.Equal(2.7764 * Math.Sqrt(0.0002 / 4 * (0.2 + 0.25)), summary.HalfWidth, 6);
    }

    private static CrossValidation.FoldResult WithoutTime(CrossValidation.FoldResult fold) => fold with { Result = fold.Result with { Seconds = 0 } };

    private static IEnumerable<string> Images(DigitSet digits) => Enumerable.Range(0, digits.Count).Select(index => Convert.ToHexString(digits[index].Pixels));
}
