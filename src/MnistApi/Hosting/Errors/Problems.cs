using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.RequestBodies;
using MnistReader.Imaging;

namespace MnistApi.Hosting.Errors;

/// <summary>
/// Every error as an RFC 9457 problem document. What went wrong becomes a status and a detail here and nowhere else;
/// the detail says what was wrong and what to do, and never repeats an exception's own text,
/// but for those of <see cref="ImageException"/> and <see cref="InferException"/>, which are written for the sender.
/// Below <c>/v2</c> the same detail goes out as the Open Inference Protocol wants it, and to a call by gRPC as <see cref="GrpcErrors"/> has it.
/// </summary>
internal static class Problems
{
    /// <summary>The detail of 415 of <c>POST /predict</c>.</summary>
    public const string UnsupportedType =
        "This Content-Type isn't read here. Send a form (multipart/form-data) with a file field 'image', " +
        "the image itself (image/* or application/octet-stream), or application/json.";

    /// <summary>The detail of 415 of <c>POST /predict/batch</c>.</summary>
    public const string UnsupportedBatchType =
        "This Content-Type isn't read here. Send a form (multipart/form-data) with several files under the name 'image', or application/json.";

    /// <summary>The detail of 415 of <c>POST /corrections</c>.</summary>
    public const string UnsupportedCorrectionType =
        "This Content-Type isn't read here. Send a form (multipart/form-data) with a file field 'image' and the fields 'label' and 'consent'.";

    /// <summary>The detail of 415 where JSON isn't in UTF-8.</summary>
    public const string UnknownCharset = "The charset of this Content-Type isn't known here. Send JSON in UTF-8.";

    /// <summary>The detail of 429 where the queue is full.</summary>
    public const string Overloaded = "The service is busy. Try again in a second.";

    /// <summary>For <c>UseExceptionHandler</c>: the client's errors become 4xx and are not logged; all others are logged and become 500.</summary>
    public static ExceptionHandlerOptions OfExceptions { get; } = new()
    {
        ExceptionHandler = context => context.Features.GetRequiredFeature<IExceptionHandlerFeature>() is var handled
            ? Write(context, Of(handled.Error, context, handled.Endpoint))
            : Task.CompletedTask,
        SuppressDiagnosticsCallback = handled => handled.Exception is BadHttpRequestException || HasUnknownCharset(handled.HttpContext.Request),
    };

    /// <summary>For <c>UseStatusCodePages</c>: what routing refused without a body.</summary>
    public static Task OfStatus(StatusCodeContext refused) => Write(refused.HttpContext, refused.HttpContext.Response.StatusCode);

    /// <summary>A problem document; its type and title follow from the status.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="detail">What was wrong and what to do, in words for the person who sent the request.</param>
    public static ProblemHttpResult Of(int status, string detail) => TypedResults.Problem(detail, statusCode: status);

    /// <summary>The problem with an image that can't be read.</summary>
    public static ProblemHttpResult Of(ImageException exception) =>
        Of(exception.Fault is ImageFault.TooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest, exception.Message);

    /// <summary>The detail for JSON that can't be read.</summary>
    /// <param name="path">Where in the JSON; null where that isn't known.</param>
    /// <param name="expected">Completes "Send …".</param>
    public static string MalformedJson(string? path, string expected) => $"The JSON can't be read at {path ?? "$"}. Send {expected}.";

    /// <summary>Refuses a request because there is too much to do. The answer tells to try again in a second, when a full queue is long empty.</summary>
    /// <param name="context">The request.</param>
    /// <param name="detail">What was too much, and what to do.</param>
    public static Task Refuse(HttpContext context, string detail = Overloaded)
    {
        context.Response.Headers.RetryAfter = "1";
        return Write(context, Of(StatusCodes.Status429TooManyRequests, detail));
    }

    /// <summary>Answers with the problem that a status stands for.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">400 to 599.</param>
    public static Task Write(HttpContext context, int status) => Write(context, Of(status, context));

    /// <summary>Answers with a problem, in the form that the address promises.</summary>
    public static Task Write(HttpContext context, ProblemHttpResult problem)
    {
        if (GrpcErrors.IsCall(context.Request))
            return GrpcErrors.Write(context, problem);

        return context.Request.Path.StartsWithSegments("/v2", StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Json(new InferError(problem.ProblemDetails.Detail!), statusCode: problem.StatusCode).ExecuteAsync(context)
            : problem.ExecuteAsync(context);
    }

    /// <summary>The problem that an exception stands for: the client's, or 500.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="context">The request.</param>
    /// <param name="endpoint">Who threw it; null where that isn't known.</param>
    public static ProblemHttpResult Of(Exception exception, HttpContext context, Endpoint? endpoint) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } when endpoint?.Metadata.GetMetadata<ExpectedJson>() is { } expected =>
            Of(StatusCodes.Status400BadRequest, MalformedJson(json.Path, expected.Form)),
        TooManyPicturesException => Of(StatusCodes.Status413PayloadTooLarge, ErrorDetails.TooMany),
        InferException refused => Of(refused.StatusCode, refused.Message),
        BadHttpRequestException bad => Of(bad.StatusCode, context),
        InvalidOperationException when HasUnknownCharset(context.Request) => Of(StatusCodes.Status415UnsupportedMediaType, UnknownCharset),
        _ => Of(StatusCodes.Status500InternalServerError, context),
    };

    // ASP.NET's reading of JSON takes this for the service's own error
    private static bool HasUnknownCharset(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue && type.Encoding is null;

    /// <summary>The problem that a status stands for.</summary>
    /// <param name="status">400 to 599.</param>
    /// <param name="context">The request.</param>
    public static ProblemHttpResult Of(int status, HttpContext context) => Of(status, status switch
    {
        StatusCodes.Status400BadRequest when context.Request.Query.TryGetValue("explain", out var explain) && !bool.TryParse(explain, out _) =>
            "The parameter 'explain' is neither true nor false. Send explain=true, or leave it out.",
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}. /swagger lists what this service answers.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Path} doesn't take {context.Request.Method}. Use {context.Response.Headers.Allow}.",
        StatusCodes.Status408RequestTimeout => "The request took too long. Send it again, or less at once.",
        StatusCodes.Status413PayloadTooLarge =>
            $"The request is too large; the limit for an image is {context.RequestServices.GetRequiredService<ImageLimits>().MaxBytes:N0} bytes. " +
            "Send a smaller one.",
        StatusCodes.Status415UnsupportedMediaType when RequestBodyExtensions.IsEncoded(context.Request, out var encoding) =>
            $"A body in Content-Encoding {encoding} isn't read here. " + (context.Response.Headers.AcceptEncoding == CompressedBodies.Encodings
                ? "Send it in gzip or deflate, or as it is, without that header."
                : "Send it as it is, without that header; pictures gain nothing by being compressed again."),
        StatusCodes.Status415UnsupportedMediaType => UnsupportedAt(context.Request.Path),
        >= 500 => "The service failed to answer. Try again; if it happens again, tell those who run it.",
        _ => "The request is incomplete or can't be read. /swagger shows what to send.",
    });

    private static string UnsupportedAt(PathString path)
    {
        if (path.StartsWithSegments("/v2"))
            return "This Content-Type isn't read here. Send application/json, or application/octet-stream for binary tensors.";
        if (path.StartsWithSegments("/predict/batch"))
            return UnsupportedBatchType;
        return path.StartsWithSegments("/corrections") ? UnsupportedCorrectionType : UnsupportedType;
    }
}
