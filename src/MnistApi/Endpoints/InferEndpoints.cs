using System.Numerics.Tensors;
using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Recognition;
using MnistModel;

namespace MnistApi.Endpoints;

/// <summary>
/// <c>/v2/…</c>: the Open Inference Protocol V2 that KServe, Triton and their clients speak. Tensors go to the network as they are, without any framing.
/// </summary>
internal static class InferEndpoints
{
    private const int MostImages = BatchEndpoints.MostPictures;
    private const string FloatType = "FP32";
    private const string ByteType = "UINT8";

    /// <summary>Maps the handlers.</summary>
    public static void MapInfer(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference Protocol V2");
        v2.MapGet("", Server);
        v2.MapGet("/health/live", Live);
        v2.MapGet("/health/ready", Ready);
        v2.MapGet("/models/{model}", Model);
        v2.MapGet("/models/{model}/versions/{version}", ModelVersion);
        v2.MapGet("/models/{model}/ready", ModelIsReady);
        v2.MapGet("/models/{model}/versions/{version}/ready", ModelVersionIsReady);

        var infer = v2.MapGroup("")
            .TakeTurns()
            .WithMetadata(new ExpectedJson("{\"inputs\": [{\"name\": \"pixels\", \"shape\": [N, 1, 28, 28], \"datatype\": \"FP32\", \"data\": [numbers]}]}"))
            .WithMetadata(Refusal(StatusCodes.Status413PayloadTooLarge), Refusal(StatusCodes.Status415UnsupportedMediaType), Refusal(StatusCodes.Status429TooManyRequests));
        infer.MapPost("/models/{model}/infer", Infer);
        infer.MapPost("/models/{model}/versions/{version}/infer", InferVersion);

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
    /// <response code="200">They are.</response>
    private static Ok<ServerReady> Ready() => TypedResults.Ok(new ServerReady(true));

    /// <summary>What the model takes and gives</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <response code="200">Its tensors.</response>
    /// <response code="404">No model of this name is served.</response>
    private static Results<Ok<ModelMetadata>, NotFound<InferError>> Model(string model, DigitClassifier classifier) =>
        ModelVersion(model, classifier.Card.Version, classifier);

    /// <summary>What a version of the model takes and gives</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <response code="200">Its tensors.</response>
    /// <response code="404">No model of this name and version is served.</response>
    private static Results<Ok<ModelMetadata>, NotFound<InferError>> ModelVersion(string model, string version, DigitClassifier classifier) =>
        Unknown(model, version, classifier.Card) is { } unknown
            ? unknown
            : TypedResults.Ok(new ModelMetadata(model, [version], "onnx_onnxv1",
                [new TensorMetadata(DigitClassifier.InputName, FloatType, [-1, 1, DigitImage.Side, DigitImage.Side])],
                [new TensorMetadata(DigitClassifier.OutputName, FloatType, [-1, DigitClassifier.Digits])]));

    /// <summary>Whether the model answers</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <response code="200">It does.</response>
    /// <response code="404">No model of this name is served.</response>
    private static Results<Ok<ModelReady>, NotFound<InferError>> ModelIsReady(string model, DigitClassifier classifier) =>
        ModelVersionIsReady(model, classifier.Card.Version, classifier);

    /// <summary>Whether a version of the model answers</summary>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <response code="200">It does.</response>
    /// <response code="404">No model of this name and version is served.</response>
    private static Results<Ok<ModelReady>, NotFound<InferError>> ModelVersionIsReady(string model, string version, DigitClassifier classifier) =>
        Unknown(model, version, classifier.Card) is { } unknown ? unknown : TypedResults.Ok(new ModelReady(model, true));

    /// <summary>Infers from a tensor of up to 256 images</summary>
    /// <remarks>The tensor goes to the network as it is: each digit must stand as in MNIST, ink high on paper low.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="request">The tensor <c>pixels</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <param name="recogniser">Runs the network.</param>
    /// <response code="200">The tensor <c>probabilities</c>.</response>
    /// <response code="400">Not the tensor that the model takes; the error says what to send.</response>
    /// <response code="404">No model of this name is served.</response>
    /// <response code="413">The request is too large.</response>
    /// <response code="415">The body isn't application/json.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<InferResponse>, BadRequest<InferError>, NotFound<InferError>> Infer(
        string model, InferRequest request, DigitClassifier classifier, Recogniser recogniser) =>
        InferVersion(model, classifier.Card.Version, request, classifier, recogniser);

    /// <summary>Infers with a version of the model from a tensor of up to 256 images</summary>
    /// <remarks>The tensor goes to the network as it is: each digit must stand as in MNIST, ink high on paper low.</remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="request">The tensor <c>pixels</c>.</param>
    /// <param name="classifier">The served model.</param>
    /// <param name="recogniser">Runs the network.</param>
    /// <response code="200">The tensor <c>probabilities</c>.</response>
    /// <response code="400">Not the tensor that the model takes; the error says what to send.</response>
    /// <response code="404">No model of this name and version is served.</response>
    /// <response code="413">The request is too large.</response>
    /// <response code="415">The body isn't application/json.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<InferResponse>, BadRequest<InferError>, NotFound<InferError>> InferVersion(
        string model, string version, InferRequest request, DigitClassifier classifier, Recogniser recogniser)
    {
        if (Unknown(model, version, classifier.Card) is { } unknown)
            return unknown;
        if (request.Inputs is not [{ Name: DigitClassifier.InputName, Shape: { } shape, Datatype: FloatType or ByteType, Data: { } pixels } input])
            return TypedResults.BadRequest(new InferError(
                "\"inputs\" isn't one tensor that the model takes. Send \"pixels\" with its shape, its datatype FP32 or UINT8, and its data."));
        if (Fault(shape, input.Datatype, pixels, request.Outputs ?? []) is { } fault)
            return TypedResults.BadRequest(new InferError(fault));

        if (input.Datatype is ByteType)
            TensorPrimitives.Divide(pixels, 255f, pixels);
        var predictions = recogniser.Infer(pixels);
        return TypedResults.Ok(new InferResponse(model, version, request.Id,
            [new InferOutput(DigitClassifier.OutputName, FloatType, [predictions.Count, DigitClassifier.Digits], [.. predictions.SelectMany(p => p.Probabilities)])]));
    }

    private static NotFound<InferError>? Unknown(string model, string version, ModelCard card) =>
        (model, version) == (card.Name, card.Version)
            ? null
            : TypedResults.NotFound(new InferError($"There is no model '{model}' of version '{version}'. This service has '{card.Name}' of version '{card.Version}'."));

    private static string? Fault(IReadOnlyList<long> shape, string datatype, float[] pixels, IReadOnlyList<RequestedOutput> outputs) => datatype switch
    {
        _ when shape is not [>= 1 and <= MostImages, 1, DigitImage.Side, DigitImage.Side] =>
            $"\"pixels\" has the shape [{string.Join(", ", shape)}]. Send [N, 1, 28, 28] with N from 1 to {MostImages}.",
        _ when pixels.Length != shape[0] * DigitImage.PixelCount =>
            $"\"pixels\" has {pixels.Length:N0} numbers, but its shape says {shape[0] * DigitImage.PixelCount:N0}. Send as many as the shape says.",
        FloatType when !Array.TrueForAll(pixels, ink => ink is >= 0 and <= 1) =>
            "\"pixels\" of FP32 has numbers that aren't from 0 to 1. Send 0 for paper and 1 for full ink.",
        ByteType when !Array.TrueForAll(pixels, ink => ink is >= 0 and <= 255 && float.IsInteger(ink)) =>
            "\"pixels\" of UINT8 has numbers that aren't whole and from 0 to 255. Send 0 for paper and 255 for full ink.",
        _ when !outputs.All(output => output is { Name: DigitClassifier.OutputName }) =>
            "\"outputs\" asks for what the model doesn't give. Ask for \"probabilities\", or leave it out.",
        _ => null,
    };
}
