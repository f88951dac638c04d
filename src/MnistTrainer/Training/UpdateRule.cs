using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MnistTrainer.Training;

/// <summary>
/// Moves weights against their gradients, with a memory of earlier ones: stochastic gradient descent with momentum, Adam or AdamW, as PyTorch computes them.
/// TorchSharp's own optimisers lose numbers to the garbage collector (<see cref="TensorArithmetic"/>).
/// </summary>
internal sealed class UpdateRule : IDisposable
{
    private const double MeanDecay = 0.9, SquareDecay = 0.999, Epsilon = 1e-8; // Kingma and Ba 2015

    private readonly Recipe _recipe;
    private readonly IReadOnlyList<Parameter> _weights;
    private readonly Tensor[] _means; // of the gradients; momentum's sums
    private readonly Tensor[] _squares; // means of the gradients' squares; Adam's alone
    private long _steps;

    /// <param name="recipe">Says which rule, and its settings.</param>
    /// <param name="weights">float32; they stay the caller's.</param>
    public UpdateRule(Recipe recipe, IEnumerable<Parameter> weights)
    {
        using var scope = NewDisposeScope();
        (_recipe, _weights) = (recipe, [.. weights]);
        _means = [.. _weights.Select(Zeros)];
        _squares = recipe.Optimizer == Optimizer.Sgd ? [] : [.. _weights.Select(Zeros)];

        static Tensor Zeros(Tensor weight) => zeros(weight.shape).DetachFromDisposeScope();
    }

    /// <summary>Takes a step; weights without a gradient stay.</summary>
    /// <param name="rate">The learning rate.</param>
    public void Step(double rate)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        _steps++;
        foreach (var (index, weight) in _weights.Index())
        {
            if (weight.grad is not { } gradient)
                continue;

            if (_recipe.Optimizer == Optimizer.AdamW)
                weight.Scale(1 - rate * _recipe.WeightDecay);
            else if (_recipe.WeightDecay > 0)
                gradient = gradient.Plus(weight.Times(_recipe.WeightDecay));

            if (_recipe.Optimizer == Optimizer.Sgd)
            {
                var mean = _means[index].Scale(_recipe.Momentum).Add(gradient, 1);
                weight.Add(_recipe.Nesterov ? gradient.Plus(mean.Times(_recipe.Momentum)) : mean, -rate);
            }
            else
            {
                var mean = _means[index].Scale(MeanDecay).Add(gradient, 1 - MeanDecay);
                var square = _squares[index].Scale(SquareDecay).Add(gradient * gradient, 1 - SquareDecay);
                // both start at 0, and are too small by as much
                var size = square.DividedBy(1 - Math.Pow(SquareDecay, _steps)).sqrt().Plus(Epsilon);
                weight.Add(mean / size, -rate / (1 - Math.Pow(MeanDecay, _steps)));
            }
        }
    }

    /// <summary>Writes the memory.</summary>
    /// <param name="writer">Its target.</param>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_steps);
        foreach (var memory in Memory)
            writer.Write(memory.bytes);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, of a rule of the same settings and weights.</summary>
    /// <param name="reader">Its source.</param>
    public void Load(BinaryReader reader)
    {
        _steps = reader.ReadInt64();
        foreach (var memory in Memory)
            reader.BaseStream.ReadExactly(memory.bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var memory in Memory)
            memory.Dispose();
    }

    private IEnumerable<Tensor> Memory => _means.Concat(_squares);
}
