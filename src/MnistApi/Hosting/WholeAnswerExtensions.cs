using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MnistApi.Hosting;

/// <summary>
/// Answers with a Content-Length. Chunked, as they are otherwise, the mark of the end is sent by itself, and a replica that is killed just before it
/// leaves half an answer: the one thing that a proxy can't ask another replica for.
/// </summary>
internal static class WholeAnswerExtensions
{
    /// <summary>Has the handlers of a group answer so where they succeed.</summary>
    public static RouteGroupBuilder AnswerWhole(this RouteGroupBuilder routes) => routes.AddEndpointFilterFactory(static (endpoint, next) =>
    {
        var json = endpoint.ApplicationServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return async context =>
        {
            var result = await next(context);
            var inner = (result as INestedHttpResult)?.Result;
            return inner is IStatusCodeHttpResult { StatusCode: StatusCodes.Status200OK } and IValueHttpResult { Value: { } answer }
                ? TypedResults.Text(JsonSerializer.SerializeToUtf8Bytes(answer, json.GetTypeInfo(answer.GetType())), "application/json; charset=utf-8")
                : result;
        };
    });
}
