using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace MnistApi.Hosting.Security;

/// <summary>Who may ask, from where, and whose word is taken for it. All that opens something is off unless it is configured.</summary>
internal static class SecurityExtensions
{
    /// <summary>Adds it, with the settings under <c>Auth</c>, <c>Cors</c> and <c>Proxies</c>.</summary>
    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins(Origins(settings))
            .WithMethods(HttpMethods.Get, HttpMethods.Post)
            .AllowAnyHeader()
            .WithExposedHeaders("Retry-After", "Server-Timing")));
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            forwarded.KnownProxies.Clear(); // this machine is no proxy unless it is configured
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in List(settings, "Proxies:Networks"))
                forwarded.KnownIPNetworks.Add(ParseNetwork(network));
        });
    }

    /// <summary>Proxies' headers and browsers' headers; before everything that answers.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        if (List(app.Configuration, "Proxies:Networks") is not [])
            app.UseForwardedHeaders();
        app.Use(ResponseHeaders.Add);
    }

    /// <summary>Other sites and keys; after what turns refusals into problem documents.</summary>
    public static void UseAccess(this WebApplication app)
    {
        if (Origins(app.Configuration) is not [])
            app.UseCors();
        app.Use(next => ApiKeys.From(app.Configuration) is { } keys ? context => keys.Check(context, next) : next);
    }

    /// <summary>Reads the settings that may be wrong; where it isn't called, they show when the server starts.</summary>
    /// <exception cref="InvalidDataException">A key is too short, a proxy is no address, or an origin is none.</exception>
    public static void CheckSecurity(this WebApplication app)
    {
        ApiKeys.From(app.Configuration);
        Origins(app.Configuration);
        _ = app.Services.GetRequiredService<IOptions<ForwardedHeadersOptions>>().Value;
    }

    private static string[] List(IConfiguration settings, string name) => settings.GetSection(name).Get<string[]>() ?? [];

    private static string[] Origins(IConfiguration settings) => Array.ConvertAll(List(settings, "Cors:Origins"), ParseOrigin);

    // as browsers send them: no slash at the end, no port where it is the scheme's own
    private static string ParseOrigin(string origin)
    {
        if (origin == "*")
            return origin;
        if (Uri.TryCreate(origin, UriKind.Absolute, out var address) && address is { Host.Length: > 0, PathAndQuery: "/" or "", Fragment: "", UserInfo: "" })
            return address.GetLeftPart(UriPartial.Authority);

        throw new InvalidDataException($"'{origin}' in Cors:Origins is no origin. Write https://example.org, with a port where there is one, and no path.");
    }

    private static System.Net.IPNetwork ParseNetwork(string network)
    {
        if (System.Net.IPNetwork.TryParse(network, out var parsed))
            return parsed;
        if (IPAddress.TryParse(network, out var address))
            return new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8);

        throw new InvalidDataException($"'{network}' in Proxies:Networks is neither an address nor a network. Write 10.0.0.7 or 10.0.0.0/8.");
    }
}
