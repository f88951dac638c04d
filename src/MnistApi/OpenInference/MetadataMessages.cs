using System.Text.Json.Serialization;

namespace MnistApi.OpenInference;

// What the server and its model say of themselves, as the Open Inference Protocol V2 and Triton's extensions for statistics and repositories have it.

/// <summary>What serves.</summary>
/// <param name="Name">mnist-service.</param>
/// <param name="Version">The service's version.</param>
/// <param name="Extensions">Triton's extensions that are spoken.</param>
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
/// <param name="Inputs"><c>pixels</c> and <c>image</c>: a request has one of them.</param>
/// <param name="Outputs"><c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</param>
internal sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>What a tensor must be like.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">FP32 or BYTES.</param>
/// <param name="Shape">−1 stands for any size.</param>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>Whether a model answers.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Ready">False where the service is ending.</param>
internal sealed record ModelReady(string Name, bool Ready);

/// <summary>A model that can be asked.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">READY, or UNLOADING where the service is ending.</param>
/// <param name="Reason">Empty where it is ready.</param>
internal sealed record IndexedModel(string Name, string Version, string State, string Reason);

/// <summary>How often models were asked.</summary>
/// <param name="ModelStats">One: the model that is served, since it was loaded.</param>
internal sealed record ServerStatistics([property: JsonPropertyName("model_stats")] IReadOnlyList<ModelStatistics> ModelStats);

/// <summary>How often a model was asked by <c>/v2/…/infer</c> since it was loaded.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="LastInference">When it last answered, in milliseconds since 1970 (UTC); 0 where it hasn't.</param>
/// <param name="InferenceCount">Images that were answered.</param>
/// <param name="ExecutionCount">Runs of the network for them.</param>
/// <param name="InferenceStats">Requests, and where their time went.</param>
/// <param name="BatchStats">The same by how many images went through the network at once.</param>
internal sealed record ModelStatistics(
    string Name,
    string Version,
    [property: JsonPropertyName("last_inference")] long LastInference,
    [property: JsonPropertyName("inference_count")] long InferenceCount,
    [property: JsonPropertyName("execution_count")] long ExecutionCount,
    [property: JsonPropertyName("inference_stats")] RequestStatistics InferenceStats,
    [property: JsonPropertyName("batch_stats")] IReadOnlyList<BatchStatistics> BatchStats);

/// <summary>Requests for inference, and where their time went.</summary>
/// <param name="Success">Those that were answered, from their place in the queue on.</param>
/// <param name="Fail">Those that were refused or broken off, from their headers on.</param>
/// <param name="Queue">Waiting for a processor.</param>
/// <param name="ComputeInput">From tensors or pictures to what the network takes.</param>
/// <param name="ComputeInfer">The network.</param>
/// <param name="ComputeOutput">Making the answer.</param>
/// <param name="CacheHit">None: nothing is cached.</param>
/// <param name="CacheMiss">None: nothing is cached.</param>
internal sealed record RequestStatistics(
    CountAndTime Success,
    CountAndTime Fail,
    CountAndTime Queue,
    [property: JsonPropertyName("compute_input")] CountAndTime ComputeInput,
    [property: JsonPropertyName("compute_infer")] CountAndTime ComputeInfer,
    [property: JsonPropertyName("compute_output")] CountAndTime ComputeOutput,
    [property: JsonPropertyName("cache_hit")] CountAndTime CacheHit,
    [property: JsonPropertyName("cache_miss")] CountAndTime CacheMiss);

/// <summary>Runs of the network with one number of images.</summary>
/// <param name="BatchSize">How many images went through the network at once.</param>
/// <param name="ComputeInput">From tensors or pictures to what the network takes.</param>
/// <param name="ComputeInfer">The network.</param>
/// <param name="ComputeOutput">Making the answer.</param>
internal sealed record BatchStatistics(
    [property: JsonPropertyName("batch_size")] int BatchSize,
    [property: JsonPropertyName("compute_input")] CountAndTime ComputeInput,
    [property: JsonPropertyName("compute_infer")] CountAndTime ComputeInfer,
    [property: JsonPropertyName("compute_output")] CountAndTime ComputeOutput);

/// <summary>How often, and how long in all.</summary>
/// <param name="Count">How often.</param>
/// <param name="Ns">Nanoseconds in all.</param>
internal sealed record CountAndTime(long Count, long Ns);
