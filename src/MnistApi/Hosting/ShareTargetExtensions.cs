using Microsoft.AspNetCore.Http.HttpResults;

namespace MnistApi.Hosting;

/// <summary>
/// Where an installed page takes pictures from other apps (<c>share_target</c> in manifest.webmanifest). The page's service worker answers there, and the
/// picture stays in the browser. Only where a browser has lost the worker, the request comes here.
/// </summary>
internal static class ShareTargetExtensions
{
    /// <summary>Maps it: to the page, which says that the picture didn't arrive, and gets its worker anew. The picture isn't read.</summary>
    public static void MapShareTarget(this WebApplication app) => app.MapPost("/share", ToPage).ExcludeFromDescription().AllowAnonymous();

    private static StatusCodeHttpResult ToPage(HttpResponse response)
    {
        response.Headers.Location = "./#shared";
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
