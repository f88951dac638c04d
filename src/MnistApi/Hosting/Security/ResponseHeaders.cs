using MnistApi.Hosting.Errors;

namespace MnistApi.Hosting.Security;

/// <summary>The headers that tell a browser what the service never does, on every answer.</summary>
internal static class ResponseHeaders
{
    // the page shows what the network saw as a data: URL, Swagger UI its icons; nothing else comes from elsewhere, nothing is inline
    private static readonly string Policy = PolicyWith("");

    // but for the colours of Swagger UI's logo, which is one style element; a browser test says when another version has another
    private static readonly string SwaggerPolicy = PolicyWith(" 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='");

    /// <summary>Middleware; adds them last, so that they stand on errors, too.</summary>
    public static Task Add(HttpContext context, RequestDelegate next)
    {
        if (GrpcErrors.IsCall(context.Request)) // no browser
            return next(context);

        context.Response.OnStarting(static state =>
        {
            var context = (HttpContext)state;
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/swagger") ? SwaggerPolicy : Policy;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            if (context.Request.IsHttps) // here, or at a configured proxy
                headers.StrictTransportSecurity = "max-age=31536000"; // a year
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            return Task.CompletedTask;
        }, context);
        return next(context);
    }

    private static string PolicyWith(string styles) =>
        $"default-src 'none'; script-src 'self'; style-src 'self'{styles}; img-src 'self' data:; connect-src 'self'; " +
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
