using MnistReader.Ink;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.Pictures;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>Pictures → which of their pixels are ink. No picture is shown twice.</summary>
/// <param name="recipe">Says how many pictures an epoch shows.</param>
/// <param name="training">Makes the pictures to learn from.</param>
/// <param name="validation">Makes those to measure on, with ink of other writers; null for none.</param>
internal sealed class InkTask(Recipe recipe, PictureGenerator training, PictureGenerator? validation) : LearningTask
{
    private const int MostValidation = 480;

    /// <summary>Two batches of three have pictures of a digit or two, about square; one has lines.</summary>
    private const int Turns = 3, MostInSquare = 2, LeastInLine = 2, MostInLine = 10;

    // a line costs as much as two squares: of each, this share of the batch
    private const int LineWidth = 256, LinesForSquares = 2;

    private int _epoch;
    private (Tensor Input, Tensor Target)[]? _heldBack;

    /// <summary>Reads the ink to write with, and holds back a part.</summary>
    /// <param name="recipe">Says how many pictures an epoch shows.</param>
    /// <param name="dataFolder">Of MNIST.</param>
    /// <param name="strokes">The sources of pen strokes; none where empty.</param>
    /// <param name="validation">Images of MNIST to hold back, and with them a fifth of the sites of each source of strokes; 0 for nothing.</param>
    /// <param name="splitSeed">Draws which.</param>
    /// <param name="seed">Draws the pictures to learn from; those to measure on are always the same.</param>
    public static InkTask Load(Recipe recipe, string dataFolder, IReadOnlyList<StrokeSet> strokes, int validation, int splitSeed, int seed)
    {
        var (train, heldBack) = PictureGenerator.Load(dataFolder, strokes, validation, splitSeed, seed);
        return new InkTask(recipe, train, heldBack);
    }

    /// <summary>Pictures to measure on, where there are any: no more than an epoch shows.</summary>
    public int ValidationPictures => Math.Min(MostValidation, recipe.Pictures);

    /// <summary>Pictures to look at: those that are held back, or others like those that it learns from. Who takes one disposes it.</summary>
    /// <param name="most">Digits in a line at most.</param>
    public IEnumerable<WrittenPicture> Pictures(int most) => Enumerable.Range(0, int.MaxValue).Select(index => (validation ?? training).Make(index, most));

    /// <inheritdoc/>
    public override int PerEpoch => recipe.Pictures;

    /// <inheritdoc/>
    public override void Begin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Target) Batch(int batch, double progress)
    {
        var (input, target) = Make(training, ((long)_epoch << 32) + (long)batch * recipe.BatchSize, batch);
        var (count, width, height) = Shape(batch);
        return (tensor(input, [count, 1, height, width]), tensor(target, [count, 1, height, width]));
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, Tensor target)
    {
        var missing = Dice(output.sigmoid(), target).neg().Plus(1);
        return nn.functional.binary_cross_entropy_with_logits(output, target).Plus(missing.mean());
    }

    /// <inheritdoc/>
    public override double Score(Tensor output, Tensor target) => MeanDice(output, target) * recipe.BatchSize;

    /// <inheritdoc/>
    public override (double Loss, double Accuracy, double Strokes) Validate(Network network)
    {
        if (validation is null)
            return (double.NaN, double.NaN, double.NaN);

        using var _ = inference_mode();
        network.eval();
        _heldBack ??= [.. Enumerable.Range(0, ValidationPictures / recipe.BatchSize).Select(batch =>
        {
            var (input, target) = Make(validation, (long)batch * recipe.BatchSize, batch);
            var (count, width, height) = Shape(batch);
            return (tensor(input, [count, 1, height, width]), tensor(target, [count, 1, height, width]));
        })];
        double loss = 0, score = 0;
        foreach (var (input, target) in _heldBack)
        {
            using var scope = NewDisposeScope();
            var output = network.call(input);
            loss += Loss(output, target).Read<float>();
            score += MeanDice(output, target);
        }

        return (loss / _heldBack.Length, score / _heldBack.Length, double.NaN);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (input, target) in _heldBack ?? [])
        {
            input.Dispose();
            target.Dispose();
        }
    }

    /// <summary>The mean of a batch, of what is more likely ink than not.</summary>
    private static double MeanDice(Tensor output, Tensor target)
    {
        using var _ = no_grad();
        return Dice(output.IsAbove(0).to(ScalarType.Float32), target.IsAbove(0.5).to(ScalarType.Float32)).mean().Read<float>();
    }

    /// <summary>Dice's coefficient of each picture: twice what is ink in both, over the ink of each; 1 where neither has any.</summary>
    private static Tensor Dice(Tensor found, Tensor ink) =>
        (found * ink).sum([1, 2, 3]).Times(2).Plus(1) / found.sum([1, 2, 3]).Plus(ink.sum([1, 2, 3])).Plus(1);

    private (int Count, int Width, int Height) Shape(int batch) => batch % Turns < Turns - 1
        ? (recipe.BatchSize, InkInput.SquareSide, InkInput.SquareSide)
        : (Math.Max(1, recipe.BatchSize / LinesForSquares), LineWidth, InkInput.LineHeight);

    /// <summary>Makes the pictures of a batch on all processors.</summary>
    private (float[] Input, float[] Target) Make(PictureGenerator generator, long first, int batch)
    {
        var (count, width, height) = Shape(batch);
        var (inputs, targets) = (new float[count * width * height], new float[count * width * height]);
        var isSquare = width == height;
        Parallel.For(0, count, index =>
        {
            using var picture = generator.Make(first + index, isSquare ? MostInSquare : MostInLine, isSquare ? 1 : LeastInLine);
            var input = InkInput.Of(picture.Gray);
            var ink = InkInput.Resample(picture.Ink, input.Width, input.Height);
            // what is larger is cut, what is smaller repeats its edge, where there is no ink
            var random = new Random((int)(first + index));
            var (left, top) = (random.Next(Math.Max(0, input.Width - width) + 1), random.Next(Math.Max(0, input.Height - height) + 1));
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var (fromX, fromY) = (Math.Min(x + left, input.Width - 1), Math.Min(y + top, input.Height - 1));
                    var at = (index * height + y) * width + x;
                    inputs[at] = input.Values[fromY * input.Width + fromX];
                    targets[at] = x + left < input.Width && y + top < input.Height ? ink[fromY * input.Width + fromX] / 255 : 0;
                }
            }
        });
        return (inputs, targets);
    }
}
