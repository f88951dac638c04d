using System.Text.Json.Serialization;

namespace MnistApi.OpenInference;

// The messages of the Open Inference Protocol V2 (https://github.com/kserve/open-inference-protocol), as far as this service has something to say.

/// <summary>What serves.</summary>
/// <param name="Name">mnist-service.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Extensions">None: tensors travel as JSON alone.</param>
internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>Whether the process answers.</summary>
/// <param name="Live">True.</param>
internal sealed record ServerLive(bool Live);

/// <summary>Whether requests are answered.</summary>
/// <param name="Ready">False where the service is ending.</param>
internal sealed record ServerReady(bool Ready);

/// <summary>What a model takes and gives.</summary>
/// <param name="Name">The model's name, as in <c>GET /model</c>.</param>
/// <param name="Versions">The one version that is served.</param>
/// <param name="Platform">onnx_onnxv1.</param>
/// <param name="Inputs">One: <c>pixels</c>.</param>
/// <param name="Outputs"><c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</param>
internal sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>What a tensor must be like.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">FP32.</param>
/// <param name="Shape">−1 stands for any size.</param>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>Whether a model answers.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Ready">False where the service is ending.</param>
internal sealed record ModelReady(string Name, bool Ready);

/// <summary>A request for inference.</summary>
/// <param name="Id">Any text; the answer repeats it.</param>
/// <param name="Inputs">One tensor, <c>pixels</c>.</param>
/// <param name="Outputs">The outputs that are wanted; all where it is absent.</param>
internal sealed record InferRequest(string? Id, IReadOnlyList<InferInput>? Inputs, IReadOnlyList<RequestedOutput>? Outputs = null);

/// <summary>A tensor to infer from.</summary>
/// <param name="Name"><c>pixels</c>.</param>
/// <param name="Shape">[N, 1, 28, 28], N from 1 to 256.</param>
/// <param name="Datatype">FP32 (0 = paper to 1 = full ink) or UINT8 (0 = paper to 255 = full ink).</param>
/// <param name="Data">The numbers in row order, flat or nested.</param>
internal sealed record InferInput(
    string? Name, IReadOnlyList<long>? Shape, string? Datatype, [property: JsonConverter(typeof(FlatNumbers))] float[]? Data);

/// <summary>An output that is wanted.</summary>
/// <param name="Name"><c>probabilities</c> or <c>digit</c>.</param>
internal sealed record RequestedOutput(string? Name);

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

/// <summary>A tensor that was inferred.</summary>
/// <param name="Name"><c>probabilities</c> or <c>digit</c>.</param>
/// <param name="Datatype">FP32.</param>
/// <param name="Shape">[N, 10] or [N, 1].</param>
/// <param name="Data">N × 10 probabilities, of the digits 0 to 9 in order; or N, each that the image is a digit at all.</param>
internal sealed record InferOutput(string Name, string Datatype, IReadOnlyList<long> Shape, IReadOnlyList<float> Data);
