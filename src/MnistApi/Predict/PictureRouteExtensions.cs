using Microsoft.AspNetCore.Http.Metadata;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;

namespace MnistApi.Predict;

/// <summary>What <c>/predict</c> and <c>/read</c> have in common: how a <see cref="Picture"/> may come, the queue, and what can be wrong with it.</summary>
internal static class PictureRouteExtensions
{
    /// <summary>A group for the handler of a path; routing answers 415 where the Content-Type is none of a picture's.</summary>
    public static RouteGroupBuilder MapOnePicture(this IEndpointRouteBuilder routes, string path) => routes.MapGroup(path).WithTags("Digits")
        .RequireComputeQueue()
        .WithMetadata(new AcceptsMetadata(["multipart/form-data", "image/*", "application/octet-stream", "application/json"], typeof(IFormFile)))
        .WithMetadata(new ExpectedJson(PredictRequest.Form))
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
