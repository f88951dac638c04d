using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting;
using MnistApi.Hosting.Errors;
using MnistApi.Model;
using MnistReader.Framing;
using MnistReader.Inference;

namespace MnistApi.OpenInference;

/// <summary>
/// <c>/v2/…</c>: what the server and its model say of themselves in the Open Inference Protocol V2 that KServe, Triton and their clients speak.
/// </summary>
internal static class MetadataEndpoints
{
    private static readonly string[] Extensions = ["binary_tensor_data", "classification", "parameters", "statistics"];

    /// <summary>What serves.</summary>
    public static ServerMetadata ThisServer { get; } =
        new("mnist-service", typeof(MetadataEndpoints).Assembly.GetName().Version!.ToString(3), Extensions);

    /// <summary>Maps the handlers.</summary>
    /// <returns>The group of <c>/v2</c>, for <see cref="InferEndpoints"/>.</returns>
    public static RouteGroupBuilder MapServerMetadata(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference Protocol V2").AlsoHead();
        v2.MapGet("", Server).WithName("serverMetadata");
        var health = v2.MapGroup("/health").DisableHttpMetrics().AllowAnonymous();
        health.MapGet("/live", Live).WithName("serverLive");
        health.MapGet("/ready", Ready).WithName("serverReady").Produces<ServerReady>().Produces<ServerReady>(StatusCodes.Status503ServiceUnavailable);
        v2.MapPost("/repository/index", Index).WithName("repositoryIndex");
        v2.MapGet("/models/{model}", Model).WithName("modelMetadata");
        v2.MapGet("/models/{model}/versions/{version}", ModelVersion).WithName("modelVersionMetadata");
        v2.MapGet("/models/{model}/ready", ModelIsReady).WithName("modelReady")
            .Produces<ModelReady>().Produces<ModelReady>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/{model}/versions/{version}/ready", ModelVersionIsReady).WithName("modelVersionReady")
            .Produces<ModelReady>().Produces<ModelReady>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/stats", Statistics).WithName("serverStatistics");
        v2.MapGet("/models/{model}/stats", ModelStatistics).WithName("modelStatistics");
        v2.MapGet("/models/{model}/versions/{version}/stats", ModelVersionStatistics).WithName("modelVersionStatistics");
        return v2;
    }

    /// <summary>What serves</summary>
    /// <response code="200">The service and its version.</response>
    private static Ok<ServerMetadata> Server() => TypedResults.Ok(ThisServer);

    /// <summary>Whether the process answers at all</summary>
    /// <response code="200">It does.</response>
    private static Ok<ServerLive> Live() => TypedResults.Ok(new ServerLive(true));

    /// <summary>Whether digits are recognised</summary>
    /// <param name="service">May be ending.</param>
    /// <response code="200">They are.</response>
    /// <response code="503">The service is ending: send requests elsewhere.</response>
    private static JsonHttpResult<ServerReady> Ready(IHostApplicationLifetime service) =>
        WithStatus(new ServerReady(!service.IsEnding()), service);

    /// <summary>What the model takes and gives</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="served">Answers.</param>
    /// <response code="200">Its tensors.</response>
    /// <response code="404">No model of this name is served.</response>
    private static Results<Ok<ModelMetadata>, NotFound<InferError>> Model(string model, LoadedModel served) =>
        ModelVersion(model, served.Classifier.Card.Version, served);

    /// <summary>What a version of the model takes and gives</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="served">Answers.</param>
    /// <response code="200">Its tensors.</response>
    /// <response code="404">No model of this name and version is served.</response>
    private static Results<Ok<ModelMetadata>, NotFound<InferError>> ModelVersion(string model, string version, LoadedModel served) =>
        ErrorIn(model, version, served) is { } error
            ? Unknown(error)
            : TypedResults.Ok(Of(served));

    /// <summary>Whether the model answers</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="service">May be ending.</param>
    /// <response code="200">It does.</response>
    /// <response code="404">No model of this name is served.</response>
    /// <response code="503">The service is ending: send requests elsewhere.</response>
    private static Results<JsonHttpResult<ModelReady>, NotFound<InferError>> ModelIsReady(
        string model, LoadedModel served, IHostApplicationLifetime service) =>
        ModelVersionIsReady(model, served.Classifier.Card.Version, served, service);

    /// <summary>Whether a version of the model answers</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="service">May be ending.</param>
    /// <response code="200">It does.</response>
    /// <response code="404">No model of this name and version is served.</response>
    /// <response code="503">The service is ending: send requests elsewhere.</response>
    private static Results<JsonHttpResult<ModelReady>, NotFound<InferError>> ModelVersionIsReady(
        string model, string version, LoadedModel served, IHostApplicationLifetime service) =>
        ErrorIn(model, version, served) is { } error ? Unknown(error) : WithStatus(new ModelReady(model, !service.IsEnding()), service);

    /// <summary>How often the model was asked</summary>
    /// <remarks>Counts since the model was loaded what <c>/v2/…/infer</c> answered and refused, as Triton's statistics extension has it.</remarks>
    /// <param name="served">Was asked.</param>
    /// <param name="statistics">Counted.</param>
    /// <response code="200">Its counts and times.</response>
    private static Ok<ServerStatistics> Statistics(LoadedModel served, InferStatistics statistics) =>
        TypedResults.Ok(new ServerStatistics([statistics.Of(served)]));

    /// <summary>How often the model of a name was asked</summary>
    /// <remarks>Counts since the model was loaded what <c>/v2/…/infer</c> answered and refused, as Triton's statistics extension has it.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="served">Was asked.</param>
    /// <param name="statistics">Counted.</param>
    /// <response code="200">Its counts and times.</response>
    /// <response code="404">No model of this name is served.</response>
    private static Results<Ok<ServerStatistics>, NotFound<InferError>> ModelStatistics(string model, LoadedModel served, InferStatistics statistics) =>
        ModelVersionStatistics(model, served.Classifier.Card.Version, served, statistics);

    /// <summary>How often a version of the model was asked</summary>
    /// <remarks>Counts since the model was loaded what <c>/v2/…/infer</c> answered and refused, as Triton's statistics extension has it.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="served">Was asked.</param>
    /// <param name="statistics">Counted.</param>
    /// <response code="200">Its counts and times.</response>
    /// <response code="404">No model of this name and version is served.</response>
    private static Results<Ok<ServerStatistics>, NotFound<InferError>> ModelVersionStatistics(
        string model, string version, LoadedModel served, InferStatistics statistics) =>
        ErrorIn(model, version, served) is { } error ? Unknown(error) : Statistics(served, statistics);

    /// <summary>Which models can be asked</summary>
    /// <remarks>Triton's repository extension, only to be read: a model is loaded or unloaded by its file alone. A body isn't looked at.</remarks>
    /// <param name="served">The one.</param>
    /// <param name="service">May be ending.</param>
    /// <response code="200">The one model that is served.</response>
    private static Ok<IReadOnlyList<IndexedModel>> Index(LoadedModel served, IHostApplicationLifetime service)
    {
        var card = served.Classifier.Card;
        return TypedResults.Ok<IReadOnlyList<IndexedModel>>([service.IsEnding()
            ? new IndexedModel(card.Name, card.Version, "UNLOADING", "The service is ending.")
            : new IndexedModel(card.Name, card.Version, "READY", "")]);
    }

    /// <summary>What a model takes and gives.</summary>
    public static ModelMetadata Of(LoadedModel served) => new(served.Classifier.Card.Name, [served.Classifier.Card.Version], "onnx_onnxv1",
        [
            new TensorMetadata(DigitClassifier.InputName, OutputTensor.FloatType, [-1, 1, DigitImage.Side, DigitImage.Side]),
            new TensorMetadata(InputTensor.ImageName, InputTensor.BytesType, [-1]),
        ],
        [.. served.Classifier.OutputNames.Select(name => new TensorMetadata(name, OutputTensor.FloatType, [-1, OutputTensor.Width(name)]))]);

    /// <summary>Why a model can't be asked; null where it can.</summary>
    public static string? ErrorIn(string model, string version, LoadedModel served)
    {
        var card = served.Classifier.Card;
        return (model, version) == (card.Name, card.Version)
            ? null
            : $"There is no model '{model}' of version '{version}'. This service has '{card.Name}' of version '{card.Version}'.";
    }

    private static NotFound<InferError> Unknown(string error) => TypedResults.NotFound(new InferError(error));

    private static JsonHttpResult<T> WithStatus<T>(T readiness, IHostApplicationLifetime service) =>
        TypedResults.Json(readiness, statusCode: service.IsEnding() ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
}
