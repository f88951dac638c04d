using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.Errors;

namespace MnistApi.Hosting.RequestBodies;

/// <summary>What the headers of a request say of its body, before anyone reads it.</summary>
internal static class RequestBodyExtensions
{
    /// <summary>Refuses bodies that are compressed, and mends what ASP.NET takes too literally.</summary>
    public static void UseRequestBodies(this WebApplication app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (IsEncoded(request, out _))
        {
            context.Response.Headers.AcceptEncoding = "identity";
            return Problems.Write(context, StatusCodes.Status415UnsupportedMediaType);
        }

        // a value may stand in quotes (RFC 9110, section 5.6.6), but the reading of JSON looks for a charset of that name, quotes and all
        if (request.ContentType?.Contains('"') == true && MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.Charset.HasValue)
        {
            type.Charset = HeaderUtilities.RemoveQuotes(type.Charset);
            request.ContentType = type.ToString();
        }

        return next(context);
    });

    /// <summary>Whether a request's body is compressed, and how.</summary>
    public static bool IsEncoded(HttpRequest request, out string encoding)
    {
        encoding = request.Headers.ContentEncoding.ToString();
        return encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);
    }
}
