using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MnistApi.Hosting.Errors;
using MnistReader.Inference;

namespace MnistApi.OpenInference;

/// <summary>An output that is wanted, and in which form.</summary>
/// <param name="Name">Of an output of the model.</param>
/// <param name="IsBinary">Whether it comes as bytes behind the JSON.</param>
/// <param name="Classes">How many of the highest values come as texts; null for all numbers.</param>
internal sealed record OutputTensor(string Name, bool IsBinary, int? Classes)
{
    /// <summary>The datatype of numbers.</summary>
    public const string FloatType = "FP32";

    /// <summary>How many numbers a row of an output has.</summary>
    public static int Width(string output) => output is DigitClassifier.OutputName ? DigitClassifier.Digits : 1;

    /// <summary>The outputs that a request wants, in its order; all where it names none.</summary>
    /// <param name="request">Says which.</param>
    /// <param name="given">Names of the model's outputs.</param>
    /// <exception cref="InferException">One isn't given, is wanted twice, or in no class.</exception>
    public static IReadOnlyList<OutputTensor> Wanted(InferRequest request, IReadOnlyList<string> given)
    {
        var binary = request.Parameters?.BinaryDataOutput ?? false;
        if (request.Outputs is not { Count: > 0 } outputs)
            return [.. given.Select(name => new OutputTensor(name, binary, null))];

        var wanted = new List<OutputTensor>();
        foreach (var output in outputs)
        {
            if (output?.Name is not { } name || !given.Contains(name))
            {
                throw new InferException($"\"outputs\" asks for \"{output?.Name}\", which the model doesn't give. " +
                    $"Ask for \"{string.Join("\" or \"", given)}\", or leave it out.");
            }

            if (wanted.Exists(other => other.Name == name))
                throw new InferException($"\"outputs\" asks for \"{name}\" twice. Ask for it once.");
            if (output.Parameters?.Classification < 1)
                throw new InferException($"\"outputs\" asks for {output.Parameters.Classification} classes of \"{name}\". Ask for 1 to {Width(name)}.");

            wanted.Add(new OutputTensor(name, output.Parameters?.BinaryData ?? binary, output.Parameters?.Classification));
        }

        return wanted;
    }

    /// <summary>The output for some images: what stands in the JSON, and the bytes behind it, empty where it isn't binary.</summary>
    public (InferOutput Json, byte[] Binary) Of(IReadOnlyList<Prediction> predictions)
    {
        if (Classes is { } classes)
        {
            var texts = predictions.SelectMany(prediction => Highest(Row(prediction), classes)).ToArray();
            return Of("BYTES", [predictions.Count, texts.Length / predictions.Count], texts, IsBinary ? ToBytes(texts) : []);
        }

        var numbers = predictions.SelectMany(Row).ToArray();
        return Of(FloatType, [predictions.Count, Width(Name)], numbers, IsBinary ? MemoryMarshal.AsBytes<float>(numbers).ToArray() : []);
    }

    private (InferOutput Json, byte[] Binary) Of(string datatype, IReadOnlyList<long> shape, object data, byte[] binary) => IsBinary
        ? (new InferOutput(Name, datatype, shape, new InputParameters(binary.Length), null), binary)
        : (new InferOutput(Name, datatype, shape, null, data), binary);

    private IReadOnlyList<float> Row(Prediction prediction) =>
        Name is DigitClassifier.OutputName ? prediction.Probabilities : [prediction.DigitProbability];

    // "0.99:7:7"; equal values in the order of their indices
    private IEnumerable<string> Highest(IReadOnlyList<float> row, int classes) => row.Index()
        .OrderByDescending(value => value.Item)
        .Take(classes)
        .Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Item}:{value.Index}:{Label(value.Index)}"));

    private string Label(int index) => Name is DigitClassifier.OutputName ? $"{index}" : Name;

    // each text behind its length, four bytes
    private static byte[] ToBytes(IEnumerable<string> texts) => [.. texts.SelectMany(text =>
    {
        var bytes = new byte[sizeof(uint) + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, text.Length);
        Encoding.ASCII.GetBytes(text, bytes.AsSpan(sizeof(uint)));
        return bytes;
    })];
}
