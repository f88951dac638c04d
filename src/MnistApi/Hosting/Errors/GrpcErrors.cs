using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;

namespace MnistApi.Hosting.Errors;

/// <summary>
/// Errors as gRPC has them: a status code and a text beside an HTTP status that is always 200. Which HTTP status an error would have is kept with the
/// request, for those who count.
/// </summary>
internal static class GrpcErrors
{
    private const string StatusHeader = "grpc-status";

    private static readonly object Answered = new();

    /// <summary>Whether a request is a call by gRPC, which reads no documents.</summary>
    public static bool IsCall(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The HTTP status that a request was answered with or, where it is a call by gRPC, that its answer stands for.</summary>
    public static int StatusOf(HttpContext context)
    {
        if (!IsCall(context.Request) || context.Response.StatusCode != StatusCodes.Status200OK)
            return context.Response.StatusCode;
        if (context.Items.TryGetValue(Answered, out var status))
            return (int)status!;

        var trailers = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers;
        var code = context.Response.Headers[StatusHeader] is [{ } early] ? early : trailers?[StatusHeader].ToString();
        return int.TryParse(code, out var number) ? ToHttp((StatusCode)number) : StatusCodes.Status200OK;
    }

    /// <summary>
    /// Middleware: a message that can't be read, or doesn't arrive, is refused by the library as its own failure, before a handler has it. It is the sender's.
    /// </summary>
    public static async Task BlameSender(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var isRefused = IsCall(context.Request) && !context.Response.HasStarted && context.GetEndpoint() is not null && StatusOf(context) >= 500;
        if (isRefused && !context.Items.ContainsKey(Answered))
            await Write(context, Problems.Of(WhyEnded(context) ?? StatusCodes.Status400BadRequest, context));
    }

    /// <summary>408 where the time for a request is over, 499 where the client hung up; null where neither is so.</summary>
    public static int? WhyEnded(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true)
            return StatusCodes.Status408RequestTimeout;
        return context.RequestAborted.IsCancellationRequested ? StatusCodes.Status499ClientClosedRequest : null;
    }

    /// <summary>What a handler throws, so that its call ends with a problem.</summary>
    public static RpcException Failure(HttpContext context, ProblemHttpResult problem)
    {
        context.Items[Answered] = problem.StatusCode;
        return new RpcException(new Status(ToGrpc(problem.StatusCode), problem.ProblemDetails.Detail!));
    }

    /// <summary>Answers a call with a problem before a handler has it.</summary>
    public static Task Write(HttpContext context, ProblemHttpResult problem)
    {
        context.Items[Answered] = problem.StatusCode;
        var isUnknown = problem.StatusCode == StatusCodes.Status404NotFound && context.GetEndpoint() is null;
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers[StatusHeader] = $"{(int)(isUnknown ? StatusCode.Unimplemented : ToGrpc(problem.StatusCode))}";
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(problem.ProblemDetails.Detail!);
        return Task.CompletedTask;
    }

    private static StatusCode ToGrpc(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status405MethodNotAllowed => StatusCode.Unimplemented,
        StatusCodes.Status408RequestTimeout => StatusCode.DeadlineExceeded,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status499ClientClosedRequest => StatusCode.Cancelled,
        StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
        >= 500 => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };

    private static int ToHttp(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
        StatusCode.DeadlineExceeded => StatusCodes.Status408RequestTimeout,
        StatusCode.NotFound or StatusCode.Unimplemented => StatusCodes.Status404NotFound,
        StatusCode.ResourceExhausted => StatusCodes.Status413PayloadTooLarge, // a message too large; all else that is too much is ours
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
