using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.RequestBodies;

namespace MnistApi.OpenInference;

/// <summary>
/// The body of a request for inference: JSON, and behind it the bytes of tensors, where the header <c>Inference-Header-Content-Length</c> says how long
/// the JSON is. As a handler's parameter it is read to its end before the handler runs; the request disposes its memory.
/// </summary>
/// <param name="Request">What the JSON says.</param>
/// <param name="Json">The bytes that it was read from.</param>
/// <param name="Binary">The bytes behind it.</param>
internal sealed record InferBody(InferRequest Request, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Binary)
{
    /// <summary>The header that says where the JSON ends, of requests and of answers.</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    private const string UnknownParameter =
        "isn't known here, or its value isn't of its type. Known are \"binary_data_output\" (true or false) of a request, " +
        "\"binary_data_size\" (a number) of an input, and \"binary_data\" (true or false) and \"classification\" (a number) of an output.";

    /// <summary>Reads a request's body, for routing. Triton's clients send no Content-Type, so none stands for JSON.</summary>
    /// <exception cref="InferException">It isn't what its headers say.</exception>
    /// <exception cref="BadHttpRequestException">It has another Content-Type, is malformed, or cut off.</exception>
    public static async ValueTask<InferBody> BindAsync(HttpContext context)
    {
        CheckType(context.Request);
        var body = (await RentedBytes.BindAsync(context)).Memory;
        var length = JsonLength(context.Request, body.Length);
        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var json = body[(body.Span[..length].StartsWith("\uFEFF"u8) ? 3 : 0)..length];
        return new InferBody(Read(json.Span, (JsonTypeInfo<InferRequest>)options.GetTypeInfo(typeof(InferRequest))), json, body[length..]);
    }

    /// <summary>The one tensor that the request has.</summary>
    /// <exception cref="InferException">It has another number of tensors, or one without name, shape, datatype, or data in exactly one form.</exception>
    public InputTensor Input()
    {
        if (Request.Inputs is not [{ Name: { } name, Shape: { } shape, Datatype: { } datatype } input])
            throw new InferException("\"inputs\" isn't one tensor with a name, a shape and a datatype. Send \"pixels\" or \"image\".");

        var size = input.Parameters?.BinaryDataSize;
        if ((size is null) == (input.Data is null))
            throw new InferException($"\"{name}\" has neither or both of \"data\" and the parameter \"binary_data_size\". Send one of them.");
        if ((size ?? 0) != Binary.Length)
        {
            throw new InferException($"Behind the JSON there are {Binary.Length:N0} bytes, but \"binary_data_size\" says {size ?? 0:N0}. " +
                $"Send as many, and the length of the JSON in the header {HeaderLength}.");
        }

        return input.Data is { } slice
            ? new InputTensor(name, shape, datatype, Json.Slice(slice.Start, slice.Length), IsJson: true)
            : new InputTensor(name, shape, datatype, Binary, IsJson: false);
    }

    private static void CheckType(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType))
            return;

        var isKnown = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (!request.HasJsonContentType() && !(isKnown && type!.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)))
            throw new BadHttpRequestException("Another Content-Type.", StatusCodes.Status415UnsupportedMediaType);
        if (isKnown && type!.Charset.HasValue && type.Encoding is not (UTF8Encoding or ASCIIEncoding))
            throw new InferException(Problems.UnknownCharset, StatusCodes.Status415UnsupportedMediaType);
    }

    private static int JsonLength(HttpRequest request, int bodyLength)
    {
        var header = request.Headers[HeaderLength];
        if (header.Count == 0)
            return bodyLength;

        return int.TryParse(header, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= bodyLength
            ? length
            : throw new InferException($"The header {HeaderLength} isn't a number up to the {bodyLength:N0} bytes of the body. Send the length of the JSON.");
    }

    private static InferRequest Read(ReadOnlySpan<byte> json, JsonTypeInfo<InferRequest> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new BadHttpRequestException("There is no JSON.");
        }
        catch (JsonException e) when (e.Path?.Contains(".parameters.", StringComparison.Ordinal) == true)
        {
            throw new InferException($"{e.Path} {UnknownParameter}");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The JSON is malformed.", e);
        }
    }
}
