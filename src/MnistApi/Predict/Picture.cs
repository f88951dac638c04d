using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.RequestBodies;

namespace MnistApi.Predict;

/// <summary>
/// One picture of a request as it arrived, not looked at yet. Exactly one member is set.
/// As a handler's parameter it is what the body holds, read to its end before the handler runs.
/// </summary>
/// <param name="Encoded">The bytes of an image file; they must live until the answer.</param>
/// <param name="Json">The JSON that holds a picture.</param>
/// <param name="Problem">Why there is no picture.</param>
internal sealed record Picture(ReadOnlyMemory<byte>? Encoded = null, PredictRequest? Json = null, ProblemDetails? Problem = null)
{
    /// <summary>Reads a request's body, for routing: a form, JSON, or else the image itself.</summary>
    /// <exception cref="BadHttpRequestException">The body isn't what its headers say.</exception>
    public static async ValueTask<Picture> BindAsync(HttpContext context)
    {
        if (context.Request.HasJsonContentType())
            return new Picture(Json: await ReadJsonAsync(context));
        if (!context.Request.HasFormContentType)
            return new Picture((await RentedBytes.BindAsync(context)).Memory);

        var form = await ImageForm.BindAsync(context);
        return form.Files is [var image, ..]
            ? new Picture(image.Memory)
            : new Picture(Problem: Problems.Of(StatusCodes.Status400BadRequest, ErrorDetails.NoFile).ProblemDetails);
    }

    private static async Task<PredictRequest> ReadJsonAsync(HttpContext context)
    {
        try
        {
            var hasBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is not false;
            return (hasBody ? await context.Request.ReadFromJsonAsync<PredictRequest>() : null) ?? throw new BadHttpRequestException("There is no JSON.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The JSON is malformed.", e);
        }
        catch (IOException e) when (e is not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body is malformed.", e);
        }
    }
}
