using MnistTrainer.Networks;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>What a network learns: the examples of an epoch, the loss on them, and how it is measured on what is held back.</summary>
internal abstract class LearningTask : IDisposable
{
    /// <summary>Examples that an epoch shows.</summary>
    public abstract int PerEpoch { get; }

    /// <summary>Draws the order of an epoch with libtorch's default generator, which was seeded for it.</summary>
    /// <param name="epoch">From 1.</param>
    public abstract void Begin(int epoch);

    /// <summary>Some of the epoch's examples.</summary>
    /// <param name="batch">Which batch of the epoch, from 0.</param>
    /// <param name="progress">Of the whole training, 0 to 1.</param>
    /// <returns>What the network takes, and what it is to answer; in the caller's dispose scope.</returns>
    public abstract (Tensor Input, Tensor Target) Batch(int batch, double progress);

    /// <summary>What training minimises: the mean over a batch.</summary>
    /// <param name="output">The network's.</param>
    /// <param name="target">What it is to answer.</param>
    public abstract Tensor Loss(Tensor output, Tensor target);

    /// <summary>How good the answers to a batch are, 0 to 1 an example, summed up.</summary>
    /// <param name="output">The network's.</param>
    /// <param name="target">What it is to answer.</param>
    public abstract double Score(Tensor output, Tensor target);

    /// <summary>Measures the network on what is held back.</summary>
    /// <param name="network">In any mode; it is left in evaluation mode.</param>
    /// <returns>Mean loss, without label smoothing; mean score, 0 to 1; the same of pen strokes. NaN where nothing is held back.</returns>
    public abstract (double Loss, double Accuracy, double Strokes) Validate(Network network);

    /// <summary>Frees the tensors that are kept from batch to batch.</summary>
    public abstract void Dispose();
}
