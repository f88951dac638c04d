using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Training;
using SkiaSharp;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Reports;

[Collection(nameof(TorchTests))]
public class HtmlReportTests
{
    private static readonly EpochResult[] History =
    [
        new(1, 0.5, 0.9, 0.2, 0.95, double.NaN, 0.1, 60),
        new(2, 0.2, 0.97, 0.1, 0.98, double.NaN, 0.05, 60),
        new(3, 0.1, 0.98, 0.05, 0.99, double.NaN, 0.001, 13.4),
    ];

    private static readonly DigitSet Digits = GeneratedDigits.Create(1_000, seed: 1);

    [Fact]
    public void Has_all_sections_in_well_formed_markup()
    {
        var page = Report();

        Assert.Equal(["figures", "learning", "confusion", "digits", "mistakes", "reliability", "filters", "options"],
            page.Descendants("main").Elements().Select(section => section.Attribute("id")!.Value));
        Assert.Equal(4, page.Descendants("picture").Count());
        Assert.Equal(100, ById(page, "confusion").Element("table")!.Element("tbody")!.Descendants("td").Count());
        Assert.Equal(10, ById(page, "digits").Descendants("tbody").Elements("tr").Count());
        Assert.Equal(6, ById(page, "filters").Descendants("img").Count());
        Assert.Contains("augmentation.shiftPx", ById(page, "options").Descendants("th").Select(cell => cell.Value));
    }

    [Fact]
    public void Shows_the_figures_of_the_answers()
    {
        var page = Report();

        Assert.Equal(["99.80%", "2", "99.00%", "8.80%", "98,938", "2:13"],
            ById(page, "figures").Descendants("div").Select(figure => figure.Elements("dd").First().Value));
        Assert.Equal(["0", "99", "100.00%", "99.00%"],
        [
            ById(page, "confusion").Descendants("tbody").Elements("tr").ElementAt(7).Elements("td").ElementAt(2).Value.Replace('·', '0'),
            ById(page, "confusion").Descendants("tbody").Elements("tr").ElementAt(7).Elements("td").ElementAt(7).Value,
            .. ById(page, "digits").Descendants("tbody").Elements("tr").ElementAt(7).Elements("td").Take(2).Select(cell => cell.Value),
        ]);
    }

    [Fact]
    public void Shows_each_mistake_with_its_image_and_marks_a_doubtful_label()
    {
        var mistakes = ById(Report(), "mistakes").Descendants("figure").ToList();

        Assert.Equal(["image-3", "image-947"], mistakes.Select(mistake => mistake.Attribute("id")!.Value).Order());
        var doubtful = mistakes.Single(mistake => mistake.Attribute("id")!.Value == "image-947");
        Assert.Equal("Test image 947, labelled 7, read as 1", doubtful.Element("img")!.Attribute("alt")!.Value);
        Assert.Equal("doubtful label", doubtful.Descendants().Single(mark => mark.Attribute("class")?.Value == "badge").Value);
        Assert.Equal(Digits[947].Pixels.ToArray(), Decode(doubtful.Element("img")!).Pixels.Select(pixel => (byte)(255 - pixel.Red)));
        Assert.DoesNotContain("badge", mistakes.Single(mistake => mistake != doubtful).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Asks_for_nothing_outside_itself()
    {
        var page = Report();

        Assert.All(page.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "src" or "srcset" or "href"),
            address => Assert.StartsWith("data:image/png;base64,", address.Value, StringComparison.Ordinal));
        Assert.Empty(page.Descendants("link").Concat(page.Descendants("script")));
        Assert.DoesNotMatch("url\\(|@import|https?:", page.ToString());
    }

    [Fact]
    public void Shows_names_as_they_are_written() =>
        Assert.Contains("recipe <b>\"a\" & b</b>.json,", Report(recipeName: "<b>\"a\" & b</b>.json").Descendants("header").Single().Value,
            StringComparison.Ordinal);

    [Fact]
    public void Its_style_sheet_stands_in_it_unchanged() => // a browser decodes no entities in there
        Assert.Contains(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reports", "report.css")), Render(), StringComparison.Ordinal);

    [Fact]
    public void Plots_have_text()
    {
        var once = Plots(Report());
        var later = Plots(Report(firstEpoch: 51));
        var twice = Plots(Report(repeat: 2));

        // the same curves and bars: epochs 51 to 53 differ from 1 to 3 in the numbers below the axis, twice the images in those above the bars
        Assert.All(once.Zip(later).Take(3), pair => Assert.InRange(Different(pair.First, pair.Second), 50, 20_000));
        Assert.InRange(Different(once[3], twice[3]), 20, 20_000);

        static List<SKBitmap> Plots(XDocument page) => [.. page.Descendants("picture").Select(picture => Decode(picture.Element("img")!))];

        static int Different(SKBitmap one, SKBitmap other) => one.Pixels.Zip(other.Pixels).Count(pair => pair.First != pair.Second);
    }

    private static XDocument Report(string recipeName = "compact", int firstEpoch = 1, int repeat = 1)
    {
        using var reader = XmlReader.Create(new StringReader(Render(recipeName, firstEpoch, repeat)),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    /// <summary>The report of answers that are right but for images 3 and 947, with a confidence of 91 % each.</summary>
    private static string Render(string recipeName = "compact", int firstEpoch = 1, int repeat = 1)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "report.html");
        var recipe = Recipe.Load("compact");
        var card = Cards.Any with
        {
            Parameters = 98_938,
            MultiplyAdds = 3_683_200,
            Training = new TrainingOptions { Settings = recipe.ToJson().Deserialize<Dictionary<string, JsonElement>>()! },
            DataSha256 = MnistDataset.Sha256,
            TestAccuracy = 0.998,
        };
        var indices = Enumerable.Range(0, repeat).SelectMany(_ => Enumerable.Range(0, Digits.Count)).ToList();
        var predictions = indices.Select(index => index is 3 or 947 ? 1 : (int)Digits.Labels.Span[index])
            .Select(answer => Prediction.From([.. Enumerable.Range(0, 10).Select(digit => digit == answer ? 0.91f : 0.01f)]));
        using var filters = randn(6, 1, 5, 5);

        HtmlReport.Write(path, new RunOptions(recipeName, recipe, Seed: 1, Validation: 0, Threads: 1), card,
            [.. History.Select(epoch => epoch with { Epoch = epoch.Epoch - 1 + firstEpoch })], Digits.Take(indices), [.. predictions], filters);

        return File.ReadAllText(path);
    }

    private static XElement ById(XDocument page, string id) => page.Descendants().Single(element => element.Attribute("id")?.Value == id);

    private static SKBitmap Decode(XElement image) => SKBitmap.Decode(Convert.FromBase64String(image.Attribute("src")!.Value.Split("base64,")[1]));
}
