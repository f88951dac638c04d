using Mono.Cecil;
using MnistTrainer.Networks;
using MnistTrainer.Training;
using TorchSharp;
using Xunit;

namespace MnistTrainer.Tests;

/// <summary>What holds for all code of the trainer.</summary>
public class ArchitectureTests
{
    [Fact]
    public void No_folder_uses_a_later_one() => Architecture.AssertOrder(
        typeof(Trainer).Assembly,
        "Storage", "Datasets", "Synthesis", "Networks", "Recipes", "Training", "Evaluation", "Tuning", "Export", "Reports", "Commands",
        Architecture.Root);

    [Fact]
    public void Numbers_meet_tensors_only_where_the_collector_cannot_free_them()
    {
        using var program = ModuleDefinition.ReadModule(typeof(Trainer).Assembly.Location);
        var faults = from type in program.GetTypes()
                     where !type.FullName.StartsWith(typeof(TensorArithmetic).FullName!, StringComparison.Ordinal)
                     from method in type.Methods
                     where method.HasBody
                     from instruction in method.Body.Instructions
                     where instruction.Operand is MethodReference called && LeavesItsNumber(called)
                     select $"{method.FullName} calls {instruction.Operand}: use {nameof(TensorArithmetic)}.";

        Assert.Empty(faults);

        static bool LeavesItsNumber(MethodReference called)
        {
            var isOperator = called.DeclaringType.FullName == "TorchSharp.torch/Tensor" && called.Name.StartsWith("op_", StringComparison.Ordinal);
            return called.Parameters.Any(parameter => parameter.ParameterType.FullName == typeof(Scalar).FullName) || called.Name == "item"
                || (called.DeclaringType.FullName == "TorchSharp.torch/Tensor" && called.Name is "op_Addition" or "add" or "add_")
                || (isOperator && called.Name != "op_Implicit" && called.Parameters.Any(parameter => parameter.ParameterType.IsPrimitive));
        }
    }
}
