using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using MnistApi.Hosting;

namespace MnistApi.Model;

/// <summary><c>GET /model</c>: which model is served, and what it says of itself; <c>GET /model/file</c>: the file.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the handlers.</summary>
    public static void MapModel(this IEndpointRouteBuilder routes)
    {
        var model = routes.MapGroup("/model").WithTags("Model").AlsoHead();
        model.MapGet("", Model).WithName("getModel");
        model.MapGet("/file", File).WithName("getModelFile")
            .Produces<FileContentHttpResult>(StatusCodes.Status200OK, MediaTypeNames.Application.Octet).Produces(StatusCodes.Status304NotModified);
    }

    /// <summary>The model that is served</summary>
    /// <remarks>
    /// Which file it is and since when; how it was trained and on what, how large it is, and how well it does on MNIST's 10,000 test images;
    /// and how a shadow model compares with it, where there is one.
    /// </remarks>
    /// <response code="200">The file, the card that travels inside it, and the shadow.</response>
    private static Ok<ModelResponse> Model(LoadedModel model, ServedModel served, ShadowModel shadow) =>
        TypedResults.Ok(new ModelResponse(
            model.Classifier.Card.Version, model.Sha256, model.LoadedAt, served.LastFailedLoad, model.Classifier.Card,
            model.Reader.InkNetwork is { } ink ? new InkModelResponse(ink.Card.Version, model.InkSha256!, ink.Card) : null,
            model.Reader.NumberNetwork is { } number ? new NumberModelResponse(number.Card.Version, model.NumberSha256!, number.Card) : null,
            model.Drift?.Read(), shadow.Read()));

    /// <summary>The model file that is served</summary>
    /// <remarks>
    /// ONNX, with the card in its metadata: to read digits elsewhere exactly as they are read here; the page does so on the visitor's device. Its
    /// <c>ETag</c> is the file's SHA-256 in quotation marks. Send it as <c>If-None-Match</c> to get the file only when it is another.
    /// </remarks>
    /// <response code="200">The file.</response>
    /// <response code="304">It is the one that you have.</response>
    private static FileContentHttpResult File(LoadedModel model, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-cache"; // keep it, and ask whether it is still the one
        return TypedResults.Bytes(model.File, MediaTypeNames.Application.Octet, "mnist.onnx", entityTag: new EntityTagHeaderValue($"\"{model.Sha256}\""));
    }
}
