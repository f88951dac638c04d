using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace MnistApi.Tests;

public class OpenApiTests(Api api)
{
    [Fact]
    public async Task The_document_is_valid()
    {
        var diagnostic = (await Read()).Diagnostic!;

        Assert.Empty(diagnostic.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_0, diagnostic.SpecificationVersion);
    }

    [Fact]
    public async Task Every_endpoint_but_that_for_Prometheus_is_in_the_document()
    {
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText != "/metrics")
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Where(method => method != "HEAD").Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"));

        var operations = (await Read()).Document!.Paths.SelectMany(path => path.Value.Operations!.Keys.Select(method => $"{method} {path.Key}"));

        Assert.Equal(routes.Distinct().Order(StringComparer.Ordinal), operations.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_and_every_answer_and_parameter_when_it_is_given()
    {
        foreach (var (path, item) in (await Read()).Document!.Paths)
        {
            foreach (var operation in item.Operations!.Values)
            {
                Assert.False(string.IsNullOrEmpty(operation.Summary), path);
                Assert.All(operation.Responses!.Values, answer => Assert.False(string.IsNullOrEmpty(answer.Description), path));
                Assert.All(operation.Parameters ?? [], parameter => Assert.False(string.IsNullOrEmpty(parameter.Description), path));
            }
        }
    }

    [Fact]
    public async Task Every_schema_is_used()
    {
        var text = (await api.Get("/swagger/v1/swagger.json")).GetRawText();

        Assert.All((await Read()).Document!.Components!.Schemas!.Keys, schema => Assert.Contains($"\"#/components/schemas/{schema}\"", text, StringComparison.Ordinal));
    }

    private async Task<ReadResult> Read() => OpenApiDocument.Parse((await api.Get("/swagger/v1/swagger.json")).GetRawText(), "json");
}
