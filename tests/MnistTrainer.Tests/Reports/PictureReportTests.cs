using System.Xml;
using System.Xml.Linq;
using MnistTrainer.Recipes;
using MnistTrainer.Reports;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Reports;

/// <summary>Reports of the served networks on pictures of generated digits.</summary>
[Collection(nameof(TorchTests))]
public class PictureReportTests
{
    private const int Pictures = 4;

    private static readonly EpochResult[] History = [new(1, 0.5, 0.4, 0.6, 0.3, double.NaN, 0.1, 60), new(2, 0.2, 0.7, 0.3, 0.6, double.NaN, 0.05, 60)];

    private static readonly PictureGenerator Generator = new(new Handwriting(GeneratedDigits.Create(100, seed: 1), []), seed: 1);

    [Fact]
    public void Shows_lines_with_what_is_written_and_what_is_read_instead()
    {
        var page = Report("number", PictureReport.OfNumbers, isCutOut: true);

        var captions = page.Descendants("figcaption").Select(caption => caption.Value).ToList();
        Assert.Equal((Pictures, Pictures), (captions.Count, page.Descendants("figure").Elements("img").Count()));
        Assert.All(captions.Zip(Enumerable.Range(0, Pictures)), line =>
        {
            using var picture = Generator.Make(line.Second, most: 5, isCutOut: true);
            Assert.StartsWith(picture.Lines.Count == 0 ? "blank" : picture.Lines[0].Text, line.First, StringComparison.Ordinal);
        });
        Assert.Contains("of the characters are wrong", page.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_pictures_beside_their_ink()
    {
        var page = Report("ink", PictureReport.OfInk, isCutOut: false);

        Assert.Equal(2 * Pictures, page.Descendants("figure").Elements("img").Count());
        Assert.Contains("Dice's coefficient is", page.Value, StringComparison.Ordinal);
    }

    private static XElement Report(string name, Action<Run, IReadOnlyList<EpochResult>, IEnumerable<WrittenPicture>> write, bool isCutOut)
    {
        using var folder = new TemporaryFolder();
        using var run = Run.Create(folder.Path, new RunOptions(name, Recipe.Load(name), Seed: 1, Validation: 10_000, Threads: 1));
        run.Begin();
        File.Copy(Path.Combine(Repository.Root, "models", $"{name}.onnx"), run.Model);
        write(run, History, Enumerable.Range(0, Pictures).Select(index => Generator.Make(index, most: 5, isCutOut: isCutOut)));
        using var reader = XmlReader.Create(run.Report, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader).Root!;
    }
}
