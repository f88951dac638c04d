using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using MnistApi.Hosting.Errors;

namespace MnistApi.OpenInference.Grpc;

/// <summary>The messages of <c>ModelInfer</c> → a request and its tensor as HTTP has them, and outputs → messages.</summary>
internal static class TensorMessages
{
    private const int MostOutputs = 8; // more than any model of ours has

    /// <summary>What a message asks for, but for the tensor. Outputs come as the input did: raw or as contents.</summary>
    /// <exception cref="InferException">A parameter isn't known, or there are too many outputs.</exception>
    public static InferRequest ToRequest(this ModelInferRequest message)
    {
        CheckKnown(message.Parameters, "parameters");
        if (message.Outputs.Count > MostOutputs)
            throw new InferException($"\"outputs\" asks for {message.Outputs.Count} outputs. Ask for each once.");

        BoundedList<RequestedOutput> outputs =
            [.. message.Outputs.Select(output => new RequestedOutput(output.Name, new OutputParameters(null, Classes(output))))];
        return new InferRequest(message.Id, new RequestParameters(message.RawInputContents.Count > 0), null, outputs);
    }

    /// <summary>The one tensor that a message has.</summary>
    /// <exception cref="InferException">It has another number of tensors, or data in no form or in both, or numbers that aren't of its datatype.</exception>
    public static InputTensor ToTensor(this ModelInferRequest message)
    {
        if (message.Inputs is not [{ Name.Length: > 0, Datatype.Length: > 0 } input])
            throw new InferException("\"inputs\" isn't one tensor with a name, a shape and a datatype. Send \"pixels\" or \"image\".");

        CheckKnown(input.Parameters, "inputs[0].parameters");
        if (message.RawInputContents.Count != (input.Contents is null ? 1 : 0))
            throw new InferException($"\"{input.Name}\" has neither or both of \"contents\" and one of \"raw_input_contents\". Send one of them.");

        return new InputTensor(
            input.Name, input.Shape, input.Datatype, input.Contents is { } contents ? Raw(contents, input) : message.RawInputContents[0].Memory, IsJson: false);
    }

    /// <summary>The outputs as a message has them.</summary>
    public static ModelInferResponse ToMessage(
        this IReadOnlyList<(InferOutput Json, byte[] Binary)> outputs, string model, string version, string id)
    {
        var answer = new ModelInferResponse { ModelName = model, ModelVersion = version, Id = id };
        foreach (var (output, binary) in outputs)
        {
            answer.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Name,
                Datatype = output.Datatype,
                Shape = { output.Shape },
                Contents = output.Data is null ? null : Contents(output.Data),
            });
            if (output.Data is null)
                answer.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(binary));
        }

        return answer;
    }

    private static InferTensorContents Contents(object data) => data is float[] numbers
        ? new InferTensorContents { Fp32Contents = { numbers } }
        : new InferTensorContents { BytesContents = { ((string[])data).Select(ByteString.CopyFromUtf8) } };

    private static int? Classes(ModelInferRequest.Types.InferRequestedOutputTensor output)
    {
        CheckKnown(output.Parameters, $"parameters of \"{output.Name}\"", "classification");
        if (!output.Parameters.TryGetValue("classification", out var classes))
            return null;

        return classes.ParameterChoiceCase is InferParameter.ParameterChoiceOneofCase.Int64Param && classes.Int64Param is >= int.MinValue and <= int.MaxValue
            ? (int)classes.Int64Param
            : throw new InferException($"\"classification\" of \"{output.Name}\" isn't a number in int64_param. Send how many classes are wanted.");
    }

    private static void CheckKnown(MapField<string, InferParameter> parameters, string where, string? known = null)
    {
        if (parameters.Keys.FirstOrDefault(name => name != known) is { } unknown)
            throw new InferException($"\"{unknown}\" in {where} isn't known here. Known is \"classification\" (int64_param) of an output.");
    }

    // as bytes, which all that follows reads
    private static byte[] Raw(InferTensorContents contents, ModelInferRequest.Types.InferInputTensor input)
    {
        try
        {
            return input.Datatype switch
            {
                "FP32" => Raw<float, float>(contents.Fp32Contents),
                "FP64" => Raw<double, double>(contents.Fp64Contents),
                "INT8" => Raw<int, sbyte>(contents.IntContents),
                "INT16" => Raw<int, short>(contents.IntContents),
                "INT32" => Raw<int, int>(contents.IntContents),
                "INT64" => Raw<long, long>(contents.Int64Contents),
                "UINT8" => Raw<uint, byte>(contents.UintContents),
                "UINT16" => Raw<uint, ushort>(contents.UintContents),
                "UINT32" => Raw<uint, uint>(contents.UintContents),
                "UINT64" => Raw<ulong, ulong>(contents.Uint64Contents),
                InputTensor.BytesType => Raw(contents.BytesContents),
                _ => throw new InferException($"There are no contents of the datatype {input.Datatype}. Send \"{input.Name}\" in raw_input_contents."),
            };
        }
        catch (OverflowException)
        {
            throw new InferException($"\"{input.Name}\" has contents that aren't {input.Datatype}. Send numbers of that datatype.");
        }
    }

    private static byte[] Raw<TField, TElement>(RepeatedField<TField> numbers)
        where TField : INumberBase<TField>
        where TElement : unmanaged, INumberBase<TElement>
    {
        var bytes = new byte[numbers.Count * Unsafe.SizeOf<TElement>()];
        var elements = MemoryMarshal.Cast<byte, TElement>(bytes.AsSpan());
        for (var i = 0; i < elements.Length; i++)
            elements[i] = TElement.CreateChecked(numbers[i]);
        return bytes;
    }

    // each file behind its length, four bytes
    private static byte[] Raw(RepeatedField<ByteString> files)
    {
        var bytes = new byte[files.Sum(file => sizeof(uint) + file.Length)];
        var rest = bytes.AsSpan();
        foreach (var file in files)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, file.Length);
            file.Span.CopyTo(rest[sizeof(uint)..]);
            rest = rest[(sizeof(uint) + file.Length)..];
        }

        return bytes;
    }
}
