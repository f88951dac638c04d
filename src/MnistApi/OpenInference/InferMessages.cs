using System.Text.Json.Serialization;

namespace MnistApi.OpenInference;

// Requests for inference and their answers, as the Open Inference Protocol V2 (https://github.com/kserve/open-inference-protocol) and Triton's extensions
// for binary tensors, classification and parameters have them. A parameter that isn't here is refused.

/// <summary>A request for inference.</summary>
/// <param name="Id">Any text; the answer repeats it.</param>
/// <param name="Parameters">What holds for the whole request.</param>
/// <param name="Inputs">One tensor: <c>pixels</c> or <c>image</c>.</param>
/// <param name="Outputs">The outputs that are wanted, each once; all where it is absent.</param>
internal sealed record InferRequest(string? Id, RequestParameters? Parameters, BoundedList<InferInput>? Inputs, BoundedList<RequestedOutput>? Outputs);

/// <summary>The parameters of a request.</summary>
/// <param name="BinaryDataOutput">Whether outputs come as bytes behind the JSON where they don't say themselves; the default is false.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RequestParameters([property: JsonPropertyName("binary_data_output")] bool? BinaryDataOutput);

/// <summary>A tensor to infer from; its data stands in <c>data</c>, or as bytes behind the JSON.</summary>
/// <param name="Name"><c>pixels</c> or <c>image</c>.</param>
/// <param name="Shape">[N, 1, 28, 28] of <c>pixels</c>, [N] of <c>image</c>, N from 1 to 256.</param>
/// <param name="Datatype">
/// Of <c>pixels</c>: FP16, BF16, FP32 or FP64 (0 = paper to 1 = full ink), INT8 to INT64 or UINT8 to UINT64 (0 = paper to 255 = full ink).
/// Of <c>image</c>: BYTES.
/// </param>
/// <param name="Parameters">Where the data is.</param>
/// <param name="Data">The numbers in row order, flat or nested; or the image files in base64.</param>
internal sealed record InferInput(string? Name, BoundedList<long>? Shape, string? Datatype, InputParameters? Parameters, JsonSlice? Data);

/// <summary>The parameters of an input.</summary>
/// <param name="BinaryDataSize">How many of the bytes behind the JSON are its data.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record InputParameters([property: JsonPropertyName("binary_data_size")] long? BinaryDataSize);

/// <summary>An output that is wanted.</summary>
/// <param name="Name"><c>probabilities</c> or <c>digit</c>.</param>
/// <param name="Parameters">How it is wanted.</param>
internal sealed record RequestedOutput(string? Name, OutputParameters? Parameters);

/// <summary>The parameters of an output that is wanted.</summary>
/// <param name="BinaryData">Whether it comes as bytes behind the JSON; what <c>binary_data_output</c> says where it is absent.</param>
/// <param name="Classification">
/// How many classes are wanted, at least 1: the highest values of each row, as texts <c>value:index:label</c>. Where it is absent, all numbers come.
/// </param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record OutputParameters([property: JsonPropertyName("binary_data")] bool? BinaryData, int? Classification);

/// <summary>The answer to a request for inference.</summary>
/// <param name="ModelName">The model's name.</param>
/// <param name="ModelVersion">The version of the model that answered.</param>
/// <param name="Id">That of the request.</param>
/// <param name="Outputs">Those that were wanted.</param>
internal sealed record InferResponse(
    [property: JsonPropertyName("model_name")] string ModelName,
    [property: JsonPropertyName("model_version")] string ModelVersion,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Id,
    IReadOnlyList<InferOutput> Outputs);

/// <summary>A tensor that was inferred; its data stands in <c>data</c>, or as bytes behind the JSON.</summary>
/// <param name="Name"><c>probabilities</c> or <c>digit</c>.</param>
/// <param name="Datatype">FP32; BYTES where classes were wanted.</param>
/// <param name="Shape">[N, 10] of <c>probabilities</c>, [N, 1] of <c>digit</c>; [N, classes] where classes were wanted.</param>
/// <param name="Parameters">How many bytes behind the JSON it has; absent where its data is in the JSON.</param>
/// <param name="Data">
/// N × 10 probabilities, of the digits 0 to 9 in order; N, each that the image is a digit at all; or texts <c>value:index:label</c>.
/// </param>
internal sealed record InferOutput(
    string Name,
    string Datatype,
    IReadOnlyList<long> Shape,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] InputParameters? Parameters,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Data);
