using Microsoft.ML;
using Microsoft.ML.Data;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>Measures networks and model files on labelled images.</summary>
internal static class Evaluator
{
    private const int BatchSize = 128; // as in most trainings, so that measuring takes no more memory than they do

    /// <summary>Logits of a whole set.</summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits; it is left in evaluation mode.</param>
    /// <param name="digits">The images.</param>
    /// <returns>float32 (N, classes), of the ten digits and perhaps of "no digit"; the caller disposes it.</returns>
    public static Tensor Logits(nn.Module<Tensor, Tensor> network, DigitSet digits)
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        network.eval();
        var pixels = from_array(digits.Pixels.ToArray()).reshape(digits.Count, 1, DigitImage.Side, DigitImage.Side);
        Tensor? logits = null; // one for all: small tensors that stay among large ones that go would keep the allocator from using the room again
        foreach (var (index, batch) in pixels.split(BatchSize).Index())
        {
            using var batchScope = NewDisposeScope();
            var ofBatch = network.call(Trainer.ToInput(batch)); // (B, classes)
            logits ??= empty(digits.Count, ofBatch.shape[1]).MoveToOuterDisposeScope();
            logits[TensorIndex.Slice(index * BatchSize, index * BatchSize + ofBatch.shape[0])].copy_(ofBatch);
        }

        return logits!.MoveToOuterDisposeScope();
    }

    /// <summary>Mean cross-entropy in nats, and accuracy from 0 to 1.</summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits; it is left in evaluation mode.</param>
    /// <param name="digits">The images.</param>
    public static (double Loss, double Accuracy) LossAndAccuracy(nn.Module<Tensor, Tensor> network, DigitSet digits)
    {
        using var scope = NewDisposeScope();
        var logits = Logits(network, digits).narrow(1, 0, DigitClassifier.Digits);
        var labels = from_array(digits.Labels.ToArray()).to(ScalarType.Int64);
        return (nn.functional.cross_entropy(logits, labels).Read<float>(), logits.argmax(1).eq(labels).sum().Read<long>() / (double)digits.Count);
    }

    /// <summary>What a network answers for a whole set.</summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits; it is left in evaluation mode.</param>
    /// <param name="digits">The images.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <param name="rejectionThreshold">Least probability of being a digit of what is taken for one.</param>
    /// <returns>One prediction an image, in order.</returns>
    public static IReadOnlyList<Prediction> Predict(nn.Module<Tensor, Tensor> network, DigitSet digits, double temperature = 1, double rejectionThreshold = 0)
    {
        using var logits = Logits(network, digits);
        return Predict(logits, temperature, rejectionThreshold);
    }

    /// <summary>What logits answer.</summary>
    /// <param name="logits">float32 (N, classes), of the ten digits and perhaps of "no digit".</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <param name="rejectionThreshold">Least probability of being a digit of what is taken for one.</param>
    /// <returns>One prediction an image, in order.</returns>
    public static IReadOnlyList<Prediction> Predict(Tensor logits, double temperature = 1, double rejectionThreshold = 0)
    {
        using var scope = NewDisposeScope();
        var scaled = logits.DividedBy(temperature);
        var ofDigits = scaled.narrow(1, 0, DigitClassifier.Digits);
        var probabilities = ofDigits.softmax(1).data<float>().ToArray();
        var isDigit = scaled.shape[1] > DigitClassifier.Digits
            ? (ofDigits.amax([1]) - scaled.select(1, DigitSet.NonDigit)).sigmoid().data<float>().ToArray()
            : null;
        return [.. probabilities.Chunk(DigitClassifier.Digits).Select((row, index) => Prediction.From(row, isDigit?[index] ?? 1, rejectionThreshold))];
    }

    /// <summary>What a model file answers for a whole set.</summary>
    /// <param name="classifier">The loaded file.</param>
    /// <param name="digits">The images.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One prediction an image, in order.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static IReadOnlyList<Prediction> Predict(DigitClassifier classifier, DigitSet digits, CancellationToken cancellation = default) =>
        [.. Enumerable.Range(0, digits.Count).Select(index => digits[index]).Chunk(BatchSize).SelectMany(batch =>
        {
            cancellation.ThrowIfCancellationRequested();
            return classifier.Classify(batch);
        })];

    /// <summary>What a network that finds ink answers for one picture.</summary>
    /// <param name="network">(N, 1, H, W) → (N, 1, H, W) logits; it is left in evaluation mode.</param>
    /// <param name="picture">Of any size.</param>
    /// <returns>The probability that each of its pixels is ink, in row order.</returns>
    public static float[] Ink(nn.Module<Tensor, Tensor> network, InkInput picture)
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        network.eval();
        var (values, width, height) = picture.Padded();
        return network.call(tensor(values, [1, 1, height, width]))[0, 0, ..picture.Height, ..picture.Width].sigmoid().contiguous().data<float>().ToArray();
    }

    /// <summary>What a number network answers for one line.</summary>
    /// <param name="network">(N, 1, 40, W) → (N, 16, 1, W/4) logits; it is left in evaluation mode.</param>
    /// <param name="line">As the network takes it.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <returns>The logarithms of the probabilities of the classes at each step: class after class, of each all steps.</returns>
    public static float[] Steps(nn.Module<Tensor, Tensor> network, NumberInput line, double temperature)
    {
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        network.eval();
        var logits = network.call(tensor(line.Values, [1, 1, NumberInput.Height, line.Width]));
        return logits.DividedBy(temperature).log_softmax(1).data<float>().ToArray();
    }

    /// <summary>Microsoft.ML's multiclass metrics: accuracy, top-2 accuracy, log-loss (nats), confusion matrix.</summary>
    /// <param name="predictions">One prediction an image.</param>
    /// <param name="digits">The images that were predicted.</param>
    public static MulticlassClassificationMetrics Measure(IReadOnlyList<Prediction> predictions, DigitSet digits)
    {
        var context = new MLContext();
        var rows = predictions.Select((prediction, index) => new Row
        {
            Label = digits.Labels.Span[index],
            PredictedLabel = (uint)prediction.Digit,
            Score = [.. prediction.Probabilities],
        });
        return context.MulticlassClassification.Evaluate(context.Data.LoadFromEnumerable(rows), topKPredictionCount: 2);
    }

    private sealed class Row
    {
        [KeyType(DigitClassifier.Digits)]
        public uint Label { get; set; }

        [KeyType(DigitClassifier.Digits)]
        public uint PredictedLabel { get; set; }

        [VectorType(DigitClassifier.Digits)]
        public float[] Score { get; set; } = [];
    }
}
