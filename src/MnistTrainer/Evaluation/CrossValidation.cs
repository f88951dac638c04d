using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;

namespace MnistTrainer.Evaluation;

/// <summary>k-fold cross-validation: every image is validated once, by a network that never saw it.</summary>
internal static class CrossValidation
{
    /// <summary>All that decides the folds' results.</summary>
    /// <param name="Recipe">The network and how to train it.</param>
    /// <param name="Folds">Parts that the images are cut into, 2 or more.</param>
    /// <param name="Repeats">How often, each time cut anew.</param>
    /// <param name="Seed">Of the first repeat; each further repeat takes the next one. It draws the cut and the training.</param>
    /// <param name="Threads">That libtorch computes with.</param>
    /// <param name="ByWriter">Whether MNIST's folds are of writers rather than of images. Strokes are always cut by their sites.</param>
    public sealed record Settings(Recipe Recipe, int Folds, int Repeats, int Seed, int Threads, bool ByWriter = false);

    /// <summary>The outcome of one fold's training.</summary>
    /// <param name="Repeat">From 1.</param>
    /// <param name="Fold">From 1.</param>
    /// <param name="Result">The epoch whose weights are kept: accuracy and loss on its training and validation images.</param>
    /// <param name="Answers">To all that was held back.</param>
    public sealed record FoldResult(int Repeat, int Fold, EpochResult Result, IReadOnlyList<HeldBackAnswer> Answers);

    /// <summary>The images of one fold.</summary>
    /// <param name="digits">All images.</param>
    /// <param name="folds">Number of folds.</param>
    /// <param name="fold">From 1.</param>
    /// <param name="seed">Draws the cut.</param>
    /// <param name="writers">
    /// Who wrote each image: all images of a writer come into one fold. With null the images are drawn, and each fold holds each digit in its share, to within
    /// one image.
    /// </param>
    /// <returns>Positions in order; the folds' validation images are all images, each once.</returns>
    public static (IReadOnlyList<int> Training, IReadOnlyList<int> Validation) Cut(
        DigitSet digits, int folds, int fold, int seed, IReadOnlyList<string>? writers)
    {
        if (writers is not null)
        {
            var people = writers.Distinct().Order(StringComparer.Ordinal).ToArray();
            new Random(seed).Shuffle(people);
            var held = people.Where((_, index) => index * folds / people.Length == fold - 1).ToHashSet();
            var cut = Enumerable.Range(0, digits.Count).ToLookup(position => held.Contains(writers[position]));
            return ([.. cut[false]], [.. cut[true]]);
        }

        var order = digits.StratifiedOrder(seed);
        var (start, end) = ((int)((long)digits.Count * (fold - 1) / folds), (int)((long)digits.Count * fold / folds));
        return ([.. order.Take(start).Concat(order.Skip(end)).Order()], [.. order.Take(start..end).Order()]);
    }

    /// <summary>Trains and measures every fold that isn't finished yet.</summary>
    /// <param name="folder">Keeps each finished fold, so that a killed run goes on with the first unfinished one.</param>
    /// <param name="settings">All that decides the results.</param>
    /// <param name="digits">All images.</param>
    /// <param name="writers">Who wrote each image; null where that isn't known.</param>
    /// <param name="strokes">The sources of pen strokes, whose sites are cut into the same number of folds; none where empty.</param>
    /// <param name="fit">Trains a state on a fold: <see cref="Trainer"/> with what shows it.</param>
    /// <param name="work">Sees that what is left is done, by this process or others.</param>
    /// <param name="found">Finds digits on generated pictures; null for none of these.</param>
    /// <returns>The results, repeat by repeat, fold by fold; null where <paramref name="work"/> says that another process shows them.</returns>
    /// <exception cref="InvalidDataException">The folder holds results of other settings, code or data.</exception>
    public static IReadOnlyList<FoldResult>? Run(
        string folder, Settings settings, DigitSet digits, IReadOnlyList<string>? writers, IReadOnlyList<StrokeSet> strokes,
        Action<TrainingState, TrainingData> fit, Func<IReadOnlyList<WorkPart>, bool> work, FoundDigits? found = null)
    {
        ResultCache.Open(folder, settings, new Dictionary<string, string>(
        [
            .. MnistDataset.Sha256, .. strokes.Select(set => KeyValuePair.Create(set.Name, set.Sha256)),
            .. found is null ? [] : new[] { KeyValuePair.Create("ink network", found.NetworkSha256) },
        ]));
        var parts = from repeat in Enumerable.Range(1, settings.Repeats)
            from fold in Enumerable.Range(1, settings.Folds)
            let name = Name(repeat, fold)
            select new WorkPart(folder, name, $"repeat {repeat}/{settings.Repeats} fold {fold}/{settings.Folds}",
                () => ResultCache.Get(folder, name, () => Train(repeat, fold)));
        return work([.. parts]) ? Load(folder).Folds : null;

        FoldResult Train(int repeat, int fold)
        {
            var seed = settings.Seed + repeat - 1;
            var (training, validation) = Cut(digits, settings.Folds, fold, seed, settings.ByWriter ? writers : null);
            var (mnist, signs) = (digits.Take(validation), StrokeSet.Cut(strokes, settings.Folds, fold, seed));
            using var state = new TrainingState(settings.Recipe, seed * settings.Folds + fold); // another network in every fold
            fit(state, TrainingData.Mix(settings.Recipe, (digits.Take(training), mnist), signs, seed, found));
            var hands = writers is null ? null : validation.Select(position => writers[position]).ToList();
            return new FoldResult(repeat, fold, state.ResultEpoch, HeldBackAnswer.Ask(state.Result, mnist, hands, signs.Validation).Answers);
        }
    }

    /// <summary>The results of a cross-validation that has ended.</summary>
    /// <param name="folder">Of its results.</param>
    /// <exception cref="FileNotFoundException">There is none, or a fold isn't finished.</exception>
    /// <exception cref="InvalidDataException">A result is damaged.</exception>
    public static (Recipe Recipe, IReadOnlyList<FoldResult> Folds) Load(string folder)
    {
        var settings = ResultCache.Settings<Settings>(folder)
            ?? throw new FileNotFoundException($"There is no cross-validation in '{folder}': it has no settings.json.");
        var names = from repeat in Enumerable.Range(1, settings.Repeats) from fold in Enumerable.Range(1, settings.Folds) select Name(repeat, fold);
        return (settings.Recipe, [.. names.Select(name => ResultCache.Get<FoldResult>(folder, name, () =>
            throw new FileNotFoundException($"The cross-validation in '{folder}' isn't finished: it has no {name}.json. Run the same command again.")))]);
    }

    /// <summary>Mean and standard deviation of the folds' validation accuracies.</summary>
    /// <param name="folds">Two or more.</param>
    public static Summary Summarise(IReadOnlyList<FoldResult> folds)
    {
        var (mean, deviation) = folds.Select(fold => fold.Result.ValidationAccuracy).MeanStandardDeviation();

        // Folds share most of their training images, so the plain standard error is too small: Nadeau and Bengio's correction (2003)
        // adds the ratio of validation to training images, 1 / (k − 1)
        var k = folds.Max(fold => fold.Fold);
        var standardError = deviation * Math.Sqrt(1.0 / folds.Count + 1.0 / (k - 1));
        return new Summary(mean, deviation, StudentT.InvCDF(0, 1, folds.Count - 1, 0.975) * standardError);
    }

    private static string Name(int repeat, int fold) => $"repeat-{repeat}-fold-{fold}";

    /// <summary>The outcome.</summary>
    /// <param name="Mean">Mean validation accuracy, 0 to 1.</param>
    /// <param name="StandardDeviation">Of the folds' accuracies (n − 1).</param>
    /// <param name="HalfWidth">Half of the 95 % confidence interval of the mean, corrected for folds that share training images.</param>
    public sealed record Summary(double Mean, double StandardDeviation, double HalfWidth);
}
