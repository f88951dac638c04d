using System.Text.Json;
using System.Text.RegularExpressions;
using MnistApi.Tests.Model;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>What docs/operations asks Prometheus for is what the service says.</summary>
public sealed partial class DashboardTests(DashboardTests.Scraped scraped) : IClassFixture<DashboardTests.Scraped>
{
    private static readonly string[] Words =
        ["sum", "max", "rate", "increase", "count", "histogram_quantile", "by", "ignoring", "group_left", "le"];

    // what Prometheus adds, and what the service says only when it has happened
    private static readonly string[] KnownLabels = ["instance", "job"];

    private static string Folder { get; } = Path.Combine(ReadmeTests.RepositoryRoot(new DirectoryInfo(AppContext.BaseDirectory)), "docs", "operations");

    public static TheoryData<string, string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "grafana-dashboard.json")));
        var data = new TheoryData<string, string>();
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
                data.Add(panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!);
        }

        foreach (Match alert in Alert().Matches(File.ReadAllText(Path.Combine(Folder, "prometheus-alerts.yml"))))
            data.Add(alert.Groups["name"].Value, alert.Groups["expr"].Value);
        return data;
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void A_query_names_only_metrics_and_labels_that_the_service_has(string title, string query)
    {
        Assert.NotEmpty(title);
        var labels = new HashSet<string>(KnownLabels);
        var used = ByLabels().Matches(query).SelectMany(clause => clause.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).ToList();
        var bare = Ranges().Replace(ByLabels().Replace(query, " "), " ");
        var metrics = Metric().Matches(bare).Where(metric => !Words.Contains(metric.Groups["name"].Value)).ToList();

        Assert.NotEmpty(metrics);
        foreach (var metric in metrics.Where(metric => metric.Groups["name"].Value != "up"))
        {
            var name = metric.Groups["name"].Value;
            var has = scraped.Metrics.LabelsOf(name);
            Assert.True(has is not null, $"There is no metric '{name}'.");
            labels.UnionWith(has);
            used.AddRange(Matcher().Matches(metric.Groups["matchers"].Value).Select(matcher => matcher.Groups[1].Value));
        }

        Assert.Equal([], used.Except(labels));
    }

    /// <summary>A service that has answered and refused something, and what it then says.</summary>
    public sealed class Scraped : IAsyncLifetime
    {
        public Scrape Metrics { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var model = Directory.CreateTempSubdirectory("mnist-dashboard-");
            var path = Path.Combine(model.FullName, "mnist.onnx");
            await File.WriteAllBytesAsync(path, ModelFile.WithReference());
            using var service = await RunningService.StartAsync($"--Model:Path={path}");
            model.Delete(recursive: true); // it serves without its file
            await DriftTests.Send(service.Client, images: 250);
            await DriftTests.Send(service.Client, images: 250);
            foreach (var image in new[] { Drawing.Of(3), Drawing.Blank() })
            {
                using var body = Api.Form(image);
                using var response = await service.Client.PostAsync(new Uri("/predict", UriKind.Relative), body);
            }

            Metrics = await Scrape.OfAsync(service.Client);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [GeneratedRegex("""- alert: (?<name>\w+)\n\s+expr: (>-\n\s+)?(?<expr>.*?)\n\s+(for|labels):""", RegexOptions.Singleline)]
    private static partial Regex Alert();

    [GeneratedRegex("""\b(?:by|ignoring|on)\s*\(([^)]*)\)""")]
    private static partial Regex ByLabels();

    [GeneratedRegex("""\[[^\]]*\]""")]
    private static partial Regex Ranges();

    [GeneratedRegex("""(?<![\w"$.])(?<name>[a-z_]\w*)(\{(?<matchers>[^}]*)\})?""")]
    private static partial Regex Metric();

    [GeneratedRegex("""(\w+)\s*(?:=~|!~|!=|=)""")]
    private static partial Regex Matcher();
}
