using System.Numerics.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Model;
using MnistApi.Predict;
using MnistReader.Framing;
using MnistReader.Inference;

namespace MnistApi.OpenInference;

/// <summary>
/// <c>/v2/…</c>: the Open Inference Protocol V2 that KServe, Triton and their clients speak. Tensors go to the network as they are, without any framing.
/// </summary>
internal static class InferEndpoints
{
    private const string FloatType = "FP32";
    private const string ByteType = "UINT8";

    /// <summary>Maps the handlers.</summary>
    public static void MapInfer(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference Protocol V2").AlsoHead();
        v2.MapGet("", Server).WithName("serverMetadata");
        var health = v2.MapGroup("/health").DisableHttpMetrics().AllowAnonymous();
        health.MapGet("/live", Live).WithName("serverLive");
        health.MapGet("/ready", Ready).WithName("serverReady").Produces<ServerReady>().Produces<ServerReady>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/{model}", Model).WithName("modelMetadata");
        v2.MapGet("/models/{model}/versions/{version}", ModelVersion).WithName("modelVersionMetadata");
        v2.MapGet("/models/{model}/ready", ModelIsReady).WithName("modelReady")
            .Produces<ModelReady>().Produces<ModelReady>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/{model}/versions/{version}/ready", ModelVersionIsReady).WithName("modelVersionReady")
            .Produces<ModelReady>().Produces<ModelReady>(StatusCodes.Status503ServiceUnavailable);

        var infer = v2.MapGroup("")
            .RequireComputeQueue()
            .WithMetadata(new ExpectedJson("{\"inputs\": [{\"name\": \"pixels\", \"shape\": [N, 1, 28, 28], \"datatype\": \"FP32\", \"data\": [numbers]}]}"))
            .WithMetadata(Refusal(StatusCodes.Status413PayloadTooLarge))
            .WithMetadata(Refusal(StatusCodes.Status415UnsupportedMediaType))
            .WithMetadata(Refusal(StatusCodes.Status429TooManyRequests));
        infer.MapPost("/models/{model}/infer", Infer).WithName("modelInfer");
        infer.MapPost("/models/{model}/versions/{version}/infer", InferVersion).WithName("modelVersionInfer");

        static ProducesResponseTypeMetadata Refusal(int status) => new(status, typeof(InferError), ["application/json"]);
    }

    /// <summary>What serves</summary>
    /// <response code="200">The service and its version.</response>
    private static Ok<ServerMetadata> Server() =>
        TypedResults.Ok(new ServerMetadata("mnist-service", typeof(InferEndpoints).Assembly.GetName().Version!.ToString(3), []));

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
        Unknown(model, version, served.Classifier.Card) is { } unknown
            ? unknown
            : TypedResults.Ok(new ModelMetadata(model, [version], "onnx_onnxv1",
                [new TensorMetadata(DigitClassifier.InputName, FloatType, [-1, 1, DigitImage.Side, DigitImage.Side])],
                [.. served.Classifier.OutputNames.Select(name => new TensorMetadata(name, FloatType, [-1, Width(name)]))]));

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
        Unknown(model, version, served.Classifier.Card) is { } unknown ? unknown : WithStatus(new ModelReady(model, !service.IsEnding()), service);

    /// <summary>Infers from a tensor of up to 256 images</summary>
    /// <remarks>The tensor goes to the network as it is: each digit must stand as in MNIST, ink high on paper low.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="request">The tensor <c>pixels</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="recogniser">Runs the network.</param>
    /// <response code="200">The tensor <c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</response>
    /// <response code="400">Not the tensor that the model takes; the error says what to send.</response>
    /// <response code="404">No model of this name is served.</response>
    /// <response code="413">The request is too large.</response>
    /// <response code="415">The body isn't application/json.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<InferResponse>, BadRequest<InferError>, NotFound<InferError>> Infer(
        string model, InferRequest request, LoadedModel served, Recogniser recogniser) =>
        InferVersion(model, served.Classifier.Card.Version, request, served, recogniser);

    /// <summary>Infers with a version of the model from a tensor of up to 256 images</summary>
    /// <remarks>The tensor goes to the network as it is: each digit must stand as in MNIST, ink high on paper low.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="request">The tensor <c>pixels</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="recogniser">Runs the network.</param>
    /// <response code="200">The tensor <c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</response>
    /// <response code="400">Not the tensor that the model takes; the error says what to send.</response>
    /// <response code="404">No model of this name and version is served.</response>
    /// <response code="413">The request is too large.</response>
    /// <response code="415">The body isn't application/json.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<InferResponse>, BadRequest<InferError>, NotFound<InferError>> InferVersion(
        string model, string version, InferRequest request, LoadedModel served, Recogniser recogniser)
    {
        if (Unknown(model, version, served.Classifier.Card) is { } unknown)
            return unknown;
        if (request.Inputs is not [{ Name: DigitClassifier.InputName, Shape: { } shape, Datatype: FloatType or ByteType, Data: { } pixels } input])
            return TypedResults.BadRequest(new InferError(
                "\"inputs\" isn't one tensor that the model takes. Send \"pixels\" with its shape, its datatype FP32 or UINT8, and its data."));
        if ((ErrorIn(shape, input.Datatype, pixels) ?? ErrorIn(request.Outputs ?? [], served.Classifier.OutputNames)) is { } error)
            return TypedResults.BadRequest(new InferError(error));

        if (input.Datatype is ByteType)
            TensorPrimitives.Divide(pixels, 255f, pixels);
        var predictions = recogniser.Infer(pixels);
        var wanted = request.Outputs is { Count: > 0 } some ? some.Select(output => output.Name!) : served.Classifier.OutputNames;
        return TypedResults.Ok(new InferResponse(model, version, request.Id, [.. wanted.Select(name => Output(name, predictions))]));
    }

    private static InferOutput Output(string name, IReadOnlyList<Prediction> predictions) => new(name, FloatType, [predictions.Count, Width(name)],
        name is DigitClassifier.OutputName ? [.. predictions.SelectMany(p => p.Probabilities)] : [.. predictions.Select(p => p.DigitProbability)]);

    private static int Width(string output) => output is DigitClassifier.OutputName ? DigitClassifier.Digits : 1;

    private static JsonHttpResult<T> WithStatus<T>(T readiness, IHostApplicationLifetime service) =>
        TypedResults.Json(readiness, statusCode: service.IsEnding() ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);

    private static NotFound<InferError>? Unknown(string model, string version, ModelCard card) =>
        (model, version) == (card.Name, card.Version)
            ? null
            : TypedResults.NotFound(new InferError(
                $"There is no model '{model}' of version '{version}'. This service has '{card.Name}' of version '{card.Version}'."));

    private static string? ErrorIn(IReadOnlyList<long> shape, string datatype, float[] pixels)
    {
        if (shape is not [>= 1 and <= LoadLimits.MostPictures, 1, DigitImage.Side, DigitImage.Side])
            return $"\"pixels\" has the shape [{string.Join(", ", shape)}]. Send [N, 1, 28, 28] with N from 1 to {LoadLimits.MostPictures}.";

        var count = shape[0] * DigitImage.PixelCount;
        if (pixels.Length != count)
            return $"\"pixels\" has {pixels.Length:N0} numbers, but its shape says {count:N0}. Send as many as the shape says.";
        if (datatype is FloatType && !Array.TrueForAll(pixels, ink => ink is >= 0 and <= 1))
            return "\"pixels\" of FP32 has numbers that aren't from 0 to 1. Send 0 for paper and 1 for full ink.";
        if (datatype is ByteType && !Array.TrueForAll(pixels, ink => ink is >= 0 and <= 255 && float.IsInteger(ink)))
            return "\"pixels\" of UINT8 has numbers that aren't whole and from 0 to 255. Send 0 for paper and 255 for full ink.";
        return null;
    }

    private static string? ErrorIn(IReadOnlyList<RequestedOutput> outputs, IReadOnlyList<string> given) =>
        outputs.All(output => given.Contains(output?.Name))
            ? null
            : $"\"outputs\" asks for what the model doesn't give. Ask for \"{string.Join("\" or \"", given)}\", or leave it out.";
}
