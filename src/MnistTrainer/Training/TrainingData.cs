using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.NonDigits;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Synthesis.Strokes;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>What a training learns from, and what each of its epochs is measured on.</summary>
/// <param name="Portions">The images by kind; an epoch shows some of each, mixed.</param>
/// <param name="Validation">MNIST images that are held back; null for none.</param>
/// <param name="StrokeValidation">Drawn digits of writers who are held back; null for none.</param>
/// <param name="HeldBack">All signs of these writers; null for none.</param>
internal sealed record TrainingData(
    IReadOnlyList<TrainingData.Portion> Portions, DigitSet? Validation, DigitSet? StrokeValidation = null, IReadOnlyList<WrittenSign>? HeldBack = null)
{
    /// <summary>How thick and how large the held-back digits are drawn: what people do on a canvas.</summary>
    public static readonly (double Least, double Most) PenWidth = (0.04, 0.16), Size = (0.25, 0.95);

    // a drawing is seen again after about this many epochs at the shares that pay: drawing some for the whole training costs seconds, new ones for each epoch
    // minutes
    private const int Variations = 12, MostNonDigits = Variations * 5_000;

    /// <summary>How often a digit of a picture is shown, about: finding it takes as long as learning from it a hundred times.</summary>
    private const int Sightings = 6;

    /// <summary>How often a letter is drawn at most: there are many.</summary>
    private const int LetterVariations = 6;

    /// <summary>How often an epoch shows one correction at most.</summary>
    private const int MostRepeats = 10;

    /// <summary>Images of one kind.</summary>
    /// <param name="Images">All there are.</param>
    /// <param name="PerEpoch">How many of them an epoch shows, drawn anew each time; where there are fewer, each as often as another, to within one.</param>
    public readonly record struct Portion(DigitSet Images, int PerEpoch);

    /// <summary>Images that an epoch shows.</summary>
    public int PerEpoch => Portions.Sum(portion => portion.PerEpoch);

    /// <summary>One set of images, all shown in every epoch.</summary>
    /// <param name="training">To learn from.</param>
    /// <param name="validation">To measure on; null for none.</param>
    public static TrainingData Of(DigitSet training, DigitSet? validation) => new([new Portion(training, training.Count)], validation);

    /// <summary>Reads what a recipe learns from, and holds back a part.</summary>
    /// <param name="recipe">Says the shares of strokes and non-digits.</param>
    /// <param name="dataFolder">Of MNIST.</param>
    /// <param name="strokes">The sources of pen strokes; none where empty.</param>
    /// <param name="validation">Images of MNIST to hold back, and with them a fifth of the sites of each source of strokes; 0 for nothing.</param>
    /// <param name="splitSeed">Draws which.</param>
    /// <param name="seed">Draws how the strokes vary, the pictures, and the non-digits.</param>
    /// <param name="found">Finds digits on generated pictures; null for none of these.</param>
    /// <param name="trainImages">Images of MNIST to learn from; null for all that aren't held back.</param>
    public static TrainingData Load(
        Recipe recipe, string dataFolder, IReadOnlyList<StrokeSet> strokes, int validation, int splitSeed, int seed, FoundDigits? found,
        int? trainImages = null) =>
        Mix(recipe, MnistDataset.LoadTraining(dataFolder).Split(validation, splitSeed, trainImages),
            validation == 0 ? ([.. strokes.SelectMany(set => set.Signs)], []) : StrokeSet.HoldBack(strokes, splitSeed), seed, found);

    /// <summary>MNIST, with pen strokes, digits of pictures and non-digits in the shares that a recipe asks for.</summary>
    /// <param name="recipe">Says the shares.</param>
    /// <param name="mnist">To learn from and to measure on.</param>
    /// <param name="strokes">The same of pen strokes, digits and others; empty where there are none.</param>
    /// <param name="seed">Draws how the strokes vary, the pictures, and the non-digits; those to measure on are always the same.</param>
    /// <param name="found">Finds digits on generated pictures; null for none of these.</param>
    public static TrainingData Mix(
        Recipe recipe, (DigitSet Training, DigitSet? Validation) mnist,
        (IReadOnlyList<WrittenSign> Training, IReadOnlyList<WrittenSign> Validation) strokes, int seed, FoundDigits? found = null)
    {
        var data = Of(mnist.Training, mnist.Validation);
        if (Digits(strokes.Training) is { Count: > 0 } digits)
            data = data.WithDrawn(DigitStyle.Balance(digits), data.Added(recipe.StrokeShare), recipe.Epochs, Variations, seed);
        if (Digits(strokes.Validation) is { Count: > 0 } heldBack)
            data = data with { StrokeValidation = PenDrawing.Draw(heldBack, PenWidth, Size, seed: 0), HeldBack = strokes.Validation };

        if (found is not null && data.Added(recipe.PictureShare) is var perEpoch and > 0)
        {
            // other pictures than those that the ink network has learned from
            var pictures = new PictureGenerator(new Handwriting(mnist.Training, strokes.Training, FoundDigits.PrintShare), ~seed);
            data = data.With(found.Find(pictures, (int)Math.Ceiling((double)perEpoch * recipe.Epochs / Math.Min(recipe.Epochs, Sightings))), perEpoch);
        }

        var nonDigits = data.Added(recipe.NonDigitShare);
        var letters = strokes.Training.Where(sign => sign.Label == DigitSet.NonDigit).ToList();
        var written = letters.Count == 0 ? 0 : (int)Math.Round(nonDigits * recipe.LetterShare);
        var generated = nonDigits - written;
        return data.With(NonDigits.Generate((int)Math.Min(MostNonDigits, (double)generated * recipe.Epochs), seed, mnist.Training), generated)
            .WithDrawn(letters, written, recipe.Epochs, LetterVariations, seed);

        static List<WrittenSign> Digits(IEnumerable<WrittenSign> signs) => [.. signs.Where(sign => sign.Label != DigitSet.NonDigit)];
    }

    /// <summary>The images of an epoch: positions in the portions laid end to end, drawn with libtorch's default generator.</summary>
    /// <returns>int64 (<see cref="PerEpoch"/>); the caller disposes it.</returns>
    public Tensor Order()
    {
        using var scope = NewDisposeScope();
        var start = 0;
        var positions = new List<Tensor>();
        foreach (var (images, perEpoch) in Portions)
        {
            var (whole, rest) = Math.DivRem(perEpoch, images.Count);
            var own = from_array(Enumerable.Range(start, images.Count).Select(position => (long)position).ToArray());
            positions.AddRange(Enumerable.Repeat(own, whole));
            if (rest > 0)
                positions.Add(own.index_select(0, randperm(images.Count)[TensorIndex.Slice(0, rest)]));
            start += images.Count;
        }

        return cat(positions)[randperm(PerEpoch)].MoveToOuterDisposeScope();
    }

    /// <summary>The first images of everything, to try a training in seconds.</summary>
    /// <param name="count">Of each kind.</param>
    public TrainingData First(int count)
    {
        return new TrainingData(
            [.. Portions.Select(portion => new Portion(Few(portion.Images)!, Math.Min(portion.PerEpoch, Math.Min(count, portion.Images.Count))))],
            Few(Validation), Few(StrokeValidation), HeldBack is null ? null : [.. HeldBack.Take(count)]);

        DigitSet? Few(DigitSet? digits) => digits?.Take([.. Enumerable.Range(0, Math.Min(count, digits.Count))]);
    }

    /// <summary>Adds what people corrected, in the share that a recipe asks for; where there are few, each several times an epoch.</summary>
    /// <param name="corrections">To learn from.</param>
    /// <param name="share">Of the whole, 0 to 0.5.</param>
    public TrainingData WithCorrections(DigitSet corrections, double share) => With(corrections, Math.Min(Added(share), MostRepeats * corrections.Count));

    /// <summary>Adds drawings of signs: no more than are shown, so that a dry run takes seconds.</summary>
    private TrainingData WithDrawn(List<WrittenSign> signs, int perEpoch, int epochs, int variations, int seed) => perEpoch == 0 ? this
        : With(PenDrawing.Vary(signs, (int)Math.Min(variations, Math.Ceiling((double)perEpoch * epochs / signs.Count)), seed), perEpoch);

    private TrainingData With(DigitSet images, int perEpoch) => perEpoch == 0 ? this : this with { Portions = [.. Portions, new Portion(images, perEpoch)] };

    /// <summary>Images that an epoch shows more when a share of the whole is added.</summary>
    private int Added(double share) => (int)Math.Round(PerEpoch * share / (1 - share));
}
