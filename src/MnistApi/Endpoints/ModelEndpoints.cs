using Microsoft.AspNetCore.Http.HttpResults;
using MnistModel;

namespace MnistApi.Endpoints;

/// <summary><c>GET /model</c>: what the served model says of itself.</summary>
internal static class ModelEndpoints
{
    /// <summary>Maps the handler.</summary>
    public static void MapModel(this IEndpointRouteBuilder routes) => routes.MapGet("/model", Card).WithTags("Model");

    /// <summary>The card of the model that is served</summary>
    /// <remarks>How it was trained and on what, how large it is, and how well it does on MNIST's 10,000 test images.</remarks>
    /// <response code="200">The card, as it travels inside the model file.</response>
    private static Ok<ModelCard> Card(DigitClassifier classifier) => TypedResults.Ok(classifier.Card);
}
