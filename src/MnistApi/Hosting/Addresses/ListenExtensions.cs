using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MnistApi.Hosting.Addresses;

/// <summary>
/// Where the service listens: HTTP where the settings say, and gRPC beside it. Without TLS a port speaks HTTP/1.1 or HTTP/2, which gRPC needs, not both;
/// with TLS each connection agrees on one.
/// </summary>
internal static class ListenExtensions
{
    /// <summary>
    /// The variables by which platforms name the port, the first that is set: Vertex AI's, then Cloud Run's, Azure's and others'. They come before
    /// <c>http_ports</c>, which the container image sets.
    /// </summary>
    public static IReadOnlyList<string> PlatformPorts { get; } = ["AIP_HTTP_PORT", "PORT"];

    /// <summary>Takes the addresses from the settings; all are left alone where <c>Kestrel:Endpoints</c> has some.</summary>
    /// <exception cref="InvalidDataException">The port for gRPC can't be.</exception>
    public static void AddAddresses(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration;
        var port = settings.Read<GrpcOptions>("Grpc").Port;
        string[] http = settings.GetSection("Kestrel:Endpoints").GetChildren().Any() ? [] : Http(settings);
        var addresses = new ListenAddresses(http, http.Select(address => BesideIt(address, port)).FirstOrDefault(address => address is not null));
        builder.Services.AddSingleton(addresses);

        var isGrpc = addresses.Grpc is not null; // the first that is bound
        builder.WebHost.ConfigureKestrel(server => server.ConfigureEndpointDefaults(endpoint =>
        {
            if (isGrpc)
                endpoint.Protocols = HttpProtocols.Http2;
            isGrpc = false;
        }));
    }

    /// <summary>Starts the application.</summary>
    /// <exception cref="IOException">A port is taken, or a certificate can't be read.</exception>
    /// <exception cref="InvalidDataException">An address is none, or not this machine's, or the port for gRPC is taken.</exception>
    public static async Task ListenAsync(this WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<ListenAddresses>();
        foreach (var address in (IEnumerable<string>)[.. addresses.Grpc is { } grpc ? [grpc] : Array.Empty<string>(), .. addresses.Http])
            app.Urls.Add(address);
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or SocketException)
        {
            throw new InvalidDataException($"The service can't listen on {string.Join(';', addresses.Http)}: {e.Message}", e);
        }
        catch (IOException e) when (addresses.Grpc is { } address && e.Message.Contains($":{BindingAddress.Parse(address).Port}:", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{e.Message} It is for gRPC: set Grpc:Port to another port, or to 0 for none.", e);
        }
    }

    /// <summary>Where a started application listens, in words.</summary>
    public static string Listening(this WebApplication app)
    {
        var hasGrpc = app.Services.GetRequiredService<ListenAddresses>().Grpc is not null;
        return string.Join(", ", app.Urls.Skip(hasGrpc ? 1 : 0)) + (hasGrpc ? $" and for gRPC on {app.Urls.First()}" : "");
    }

    private static string[] Http(ConfigurationManager settings)
    {
        if (settings["urls"] is { Length: > 0 } urls)
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        if (PlatformPorts.Select(name => settings[name]).FirstOrDefault(port => !string.IsNullOrEmpty(port)) is { } platforms)
            return [$"http://*:{platforms}"];

        string[] onPorts = [.. OnPorts(settings, "http"), .. OnPorts(settings, "https")];
        return onPorts is [] ? ["http://*:8080"] : onPorts;
    }

    private static IEnumerable<string> OnPorts(ConfigurationManager settings, string scheme) =>
        (settings[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(port => $"{scheme}://*:{port.Trim()}");

    // null where gRPC needs no port of its own, or the address is none, which the server says better
    private static string? BesideIt(string http, int port)
    {
        try
        {
            return port > 0 && BindingAddress.Parse(http) is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false } address
                ? $"http://{address.Host}:{(address.Port == 0 ? 0 : port)}"
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
