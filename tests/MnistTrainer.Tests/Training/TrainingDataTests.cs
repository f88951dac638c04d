using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Training;

[Collection(nameof(TorchTests))]
public class TrainingDataTests
{
    private const int Mnist = 300;

    private static readonly Recipe Shares = new() { Network = Recipe.Load("compact").Network, Epochs = 20, StrokeShare = 0.25, NonDigitShare = 0.1 };

    private static readonly (DigitSet Training, DigitSet? Validation) Digits = (GeneratedDigits.Create(Mnist, seed: 1), GeneratedDigits.Create(50, seed: 2));

    /// <summary>25 of each digit, by five writers.</summary>
    private static readonly IReadOnlyList<WrittenSign> Written =
        [.. Enumerable.Range(0, 250).Select(n => new WrittenSign($"{n / 25}", $"{n % 5}", $"{n % 5}", [[new(0, 0), new(n % 7, 10), new(n, 30)]]))];

    private static readonly (IReadOnlyList<WrittenSign> Training, IReadOnlyList<WrittenSign> Validation) Strokes = StrokeSet.Cut([new StrokeSet("set", "credit", Written, [])], folds: 5, fold: 1, seed: 1);

    private static readonly Lazy<TrainingData> All = new(() => TrainingData.Mix(Shares, Digits, Strokes, seed: 1));

    [Fact]
    public void An_epoch_holds_strokes_and_non_digits_in_the_recipes_shares()
    {
        var perEpoch = All.Value.Portions.Select(portion => portion.PerEpoch).ToList();

        Assert.Equal([Mnist, 100, 44], perEpoch); // 100 is a quarter of 400 digits, 44 a tenth of 444 images
        Assert.Equal(444, All.Value.PerEpoch);
    }

    [Fact]
    public void An_epoch_shows_every_MNIST_image_once_and_of_the_others_their_share_without_repetition()
    {
        var order = Order(All.Value, seed: 1);

        var (strokes, nonDigits) = (Mnist + All.Value.Portions[1].Images.Count,
            Mnist + All.Value.Portions[1].Images.Count + All.Value.Portions[2].Images.Count);
        Assert.Equal(444, order.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, Mnist).Select(position => (long)position), order.Where(position => position < Mnist).Order());
        Assert.Equal(100, order.Count(position => position >= Mnist && position < strokes));
        Assert.Equal(44, order.Count(position => position >= strokes && position < nonDigits));
    }

    [Fact]
    public void The_kinds_are_mixed_over_the_epoch()
    {
        var order = Order(All.Value, seed: 1);

        Assert.InRange(order.Take(222).Count(position => position < Mnist), 120, 180); // 150 of 300 on average, standard deviation 5
    }

    [Fact]
    public void Another_epoch_draws_other_strokes_and_the_same_seed_repeats_an_epoch()
    {
        Assert.Equal(Order(All.Value, seed: 1), Order(All.Value, seed: 1));
        Assert.NotEqual(Drawn(seed: 1), Drawn(seed: 2));

        static IEnumerable<long> Drawn(int seed) => Order(All.Value, seed).Where(position => position >= Mnist).Order();
    }

    [Fact]
    public void All_images_of_a_kind_carry_its_labels()
    {
        var labels = All.Value.Portions.Select(portion => portion.Images.Labels.ToArray().Distinct().Select(label => (int)label).Order()).ToList();

        Assert.Equal(Enumerable.Range(0, 10), labels[0]);
        Assert.Equal(Enumerable.Range(0, 10), labels[1]);
        Assert.Equal([DigitSet.NonDigit], labels[2]);
    }

    [Fact]
    public void Held_back_writers_are_drawn_for_measuring_and_not_learned_from()
    {
        var (training, validation) = (All.Value.Portions[1].Images, All.Value.StrokeValidation!);

        Assert.Equal(0, training.Count % Strokes.Training.Count); // each in several variations
        Assert.Equal(Strokes.Validation.Select(digit => digit.Label), validation.Labels.ToArray());
        Assert.Same(Digits.Validation, All.Value.Validation);
    }

    [Fact]
    public void Without_strokes_and_non_digits_there_is_MNIST_alone()
    {
        var data = TrainingData.Mix(Shares with { NonDigitShare = 0 }, Digits, strokes: ([], []), seed: 1);

        Assert.Equal(Digits.Training, Assert.Single(data.Portions).Images);
        Assert.Equal((Mnist, null), (data.PerEpoch, data.StrokeValidation));
    }

    [Fact]
    public void With_a_share_of_0_strokes_are_measured_but_not_learned_from()
    {
        var data = TrainingData.Mix(Shares with { StrokeShare = 0, NonDigitShare = 0 }, Digits, Strokes, seed: 1);

        Assert.Single(data.Portions);
        Assert.Equal(Strokes.Validation.Count, data.StrokeValidation!.Count);
    }

    [Fact]
    public void Where_nothing_is_held_back_all_writers_are_learned_from()
    {
        var data = TrainingData.Mix(Shares with { NonDigitShare = 0 }, (Digits.Training, null), (Written, []), seed: 1);

        Assert.Equal(0, data.Portions[1].Images.Count % Written.Count);
        Assert.Equal((null, null), (data.Validation, data.StrokeValidation));
    }

    [Fact]
    public void A_short_training_draws_no_more_than_it_shows()
    {
        var data = TrainingData.Mix(Shares with { Epochs = 1 }, Digits, Strokes, seed: 1);

        Assert.Equal([(Mnist, Mnist), (Strokes.Training.Count, 100), (44, 44)], data.Portions.Select(portion => (portion.Images.Count, portion.PerEpoch)));
    }

    [Fact]
    public void Digits_that_the_ink_network_finds_on_pictures_are_mixed_in_among_what_it_finds_beside_them()
    {
        using var ink = InkNetwork.Load(Path.Combine(Repository.Root, "models", "ink.onnx"));
        var recipe = Shares with { Epochs = 1, StrokeShare = 0, NonDigitShare = 0, PictureShare = 0.2 };
        var told = new List<(int, int)>();

        var data = TrainingData.Mix(recipe, Digits, Strokes, seed: 1, new FoundDigits(ink, (found, count) => told.Add((found, count))));

        var labels = data.Portions[1].Images.Labels.ToArray();
        Assert.Equal((75, 75, (75, 75)), (data.Portions[1].PerEpoch, labels.Length, told[^1])); // 75 is a fifth of 375
        Assert.InRange(labels.Count(label => label == DigitSet.NonDigit), 1, 50);
        Assert.Equal(DigitClassifier.Digits, labels.Where(label => label != DigitSet.NonDigit).Distinct().Count());
    }

    [Fact]
    public void A_share_above_what_was_drawn_is_reached_by_repetition()
    {
        var data = TrainingData.Mix(Shares with { StrokeShare = 0.9, NonDigitShare = 0 }, Digits, Strokes, seed: 1);
        var (images, perEpoch) = data.Portions[1];

        var times = Order(data, seed: 1).Where(position => position >= Mnist).CountBy(position => position).Select(image => image.Value).ToList();

        Assert.Equal((12 * Strokes.Training.Count, 9 * Mnist), (images.Count, perEpoch)); // 2,400 drawings and 2,700 places
        Assert.Equal((images.Count, perEpoch), (times.Count, times.Sum()));
        Assert.Equal([1, 2], times.Distinct().Order());
    }

    [Theory]
    [InlineData(3, 30)] // each ten times and no more
    [InlineData(7, 33)] // a tenth of 333, four or five of each
    [InlineData(500, 33)]
    public void Corrections_are_a_share_of_an_epoch_and_few_are_repeated(int count, int perEpoch)
    {
        var data = TrainingData.Of(Digits.Training, null).WithCorrections(GeneratedDigits.Create(count, seed: 3), share: 0.1);

        Assert.Equal([(Mnist, Mnist), (count, perEpoch)], data.Portions.Select(portion => (portion.Images.Count, portion.PerEpoch)));
        Assert.Equal(perEpoch, Order(data, seed: 1).Count(position => position >= Mnist));
    }

    [Fact]
    public void A_dry_run_has_the_first_images_of_every_kind()
    {
        var few = All.Value.First(50);

        Assert.Equal([(50, 50), (50, 50), (50, 44)], few.Portions.Select(portion => (portion.Images.Count, portion.PerEpoch)));
        Assert.Equal((50, 50), (few.Validation!.Count, few.StrokeValidation!.Count));
        Assert.Equal(All.Value.Portions[1].Images[7].Pixels.ToArray(), few.Portions[1].Images[7].Pixels.ToArray());
        Assert.Equal(144, Order(few, seed: 1).Distinct().Count());
    }

    private static long[] Order(TrainingData data, int seed)
    {
        manual_seed(seed);
        using var order = data.Order();
        return order.data<long>().ToArray();
    }
}
