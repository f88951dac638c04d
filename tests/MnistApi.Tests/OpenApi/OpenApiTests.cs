using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Xunit;

namespace MnistApi.Tests.OpenApi;

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
    public async Task Every_endpoint_but_those_for_Prometheus_gRPC_platforms_and_the_page_is_in_the_document()
    {
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.TrimEnd('/') is not ("/metrics" or "/ping" or "/invocations" or "/share"))
            .Where(endpoint => endpoint.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) != true)
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
                .Where(method => method != "HEAD").Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimEnd('/')}"));

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
    public async Task Every_operation_has_a_name_of_its_own_for_generated_clients()
    {
        var names = (await Read()).Document!.Paths.SelectMany(path => path.Value.Operations!.Values.Select(operation => operation.OperationId)).ToList();

        Assert.All(names, name => Assert.Matches("^[a-z][A-Za-z]+$", name));
        Assert.Equal(names.Distinct(), names);
        Assert.Contains("predict", names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redocly_finds_nothing_wrong_by_its_recommended_rules(bool withKey)
    {
        var redocly = Redocly();
        await using var locked = withKey ? Api.With(("Auth:ApiKeys:0", "0123456789abcdef")) : null;
        var document = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(document, (await (locked ?? api).Get("/swagger/v1/swagger.json")).GetRawText(), TestContext.Current.CancellationToken);

            var (code, output) = Run(redocly, "lint", "--extends=recommended", "--format=json", document);

            using var report = JsonDocument.Parse(output);
            Assert.Equal([], report.RootElement.GetProperty("problems").EnumerateArray()
                .Select(problem => $"{problem.GetProperty("ruleId")} at {problem.GetProperty("location")[0].GetProperty("pointer")}"));
            Assert.Equal(0, code);
        }
        finally
        {
            File.Delete(document);
        }
    }

    [Fact]
    public async Task Every_schema_is_used()
    {
        var text = (await api.Get("/swagger/v1/swagger.json")).GetRawText();

        Assert.All((await Read()).Document!.Components!.Schemas!.Keys,
            schema => Assert.Contains($"\"#/components/schemas/{schema}\"", text, StringComparison.Ordinal));
    }

    /// <summary>Its command line, of one version, installed with npm once a machine: 15 MB in one package, some seconds.</summary>
    private static string Redocly()
    {
        const string version = "2.77.0";
        var installed = Path.Combine(Path.GetTempPath(), $"redocly-cli-{version}");
        if (!Directory.Exists(installed))
        {
            var folder = Directory.CreateTempSubdirectory("redocly-cli-").FullName; // renamed when it is whole
            var (code, output) = Run("npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", $"@redocly/cli@{version}");
            Assert.SkipUnless(code == 0, $"Redocly's command line can't be installed with npm: {output}");
            Directory.Move(folder, installed);
        }

        return Path.Combine(installed, "node_modules", ".bin", "redocly");
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        (start.Environment["REDOCLY_TELEMETRY"], start.Environment["REDOCLY_SUPPRESS_UPDATE_NOTICE"]) = ("off", "true");
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Length > 0 ? output : error.Result);
        }
        catch (Win32Exception e) // there is no such program
        {
            return (-1, e.Message);
        }
    }

    private async Task<ReadResult> Read() => OpenApiDocument.Parse((await api.Get("/swagger/v1/swagger.json")).GetRawText(), "json");
}
