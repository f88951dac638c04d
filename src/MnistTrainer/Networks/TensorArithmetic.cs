using TorchSharp;
using static TorchSharp.torch;

namespace MnistTrainer.Networks;

/// <summary>
/// Tensors with numbers, and sums, which TorchSharp computes with a factor of 1. Its own methods leave the number to the garbage collector, which may free it
/// before libtorch has read it; rarely, but then a training fails or goes on with another number. Here it lives until libtorch is done. A test holds the
/// trainer to these methods.
/// </summary>
internal static class TensorArithmetic
{
    public static Tensor Plus(this Tensor tensor, double number) => With(number, scalar => With(1, one => tensor.add(scalar, one)));

    public static Tensor Plus(this Tensor tensor, Tensor other) => With(1, one => tensor.add(other, one));

    public static Tensor Times(this Tensor tensor, double number) => With(number, tensor.mul);

    public static Tensor DividedBy(this Tensor tensor, double number) => With(number, scalar => tensor.div(scalar));

    public static Tensor IsAbove(this Tensor tensor, double number) => With(number, tensor.gt);

    public static Tensor IsBelow(this Tensor tensor, double number) => With(number, tensor.lt);

    /// <summary>Multiplies a tensor in its place.</summary>
    public static Tensor Scale(this Tensor tensor, double factor) => With(factor, tensor.mul_);

    /// <summary>Adds a multiple of another tensor to one in its place.</summary>
    public static Tensor Add(this Tensor tensor, Tensor other, double factor) => With(factor, scalar => tensor.add_(other, scalar));

    /// <summary>The number that a tensor of one element holds, of the tensor's own type.</summary>
    public static T Read<T>(this Tensor tensor)
        where T : unmanaged => tensor.data<T>()[0];

    private static Tensor With(double number, Func<Scalar, Tensor> operation)
    {
        using var scalar = number.ToScalar(); // frees it, and so keeps it until here
        return operation(scalar);
    }
}
