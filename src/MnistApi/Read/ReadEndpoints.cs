using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting.Bodies;
using MnistApi.Hosting.Errors;
using MnistApi.Predict;

namespace MnistApi.Read;

/// <summary><c>POST /read</c>: a picture of several handwritten digits in a row → each of them, and where it is.</summary>
internal static class ReadEndpoints
{
    /// <summary>Maps one handler per form of the body, as <c>POST /predict</c> has them.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes)
    {
        var read = routes.MapOnePicture("/read");
        read.MapPost("", FromForm).WithName("readNumber").Accepts<IFormFile>("multipart/form-data");
        // the form stands for all three in the OpenAPI document, see ApiDocument
        read.MapPost("", FromBody).ExcludeFromDescription()
            .Accepts<Stream>("image/*", "application/octet-stream")
            .WithOrder(-1); // before the others, so that bytes without a Content-Type come here
        read.MapPost("", FromJson).ExcludeFromDescription();
    }

    /// <summary>Reads several handwritten digits in a row</summary>
    /// <remarks>
    /// Send a picture of a house number or a date, as <c>POST /predict</c> takes one: drawn, scanned or photographed, dark on light or light on dark. The lines of ruled paper, a frame,
    /// and specks are left out. What can't be read, such as digits that touch each other, a dot or a dash between digits, stands as <c>?</c> in <c>text</c>, and <c>warning</c> says so.
    /// </remarks>
    /// <param name="form">Its file <c>image</c>: PNG, JPEG, WebP, GIF or BMP, told by content.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <param name="explain">Add <c>explanation</c> to each digit, of the first 16: how it came about, as with <c>POST /predict</c>.</param>
    /// <response code="200">The digits from left to right, each with its probabilities and its place.</response>
    /// <response code="400">Not an image, damaged, or not the form or JSON that is expected.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    private static Results<Ok<ReadResponse>, ProblemHttpResult> FromForm(
        ImageForm form, Recogniser recogniser, CancellationToken hungUp, bool explain = false) =>
        form.Files is [var image, ..]
            ? ToResult(recogniser.ReadRow(new Picture(image.Memory), explain, hungUp))
            : Problems.Of(StatusCodes.Status400BadRequest, ErrorDetails.NoFile);

    private static Results<Ok<ReadResponse>, ProblemHttpResult> FromBody(
        RentedBytes body, Recogniser recogniser, CancellationToken hungUp, bool explain = false) =>
        ToResult(recogniser.ReadRow(new Picture(body.Memory), explain, hungUp));

    private static Results<Ok<ReadResponse>, ProblemHttpResult> FromJson(
        PredictRequest request, Recogniser recogniser, CancellationToken hungUp, bool explain = false) =>
        ToResult(recogniser.ReadRow(new Picture(Json: request), explain, hungUp));

    private static Results<Ok<ReadResponse>, ProblemHttpResult> ToResult(ReadAnswer answer) =>
        answer is { Row: { } row } ? TypedResults.Ok(row) : TypedResults.Problem(answer.Problem!);
}
