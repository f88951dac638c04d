using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Corrections;
using MnistApi.Hosting.Errors;
using MnistApi.Model;
using MnistApi.OpenInference;
using MnistApi.Platforms;
using MnistApi.Predict;
using MnistApi.Read;

namespace MnistApi;

/// <summary>Everything that the service reads and writes as JSON; generated at build time, so nothing is reflected upon at run time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PredictRequest))]
[JsonSerializable(typeof(PredictResponse))]
[JsonSerializable(typeof(ReadResponse))]
[JsonSerializable(typeof(ModelResponse))]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(CorrectionsResponse))]
[JsonSerializable(typeof(ServerMetadata))]
[JsonSerializable(typeof(ServerLive))]
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(ModelMetadata))]
[JsonSerializable(typeof(ModelReady))]
[JsonSerializable(typeof(InferRequest))]
[JsonSerializable(typeof(InferResponse))]
[JsonSerializable(typeof(float[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ServerStatistics))]
[JsonSerializable(typeof(IReadOnlyList<IndexedModel>))]
[JsonSerializable(typeof(InferError))]
[JsonSerializable(typeof(VertexRequest))]
[JsonSerializable(typeof(VertexResponse))]
[JsonSerializable(typeof(ProblemDetails))]
internal sealed partial class ApiJson : JsonSerializerContext;
