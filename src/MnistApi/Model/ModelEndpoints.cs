using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting;

namespace MnistApi.Model;

/// <summary><c>GET /model</c>: which model is served, and what it says of itself.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the handler.</summary>
    public static void MapModel(this IEndpointRouteBuilder routes) => routes.MapGet("/model", Model).WithName("getModel").WithTags("Model").AlsoHead();

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
}
