using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.Errors;

namespace MnistApi.Hosting.RequestBodies;

/// <summary>What the headers of a request say of its body, before anyone reads it.</summary>
internal static class RequestBodyExtensions
{
    /// <summary>
    /// Refuses bodies that are compressed, decompresses those of <see cref="CompressedBodies"/> while they are read, to at most the size of one
    /// that isn't, and mends what ASP.NET takes too literally.
    /// </summary>
    public static void UseRequestBodies(this WebApplication app)
    {
        app.Use(RefuseOrMend);
        app.UseRequestDecompression();
    }

    /// <summary>Whether a request's body is compressed, and how.</summary>
    public static bool IsEncoded(HttpRequest request, out string encoding)
    {
        encoding = request.Headers.ContentEncoding.ToString();
        return encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);
    }

    private static Task RefuseOrMend(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (IsEncoded(request, out var encoding))
        {
            var mayBe = context.GetEndpoint()?.Metadata.GetMetadata<CompressedBodies>() is not null;
            if (!mayBe || !CompressedBodies.Includes(encoding))
            {
                context.Response.Headers.AcceptEncoding = mayBe ? CompressedBodies.Encodings : "identity";
                return Problems.Write(context, StatusCodes.Status415UnsupportedMediaType);
            }
        }

        // a value may stand in quotes (RFC 9110, section 5.6.6), but the reading of JSON looks for a charset of that name, quotes and all
        if (request.ContentType?.Contains('"') == true && MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue)
        {
            type.Charset = HeaderUtilities.RemoveQuotes(type.Charset);
            request.ContentType = type.ToString();
        }

        return next(context);
    }
}
