using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MnistApi.Tests.Hosting;

public class SecurityTests(Api api)
{
    private const string Key = "0123456789abcdef";

    [Theory]
    [InlineData("/")]
    [InlineData("/js/app/main.js")]
    [InlineData("/model")]
    [InlineData("/nothing")]
    [InlineData("/predict?explain=perhaps")]
    [InlineData("/swagger/index.html")]
    public async Task Every_answer_tells_the_browser_what_the_service_never_does(string path)
    {
        using var response = await api.Send(HttpMethod.Get, path);

        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(response, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("same-origin", Header(response, "Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header(response, "Cross-Origin-Resource-Policy"));
        Assert.StartsWith("camera=()", Header(response, "Permissions-Policy"), StringComparison.Ordinal);
        var policy = Header(response, "Content-Security-Policy");
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_failure_shows_nothing_of_the_inside_in_any_environment(string environment)
    {
        await using var failing = Api.With(("environment", environment), ("Logging:LogLevel:Microsoft", "None"));
        var model = typeof(Program).Assembly.GetType("MnistApi.Model.ServedModel")!;
        ((IDisposable)failing.Services.GetRequiredService(model)).Dispose(); // the worst that can happen: the network is gone

        using var response = await failing.Send(HttpMethod.Post, "/predict", Api.Form(Drawing.Of(3)));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["type", "title", "status", "detail"], problem.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("The service failed to answer. Try again; if it happens again, tell those who run it.",
            problem.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Other_sites_may_not_ask_unless_they_are_configured()
    {
        await using var open = Api.With(("Cors:Origins:0", "https://friend.example"));

        Assert.Null(await AllowedOrigin(api, "https://friend.example"));
        Assert.Null(await AllowedOrigin(open, "https://stranger.example"));
        Assert.Equal("https://friend.example", await AllowedOrigin(open, "https://friend.example"));
    }

    [Theory]
    [InlineData("https://friend.example/")]
    [InlineData("https://friend.example:443")]
    [InlineData("HTTPS://Friend.Example")]
    public async Task An_origin_may_be_configured_as_people_write_it(string origin)
    {
        await using var open = Api.With(("Cors:Origins:0", origin));

        Assert.Equal("https://friend.example", await AllowedOrigin(open, "https://friend.example"));
    }

    [Theory]
    [InlineData("Authorization", $"Bearer {Key}", HttpStatusCode.OK)]
    [InlineData("Authorization", "bearer second-key-of-16", HttpStatusCode.OK)]
    [InlineData("X-Api-Key", Key, HttpStatusCode.OK)]
    [InlineData("X-Api-Key", $"{Key}0", HttpStatusCode.Unauthorized)]
    [InlineData("X-Api-Key", "0123456789abcde", HttpStatusCode.Unauthorized)]
    [InlineData("Authorization", Key, HttpStatusCode.Unauthorized)]
    [InlineData("X-Other", Key, HttpStatusCode.Unauthorized)]
    public async Task Where_keys_are_configured_one_is_needed(string header, string value, HttpStatusCode status)
    {
        await using var locked = WithKeys();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/predict") { Content = Api.Form(Drawing.Of(3)) };
        request.Headers.TryAddWithoutValidation(header, value);

        using var client = locked.CreateClient();
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("/model")]
    [InlineData("/model/file")]
    [InlineData("/metrics")]
    [InlineData("/predict")]
    public async Task Without_a_key_a_route_answers_with_a_problem_that_says_how_to_send_one(string path)
    {
        await using var locked = WithKeys();

        using var response = await locked.Send(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().ToString());
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("'Authorization: Bearer KEY'", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Below_v2_a_missing_key_is_told_as_the_protocol_has_it()
    {
        await using var locked = WithKeys();

        using var response = await locked.Send(HttpMethod.Get, "/v2/models/mnist");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.StartsWith("{\"error\":\"This service needs an API key", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/js/app/key.js")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/v2/health/ready")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    public async Task The_page_the_probes_and_the_description_need_no_key(string path)
    {
        await using var locked = WithKeys();

        using var response = await locked.Send(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_description_tells_of_the_key_only_where_one_is_needed()
    {
        await using var locked = WithKeys();

        Assert.Equal("X-Api-Key", (await locked.Get("/swagger/v1/swagger.json")).GetProperty("components").GetProperty("securitySchemes").GetProperty("key")
            .GetProperty("name").GetString());
        Assert.False((await api.Get("/swagger/v1/swagger.json")).GetProperty("components").TryGetProperty("securitySchemes", out _));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("127.0.0.0/8", "max-age=31536000")]
    [InlineData("127.0.0.1", "max-age=31536000")]
    [InlineData("10.0.0.0/8", null)]
    public async Task That_a_request_came_by_https_is_believed_only_from_a_configured_proxy(string network, string? strictTransport)
    {
        await using var behind = network.Length == 0 ? Api.With() : Api.With(("Proxies:Networks:0", network));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live")
        {
            Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "203.0.113.7" } },
        };
        using var client = behind.CreateClient();

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(strictTransport, Header(response, "Strict-Transport-Security"));
    }

    private static Api WithKeys() => Api.With(("Auth:ApiKeys:0", Key), ("Auth:ApiKeys:1", "second-key-of-16"));

    private static async Task<string?> AllowedOrigin(Api asked, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/predict")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" } },
        };
        using var client = asked.CreateClient();
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return Header(response, "Access-Control-Allow-Origin");
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
