using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

[assembly: AssemblyFixture(typeof(MnistApi.Tests.Api))]
[assembly: Xunit.v3.Parallelization(MaxThreads = 4)] // many wait for a process to start or to stop

namespace MnistApi.Tests;

/// <summary>The real application on the real server and a free port, with the committed model and small limits.</summary>
public sealed class Api : WebApplicationFactory<Program>
{
    public const int MaxBytes = 100_000;

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly (string Name, string Value)[] _settings;

    public Api() : this([("Limits:MaxBytes", $"{MaxBytes}"), ("Limits:MaxPixels", "1000000")])
    {
    }

    private Api((string Name, string Value)[] settings)
    {
        _settings = settings;
        UseKestrel(); // on the port of the settings: one that is given here would be set while the program may already be starting
        StartServer();
    }

    /// <summary>One of its own, for a test that needs other settings; the test disposes it.</summary>
    public static Api With(params (string Name, string Value)[] settings) => new(settings);

    /// <summary>Where it listens, for gRPC first.</summary>
    public IReadOnlyList<string> Addresses => [.. Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses];

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("urls", "http://127.0.0.1:0");
        foreach (var (name, value) in _settings)
            builder.UseSetting(name, value);
    }

    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? body = null)
    {
        using var client = CreateClient();
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.ExpectContinue = body is not null; // so that a refusal arrives before the body is sent
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> Get(string path)
    {
        using var response = await Send(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await Json(response);
    }

    public async Task<JsonElement> Predict(HttpContent body, string query = "")
    {
        using var response = await Send(HttpMethod.Post, "/predict" + query, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await Json(response);
    }

    /// <summary>Asserts the whole problem document that a request gets: POST where it has a body, else GET.</summary>
    public async Task AssertProblem(int status, string detail, string path, HttpContent? body = null)
    {
        var (type, title) = status switch
        {
            400 => ("https://tools.ietf.org/html/rfc9110#section-15.5.1", "Bad Request"),
            404 => ("https://tools.ietf.org/html/rfc9110#section-15.5.5", "Not Found"),
            405 => ("https://tools.ietf.org/html/rfc9110#section-15.5.6", "Method Not Allowed"),
            413 => ("https://tools.ietf.org/html/rfc9110#section-15.5.14", "Content Too Large"),
            415 => ("https://tools.ietf.org/html/rfc9110#section-15.5.16", "Unsupported Media Type"),
            _ => ("https://tools.ietf.org/html/rfc4918#section-11.2", "Unprocessable Entity"),
        };

        using var response = await Send(body is null ? HttpMethod.Get : HttpMethod.Post, path, body);

        Assert.Equal(JsonSerializer.Serialize(new { type, title, status, detail }, Unescaped),
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    public static HttpContent Form(byte[] image, string field = "image", string mediaType = "image/png") =>
        new MultipartFormDataContent { { Raw(image, mediaType), field, "drawing.png" } };

    public static HttpContent Raw(byte[] image, string? mediaType = "image/png") =>
        new ByteArrayContent(image) { Headers = { ContentType = mediaType is null ? null : new MediaTypeHeaderValue(mediaType) } };

    public static HttpContent Json(string json) => new StringContent(json, new MediaTypeHeaderValue("application/json"));

    private static async Task<JsonElement> Json(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}
