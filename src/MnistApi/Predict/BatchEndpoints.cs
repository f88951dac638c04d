using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using MnistApi.Hosting.RequestBodies;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;

namespace MnistApi.Predict;

/// <summary><c>POST /predict/batch</c>: several pictures → as many answers, in one request.</summary>
internal static class BatchEndpoints
{
    /// <summary>Maps one handler for a form and one for JSON; routing chooses by Content-Type, and answers 415 where neither fits.</summary>
    public static void MapBatch(this IEndpointRouteBuilder routes)
    {
        var batch = routes.MapGroup("/predict/batch").WithTags("Digits")
            .RequireComputeQueue()
            .WithMetadata(new ExpectedJson($"an array of {PredictRequest.Form}"))
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status429TooManyRequests);
        batch.MapPost("", FromForm).WithName("predictBatch").Accepts<IFormFile>("multipart/form-data");
        batch.MapPost("", FromJson).ExcludeFromDescription(); // the form stands for both in the OpenAPI document, see ApiDocument
    }

    /// <summary>Recognises up to 256 handwritten digits</summary>
    /// <remarks>
    /// Send several pictures, each as <c>POST /predict</c> takes one: as a form with several files under the name <c>image</c>, or as a JSON array.
    /// There are as many answers, in the same order. A picture that can't be read gets a problem document in its place; the others are answered.
    /// The limit on the size of a request is that of <c>POST /predict</c>.
    /// </remarks>
    /// <param name="form">Its files <c>image</c>: PNG, JPEG, WebP, GIF or BMP, told by content.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <param name="explain">
    /// Add <c>explanation</c> to each answer, with the step <c>input</c> alone: the 28×28 image that the network saw. <c>POST /predict</c> explains in full.
    /// </param>
    /// <response code="200">One answer per picture, in order.</response>
    /// <response code="400">Not the form or JSON that is expected.</response>
    /// <response code="413">A larger request or more pictures than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<BatchResponse>, ProblemHttpResult> FromForm(
        ImageForm form, Recogniser recogniser, CancellationToken hungUp, bool explain = false) =>
        form.Files.Count == 0
            ? Problems.Of(StatusCodes.Status400BadRequest, ErrorDetails.NoFiles)
            : TypedResults.Ok(new BatchResponse(recogniser.Answer([.. form.Files.Select(file => new Picture(file.Memory))], explain, hungUp)));

    private static Results<Ok<BatchResponse>, ProblemHttpResult> FromJson(
        IReadOnlyList<JsonElement> requests, Recogniser recogniser, IOptions<JsonOptions> json, CancellationToken hungUp, bool explain = false) =>
        requests.Count > LoadLimits.MostPictures
            ? Problems.Of(StatusCodes.Status413PayloadTooLarge, ErrorDetails.TooMany)
            : TypedResults.Ok(new BatchResponse(recogniser.Answer([.. requests.Select(each => Read(each, json.Value.SerializerOptions))], explain, hungUp)));

    /// <summary>A picture of a batch in JSON, each on its own, so that one that isn't as it should be doesn't spoil the rest.</summary>
    public static Picture Read(JsonElement request, JsonSerializerOptions json)
    {
        try
        {
            return new Picture(Json: request.Deserialize<PredictRequest>(json));
        }
        catch (JsonException e)
        {
            return new Picture(Problem: Problems.Of(StatusCodes.Status400BadRequest, Problems.MalformedJson(e.Path, PredictRequest.Form)).ProblemDetails);
        }
    }
}
