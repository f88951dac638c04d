using System.Globalization;
using System.Text.RegularExpressions;

namespace MnistApi.Tests;

/// <summary>What <c>GET /metrics</c> says, in Prometheus' text format.</summary>
public sealed partial class Scrape
{
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> _samples = [];

    private Scrape()
    {
    }

    /// <summary>Asks a service.</summary>
    public static async Task<Scrape> OfAsync(HttpClient client)
    {
        var scrape = new Scrape();
        foreach (var line in (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var sample = Sample().Match(line);
            var labels = Label().Matches(sample.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
            scrape._samples.Add((sample.Groups["name"].Value, labels, double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }

        return scrape;
    }

    /// <summary>The sum of all samples of a name that have a label; 0 where there is none.</summary>
    public double Sum(string name, string? label = null, string? value = null) =>
        _samples.Where(sample => sample.Name == name && (label is null || sample.Labels.GetValueOrDefault(label) == value)).Sum(sample => sample.Value);

    /// <summary>The names of all labels of a metric; null where there is no such metric.</summary>
    public IReadOnlySet<string>? LabelsOf(string name)
    {
        var samples = _samples.Where(sample => sample.Name == name).ToList();
        return samples.Count == 0 ? null : samples.SelectMany(sample => sample.Labels.Keys).ToHashSet();
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)"[,]?""")]
    private static partial Regex Label();
}
