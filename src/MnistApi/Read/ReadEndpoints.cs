using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Model;
using MnistApi.Predict;

namespace MnistApi.Read;

/// <summary><c>POST /read</c>: a picture of several handwritten digits in a row → each of them, and where it is.</summary>
internal static class ReadEndpoints
{
    private const int MostExplained = 16; // each takes as long as dozens of answers

    /// <summary>Maps the handler.</summary>
    public static void MapRead(this IEndpointRouteBuilder routes) => routes.MapOnePicture("/read").MapPost("", Read).WithName("readNumber");

    /// <summary>Reads several handwritten digits in a row</summary>
    /// <remarks>
    /// Send a picture of a house number or a date, as <c>POST /predict</c> takes one: drawn, scanned or photographed, dark on light or light on dark.
    /// Lined and patterned paper, frames, shadows and specks do no harm. On photos and scans digits may touch, and <c>written</c> has the dots, commas, dashes,
    /// slashes and colons among them. What can't be read, in drawings also digits that touch and separators, stands as <c>?</c> in <c>text</c>, and
    /// <c>warning</c> says so.
    /// </remarks>
    /// <param name="picture">PNG, JPEG, WebP, GIF or BMP, told by content; or pixels.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="model">Answers.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <param name="explain">Add <c>explanation</c> to each digit, of the first 16: how it came about, as with <c>POST /predict</c>.</param>
    /// <response code="200">The digits from left to right, each with its probabilities and its place.</response>
    /// <response code="400">Not an image, damaged, or not the form or JSON that is expected.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    /// <response code="503">The paper has more than one level, and the service has no ink network.</response>
    private static Results<Ok<ReadResponse>, ProblemHttpResult> Read(
        Picture picture, Recogniser recogniser, LoadedModel model, CancellationToken hungUp, bool explain = false)
    {
        if (recogniser.ReadNumber(picture, explain, out var problem, hungUp) is not { } number)
            return TypedResults.Problem(problem!);

        ReadDigit[] digits = [.. number.Digits.Select((digit, index) => new ReadDigit(
            digit.Prediction.Digit, digit.Candidates, digit.Prediction.Confidence, digit.Digit is not null, digit.Prediction.Probabilities, digit.Box,
            explain && index < MostExplained ? recogniser.ExplainDigit(digit) : null))];
        return TypedResults.Ok(new ReadResponse(
            number.Text, number.Written, number.Warning, digits, number.Width, number.Height, model.Classifier.Card.Version));
    }
}
