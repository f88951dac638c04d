using MnistReader.Framing;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>Framed digits → their class.</summary>
internal sealed class DigitTask : LearningTask
{
    private readonly Recipe _recipe;
    private readonly TrainingData _data;
    private readonly Tensor _pixels;
    private readonly Tensor _labels;
    private Tensor? _order;

    /// <summary>Copies the images into tensors.</summary>
    /// <param name="recipe">Says batch size, augmentation and label smoothing.</param>
    /// <param name="data">To learn from and to measure on.</param>
    public DigitTask(Recipe recipe, TrainingData data)
    {
        (_recipe, _data) = (recipe, data);
        using (NewDisposeScope())
            _pixels = Join(data.Portions.Select(portion => portion.Images.Pixels)).reshape(-1, 1, DigitImage.Side, DigitImage.Side).DetachFromDisposeScope();
        _labels = Join(data.Portions.Select(portion => portion.Images.Labels));
    }

    /// <inheritdoc/>
    public override int PerEpoch => _data.PerEpoch;

    /// <inheritdoc/>
    public override void Begin(int epoch)
    {
        _order?.Dispose();
        _order = _data.Order();
    }

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Target) Batch(int batch, double progress)
    {
        var start = batch * _recipe.BatchSize;
        // one image alone has no variance: batch normalisation would be spoilt by it for good
        var end = PerEpoch - start <= _recipe.BatchSize + 1 ? PerEpoch : start + _recipe.BatchSize;
        var indices = _order![TensorIndex.Slice(start, end)];
        var (x, y) = Trainer.Batch(_pixels, _labels, indices);
        return (_recipe.Augmentation is { } augmentation ? augmentation.Apply(x, progress) : x, y);
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tensor output, Tensor target) => nn.functional.cross_entropy(output, target, label_smoothing: _recipe.LabelSmoothing);

    /// <inheritdoc/>
    public override double Score(Tensor output, Tensor target) => output.argmax(1).eq(target).sum().Read<long>();

    /// <inheritdoc/>
    public override (double Loss, double Accuracy, double Strokes) Validate(Network network)
    {
        var (loss, accuracy) = Measure(_data.Validation);
        return (loss, accuracy, Measure(_data.StrokeValidation).Accuracy);

        (double Loss, double Accuracy) Measure(DigitSet? digits) =>
            digits is null ? (double.NaN, double.NaN) : Evaluator.LossAndAccuracy(network, digits);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _order?.Dispose();
        _pixels.Dispose();
        _labels.Dispose();
    }

    private static Tensor Join(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        using var scope = NewDisposeScope();
        return cat([.. parts.Select(part => from_array(part.ToArray()))]).MoveToOuterDisposeScope();
    }
}
