using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;

namespace MnistApi.Predict;

/// <summary>What <c>/predict</c> and <c>/read</c> have in common: a turn to compute, and the problems that one picture can have.</summary>
internal static class PictureRouteExtensions
{
    /// <summary>A group for the handlers of a path, one per form of the body; routing chooses by Content-Type, and answers 415 where none fits.</summary>
    public static RouteGroupBuilder MapOnePicture(this IEndpointRouteBuilder routes, string path) => routes.MapGroup(path).WithTags("Digits")
        .TakeTurns()
        .WithMetadata(new ExpectedJson(PredictRequest.Form))
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);
}
