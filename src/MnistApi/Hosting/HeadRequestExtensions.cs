namespace MnistApi.Hosting;

/// <summary>HEAD, which monitors ask with: GET's answer without its body (RFC 9110, section 9.3.2), which the server leaves out.</summary>
internal static class HeadRequestExtensions
{
    /// <summary>Has all that answers GET answer HEAD.</summary>
    public static T AlsoHead<T>(this T routes)
        where T : IEndpointConventionBuilder
    {
        routes.Add(static endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
            {
                if (endpoint.Metadata[i] is IHttpMethodMetadata { HttpMethods: ["GET"] })
                    endpoint.Metadata[i] = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
            }
        });
        return routes;
    }
}
