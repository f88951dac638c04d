using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using MnistModel;

namespace MnistApi;

/// <summary>
/// Every error as an RFC 9457 problem document. What went wrong becomes a status and a detail here and nowhere else;
/// the detail says what was wrong and what to do, and never repeats an exception's own text, but for <see cref="ImageException"/>'s, which is written for the sender.
/// </summary>
internal static class Problems
{
    /// <summary>The detail of 415.</summary>
    public const string UnsupportedType =
        "This Content-Type isn't read here. Send a form (multipart/form-data) with a file field 'image', the image itself (image/* or application/octet-stream), or application/json.";

    /// <summary>For <c>UseExceptionHandler</c>: the client's faults become 4xx and are not logged; all others are logged and become 500.</summary>
    public static ExceptionHandlerOptions OfExceptions { get; } = new()
    {
        ExceptionHandler = context => Of(context.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error, context).ExecuteAsync(context),
        SuppressDiagnosticsCallback = handled => handled.Exception is ImageException or BadHttpRequestException,
    };

    /// <summary>For <c>UseStatusCodePages</c>: what routing refused without a body.</summary>
    public static Task OfStatus(StatusCodeContext refused) =>
        Of(refused.HttpContext.Response.StatusCode, refused.HttpContext).ExecuteAsync(refused.HttpContext);

    /// <summary>A problem document; its type and title follow from the status.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="detail">What was wrong and what to do, in words for the person who sent the request.</param>
    public static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    private static ProblemHttpResult Of(Exception exception, HttpContext context) => exception switch
    {
        ImageException { Fault: ImageFault.TooLarge } => Of(StatusCodes.Status413PayloadTooLarge, exception.Message),
        ImageException => Of(StatusCodes.Status400BadRequest, exception.Message),
        BadHttpRequestException { InnerException: JsonException json } => Of(StatusCodes.Status400BadRequest,
            $"The JSON can't be read at {json.Path ?? "$"}. Send {{\"image\": \"<base64 or data URL>\"}} or {{\"pixels\": [784 numbers from 0 to 255]}}."),
        BadHttpRequestException bad => Of(bad.StatusCode, context),
        _ => Of(StatusCodes.Status500InternalServerError, context),
    };

    private static ProblemHttpResult Of(int status, HttpContext context) => Of(status, status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}. /swagger lists what this service answers.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} doesn't take {context.Request.Method}. Use {context.Response.Headers.Allow}.",
        StatusCodes.Status413PayloadTooLarge =>
            $"The request is too large; the limit for an image is {context.RequestServices.GetRequiredService<ImageLimits>().MaxBytes:N0} bytes. Send a smaller one.",
        StatusCodes.Status415UnsupportedMediaType => UnsupportedType,
        >= 500 => "The service failed to answer. Try again; if it happens again, tell those who run it.",
        _ => "The request is incomplete or can't be read. /swagger shows what to send.",
    });
}
