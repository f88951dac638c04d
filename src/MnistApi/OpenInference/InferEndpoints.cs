using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Hosting.RequestBodies;
using MnistApi.Model;

namespace MnistApi.OpenInference;

/// <summary>
/// <c>POST /v2/models/{model}/infer</c> of the Open Inference Protocol V2. A body is cut into tensors (<see cref="InferBody"/>), a tensor becomes rows
/// (<see cref="InputTensor"/>), rows go through the network (<see cref="TensorInference"/>), and predictions become outputs (<see cref="OutputTensor"/>,
/// <see cref="InferAnswer"/>).
/// </summary>
internal static class InferEndpoints
{
    /// <summary>What is expected, in an error's words.</summary>
    public const string Form = "{\"inputs\": [{\"name\": \"pixels\", \"shape\": [N, 1, 28, 28], \"datatype\": \"FP32\", \"data\": [numbers]}]}";

    /// <summary>Maps the handlers.</summary>
    /// <param name="v2">The group of <c>/v2</c>.</param>
    public static void MapInfer(this IEndpointRouteBuilder v2)
    {
        var infer = v2.MapGroup("")
            .RequireComputeQueue()
            .WithMetadata(new ExpectedJson(Form))
            .WithMetadata(new InferRoute(), new CompressedBodies())
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(InferResponse), ["application/json"]));
        foreach (var status in (int[])[400, 404, 413, 415, 422, 429])
            infer.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(InferError), ["application/json"]));
        infer.MapPost("/models/{model}/infer", Infer).WithName("modelInfer");
        infer.MapPost("/models/{model}/versions/{version}/infer", InferVersion).WithName("modelVersionInfer");
    }

    /// <summary>Infers from a tensor of up to 256 images</summary>
    /// <remarks>
    /// The tensor <c>pixels</c> goes to the network as it is: each digit must stand as in MNIST, ink high on paper low. The tensor <c>image</c> holds
    /// picture files, which are read as <c>POST /predict</c> reads them. Data may stand in the JSON, or as bytes behind it, whose length
    /// <c>Inference-Header-Content-Length</c> then gives.
    /// </remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="body">The tensor <c>pixels</c> or <c>image</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="inference">Does it.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <response code="200">The tensor <c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</response>
    /// <response code="400">Not a tensor that is taken, or a damaged picture; the error says what to send.</response>
    /// <response code="404">No model of this name is served.</response>
    /// <response code="413">The request is too large, or a picture in it.</response>
    /// <response code="415">The body is neither application/json nor application/octet-stream, or compressed in another way than gzip or deflate.</response>
    /// <response code="422">A picture is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static InferAnswer Infer(string model, InferBody body, LoadedModel served, TensorInference inference, CancellationToken hungUp) =>
        InferVersion(model, served.Classifier.Card.Version, body, served, inference, hungUp);

    /// <summary>Infers with a version of the model from a tensor of up to 256 images</summary>
    /// <remarks>
    /// The tensor <c>pixels</c> goes to the network as it is: each digit must stand as in MNIST, ink high on paper low. The tensor <c>image</c> holds
    /// picture files, which are read as <c>POST /predict</c> reads them. Data may stand in the JSON, or as bytes behind it, whose length
    /// <c>Inference-Header-Content-Length</c> then gives.
    /// </remarks>
    /// <param name="model">The model's name, as in <c>GET /model</c>.</param>
    /// <param name="version">The model's version, as in <c>GET /model</c>.</param>
    /// <param name="body">The tensor <c>pixels</c> or <c>image</c>.</param>
    /// <param name="served">Answers.</param>
    /// <param name="inference">Does it.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <response code="200">The tensor <c>probabilities</c>, and <c>digit</c> where the model learned to tell what is no digit.</response>
    /// <response code="400">Not a tensor that is taken, or a damaged picture; the error says what to send.</response>
    /// <response code="404">No model of this name and version is served.</response>
    /// <response code="413">The request is too large, or a picture in it.</response>
    /// <response code="415">The body is neither application/json nor application/octet-stream, or compressed in another way than gzip or deflate.</response>
    /// <response code="422">A picture is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static InferAnswer InferVersion(
        string model, string version, InferBody body, LoadedModel served, TensorInference inference, CancellationToken hungUp)
    {
        if (MetadataEndpoints.ErrorIn(model, version, served) is { } unknown)
            throw new InferException(unknown, StatusCodes.Status404NotFound);

        var outputs = inference.Infer(body.Input(), body.Request, hungUp);
        return new InferAnswer(
            new InferResponse(model, version, body.Request.Id, [.. outputs.Select(output => output.Json)]), [.. outputs.Select(output => output.Binary)]);
    }
}
