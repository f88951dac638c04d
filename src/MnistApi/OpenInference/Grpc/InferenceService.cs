using Grpc.Core;
using MnistApi.Hosting;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Model;

namespace MnistApi.OpenInference.Grpc;

/// <summary>
/// <c>inference.GRPCInferenceService</c>: translates messages and leaves the rest to what answers over HTTP. One per call.
/// </summary>
/// <param name="served">Answers.</param>
/// <param name="inference">Does it.</param>
/// <param name="life">May be ending.</param>
internal sealed class InferenceService(LoadedModel served, TensorInference inference, IHostApplicationLifetime life)
{
    /// <summary>Whether the process answers at all.</summary>
    public static ServerLiveResponse ServerLive() => new() { Live = true };

    /// <summary>What serves.</summary>
    public static ServerMetadataResponse ServerMetadata() => new()
    {
        Name = MetadataEndpoints.ThisServer.Name,
        Version = MetadataEndpoints.ThisServer.Version,
        Extensions = { MetadataEndpoints.ThisServer.Extensions },
    };

    /// <summary>Whether digits are recognised.</summary>
    public ServerReadyResponse ServerReady() => new() { Ready = !life.IsEnding() };

    /// <summary>Whether the model answers.</summary>
    /// <exception cref="InferException">No model of this name and version is served.</exception>
    public ModelReadyResponse ModelReady(ModelReadyRequest request)
    {
        CheckModel(request.Name, request.Version);
        return new ModelReadyResponse { Ready = !life.IsEnding() };
    }

    /// <summary>What the model takes and gives.</summary>
    /// <exception cref="InferException">No model of this name and version is served.</exception>
    public ModelMetadataResponse ModelMetadata(ModelMetadataRequest request)
    {
        CheckModel(request.Name, request.Version);
        var model = MetadataEndpoints.Of(served);
        return new ModelMetadataResponse
        {
            Name = model.Name,
            Versions = { model.Versions },
            Platform = model.Platform,
            Inputs = { model.Inputs.Select(Translate) },
            Outputs = { model.Outputs.Select(Translate) },
        };
    }

    /// <summary>Infers from a tensor of up to 256 images, when its turn to compute has come.</summary>
    /// <exception cref="InferException">The request can't be answered, or there is too much to do.</exception>
    /// <exception cref="BadHttpRequestException">The data is malformed.</exception>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public async Task<ModelInferResponse> ModelInferAsync(ModelInferRequest request, ServerCallContext call)
    {
        var http = call.GetHttpContext();
        var version = request.ModelVersion is "" ? served.Classifier.Card.Version : request.ModelVersion;
        (http.Request.RouteValues["model"], http.Request.RouteValues["version"]) = (request.ModelName, version); // for who counts failures, as over HTTP
        using var place = await http.EnterComputeQueueAsync(call.CancellationToken);
        if (!place.IsAcquired)
            throw new InferException(Problems.Overloaded, StatusCodes.Status429TooManyRequests);

        CheckModel(request.ModelName, version);
        return inference.Infer(request.ToTensor(), request.ToRequest(), call.CancellationToken).ToMessage(request.ModelName, version, request.Id);
    }

    private void CheckModel(string name, string version)
    {
        if (MetadataEndpoints.ErrorIn(name, version is "" ? served.Classifier.Card.Version : version, served) is { } unknown)
            throw new InferException(unknown, StatusCodes.Status404NotFound);
    }

    private static ModelMetadataResponse.Types.TensorMetadata Translate(TensorMetadata tensor) =>
        new() { Name = tensor.Name, Datatype = tensor.Datatype, Shape = { tensor.Shape } };
}
