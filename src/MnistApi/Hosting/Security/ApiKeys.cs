using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Net.Http.Headers;
using MnistApi.Hosting.Errors;

namespace MnistApi.Hosting.Security;

/// <summary>
/// The optional keys under <c>Auth:ApiKeys</c>. Where there are some, every route needs one, as <c>Authorization: Bearer KEY</c> or <c>X-Api-Key: KEY</c>,
/// but for those that allow anonymous access (health); the page and the API's description are no routes and are open to all.
/// With <c>Auth:ExportOnly</c> only the routes that are marked <see cref="Private"/> need one: a public service whose corrections are private.
/// </summary>
internal sealed class ApiKeys
{
    /// <summary>The header for clients that can't set <c>Authorization</c>.</summary>
    public const string Header = "X-Api-Key";

    /// <summary>The detail of 401.</summary>
    public const string Refusal = "This service needs an API key, and this is none or a wrong one. Send it as 'Authorization: Bearer KEY'.";

    private const int MinLength = 16;
    private const string Scheme = "Bearer ";

    private readonly byte[][] _hashes; // of one length, whatever the keys' is

    private readonly bool _exportOnly;

    private ApiKeys(IEnumerable<string> keys, bool exportOnly) => (_hashes, _exportOnly) = ([.. keys.Select(Hash)], exportOnly);

    /// <summary>The keys of the settings; null where there are none.</summary>
    /// <exception cref="InvalidDataException">A key has fewer than 16 characters: it could be guessed, or was forgotten.</exception>
    public static ApiKeys? From(IConfiguration settings)
    {
        var keys = settings.GetSection("Auth:ApiKeys").GetChildren().Select(key => key.Value ?? "").ToList();
        if (keys.Any(key => key.Length < MinLength))
            throw new InvalidDataException($"A key in Auth:ApiKeys has fewer than {MinLength} characters. Make one with: openssl rand -hex 16");

        return keys.Count == 0 ? null : new ApiKeys(keys, settings.GetValue("Auth:ExportOnly", false));
    }

    /// <summary>Marks a route that always needs a key.</summary>
    public sealed record Private;

    /// <summary>Whether a route needs a key.</summary>
    /// <param name="route">What is said of it.</param>
    public bool AreNeeded(EndpointMetadataCollection route) =>
        route.GetMetadata<IAllowAnonymous>() is null && (!_exportOnly || route.GetMetadata<Private>() is not null);

    /// <summary>Middleware: answers 401 where a route needs a key and none of ours comes.</summary>
    public Task Check(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not { } route || !AreNeeded(route.Metadata) || Accepts(KeyOf(context.Request)))
            return next(context);

        context.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
        return Problems.Write(context, Problems.Of(StatusCodes.Status401Unauthorized, Refusal));
    }

    /// <summary>Compares with every key in a time that tells nothing about any of them.</summary>
    private bool Accepts(string key)
    {
        var hash = Hash(key);
        var accepted = false;
        foreach (var known in _hashes)
            accepted |= CryptographicOperations.FixedTimeEquals(known, hash);
        return accepted;
    }

    private static string KeyOf(HttpRequest request)
    {
        var authorization = request.Headers[HeaderNames.Authorization].ToString();
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..] : request.Headers[Header].ToString();
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
