using MnistReader.Numbers;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using MnistTrainer.Synthesis.Pictures;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Training;

/// <summary>
/// Lines of writing → their digits and separators, by connectionist temporal classification (CTC; Graves et al., 2006): the network learns where each
/// character is from the text alone. No line is shown twice.
/// </summary>
/// <param name="recipe">Says how many lines an epoch shows.</param>
/// <param name="training">Makes the lines to learn from.</param>
/// <param name="validation">Makes those to measure on, with ink of other writers; null for none.</param>
internal sealed class NumberTask(Recipe recipe, PictureGenerator training, PictureGenerator? validation) : LearningTask
{
    /// <summary>Lines to measure on.</summary>
    public const int ValidationLines = 960;

    /// <summary>Digits in a line at most.</summary>
    public const int MostDigits = 10;

    /// <summary>Of ink to paper in lines to learn from; a tenth of those that are made has less.</summary>
    private const double LeastContrast = 2.2;

    /// <summary>Batches that are made at once and sorted by width, so that little is padding.</summary>
    private const int BatchesAtOnce = 8;

    private int _epoch;
    private (int Epoch, int First) _madeOf;
    private Line[][] _made = [];
    private (Tensor Input, Tensor Target)[]? _heldBack;

    /// <summary>Reads the ink to write with, and holds back a part.</summary>
    /// <param name="recipe">Says how many lines an epoch shows.</param>
    /// <param name="dataFolder">Of MNIST.</param>
    /// <param name="strokes">The sources of pen strokes; none where empty.</param>
    /// <param name="validation">Images of MNIST to hold back, and with them a fifth of the sites of each source of strokes; 0 for nothing.</param>
    /// <param name="splitSeed">Draws which.</param>
    /// <param name="seed">Draws the lines to learn from; those to measure on are always the same.</param>
    public static NumberTask Load(Recipe recipe, string dataFolder, IReadOnlyList<StrokeSet> strokes, int validation, int splitSeed, int seed)
    {
        var (train, heldBack) = PictureGenerator.Load(dataFolder, strokes, validation, splitSeed, seed);
        return new NumberTask(recipe, train, heldBack);
    }

    /// <inheritdoc/>
    public override int PerEpoch => recipe.Pictures;

    /// <summary>Lines to look at: those that are held back, or others like those that it learns from. Who takes one disposes it.</summary>
    public IEnumerable<WrittenPicture> Lines() =>
        Enumerable.Range(0, int.MaxValue).Select(index => Legible(validation ?? training, index));

    /// <summary>What a line says.</summary>
    /// <param name="line">One line, or a blank.</param>
    public static string TextOf(WrittenPicture line) => line.Lines.Count == 0 ? "" : line.Lines[0].Text;

    /// <inheritdoc/>
    public override void Begin(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Target) Batch(int batch, double progress)
    {
        var first = batch / BatchesAtOnce * BatchesAtOnce;
        if (_madeOf != (_epoch, first))
        {
            var count = Math.Min(BatchesAtOnce * recipe.BatchSize, recipe.Pictures - first * recipe.BatchSize);
            (_made, _madeOf) = (Make(training, ((long)_epoch << 32) + (long)first * recipe.BatchSize, count), (_epoch, first));
            new Random(unchecked(_epoch * 7_919 + first)).Shuffle(_made); // not always from narrow to wide
        }

        return ToTensors(_made[batch - first]);
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, Tensor target) => Loss(output.squeeze(2).log_softmax(1), target, Reduction.Mean);

    /// <inheritdoc/>
    public override double Score(Tensor output, Tensor target)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        return Decode(output, target).Count(line => line.Read.SequenceEqual(line.True));
    }

    /// <inheritdoc/>
    public override (double Loss, double Accuracy, double Strokes) Validate(Network network)
    {
        if (validation is null)
            return (double.NaN, double.NaN, double.NaN);

        using var _ = inference_mode();
        network.eval();
        double loss = 0, score = 0;
        foreach (var (input, target) in HeldBack())
        {
            using var scope = NewDisposeScope();
            var output = network.call(input);
            loss += Loss(output, target).Read<float>() * input.shape[0];
            score += Score(output, target);
        }

        return (loss / ValidationLines, score / ValidationLines, double.NaN);
    }

    /// <summary>Fits the temperature on what is held back, so that the probabilities of whole lines mean most there, and measures what is read.</summary>
    /// <param name="network">Trained; it is left in evaluation mode.</param>
    /// <returns>
    /// The temperature of the least negative log-likelihood; shares of lines that are read rightly and of characters that are wrong, too many or missing. Null
    /// where nothing is held back.
    /// </returns>
    public (double Temperature, double LinesRight, double CharacterErrorRate)? Measure(Network network)
    {
        if (validation is null)
            return null;

        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        network.eval();
        var answers = HeldBack().Select(batch => (Output: network.call(batch.Input), batch.Target)).ToList();
        var lines = answers.SelectMany(answer => Decode(answer.Output, answer.Target)).ToList();
        // from half to four, in steps of 7 %
        var temperature = Enumerable.Range(-10, 31).Select(step => Math.Pow(2, step / 10.0)).MinBy(divisor => answers.Sum(answer =>
        {
            using var ofBatch = NewDisposeScope();
            return Loss(answer.Output.DividedBy(divisor).squeeze(2).log_softmax(1), answer.Target, Reduction.Sum).Read<float>();
        }));
        return (temperature,
            lines.Count(line => line.Read.SequenceEqual(line.True)) / (double)lines.Count,
            lines.Sum(line => EditDistance.Between(NumberAlphabet.TextOf(line.Read), NumberAlphabet.TextOf(line.True))) / (double)lines.Sum(line => line.True.Length));
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

    private (Tensor Input, Tensor Target)[] HeldBack() =>
        _heldBack ??= [.. Make(validation!, 0, ValidationLines).Select(lines =>
        {
            var (input, target) = ToTensors(lines);
            return (input.DetachFromDisposeScope(), target.DetachFromDisposeScope());
        })];

    /// <summary>Of log-probabilities (N, classes, W/4).</summary>
    private static Tensor Loss(Tensor logProbabilities, Tensor target, Reduction reduction) => functional.ctc_loss(
        logProbabilities.permute(2, 0, 1), target[.., 2..], target.select(1, 0), target.select(1, 1), NumberAlphabet.Blank, zero_infinity: true, reduction);

    /// <summary>What the best class of each step says, and what is written.</summary>
    private static IEnumerable<(int[] Read, int[] True)> Decode(Tensor output, Tensor target)
    {
        var best = output.squeeze(2).argmax(1); // (N, W/4)
        var (steps, classes) = ((int)best.shape[1], best.data<long>().ToArray());
        var columns = (int)target.shape[1];
        var truth = target.data<long>().ToArray();
        for (var line = 0; line < best.shape[0]; line++)
        {
            var of = truth.AsMemory(line * columns, columns).ToArray();
            yield return ([.. NumberAlphabet.Merge(classes.Skip(line * steps).Take((int)of[0]).Select(step => (int)step))],
                [.. of.Skip(2).Take((int)of[1]).Select(character => (int)character)]);
        }
    }

    /// <summary>A line that people can read: what nobody can teaches to guess.</summary>
    private static WrittenPicture Legible(PictureGenerator generator, long index)
    {
        const long others = 1L << 56; // beyond all epochs
        for (var take = 0; ; take++)
        {
            var picture = generator.Make(index + take * others, MostDigits, isCutOut: true);
            if (picture.Contrast >= LeastContrast)
                return picture;

            picture.Dispose();
        }
    }

    /// <summary>Makes lines on all processors, and puts those of about one width into one batch.</summary>
    private Line[][] Make(PictureGenerator generator, long first, int count)
    {
        var lines = new Line[count];
        Parallel.For(0, count, index =>
        {
            using var picture = Legible(generator, first + index);
            lines[index] = new Line(NumberInput.Of(picture.Gray), TextOf(picture));
        });
        return [.. lines.OrderBy(line => line.Input.Width).Chunk(recipe.BatchSize)];
    }

    /// <summary>Lines in one tensor (N, 1, 40, W), 0 on the right of each; and (N, 2 + L): how many steps and characters each has, and these.</summary>
    private static (Tensor Input, Tensor Target) ToTensors(Line[] lines)
    {
        var (width, length) = (lines.Max(line => line.Input.Width), lines.Max(line => line.Text.Length));
        var (input, target) = (new float[lines.Length * NumberInput.Height * width], new long[lines.Length * (2 + length)]);
        foreach (var (index, (of, text)) in lines.Index())
        {
            for (var y = 0; y < NumberInput.Height; y++)
                of.Values.AsSpan(y * of.Width, of.Width).CopyTo(input.AsSpan((index * NumberInput.Height + y) * width));
            var at = index * (2 + length);
            (target[at], target[at + 1]) = (of.Steps, text.Length);
            foreach (var (place, character) in NumberAlphabet.ClassesOf(text).Index())
                target[at + 2 + place] = character;
        }

        return (tensor(input, [lines.Length, 1, NumberInput.Height, width]), tensor(target, [lines.Length, 2 + length]));
    }

    private sealed record Line(NumberInput Input, string Text);
}
