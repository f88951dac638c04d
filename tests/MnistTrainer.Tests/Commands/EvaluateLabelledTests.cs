using System.Xml;
using System.Xml.Linq;
using MnistTrainer.Synthesis.Pictures;
using SkiaSharp;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>The command <c>evaluate --labelled</c> on folders of generated pictures.</summary>
public class EvaluateLabelledTests(EvaluateLabelledTests.Pictures pictures) : IClassFixture<EvaluateLabelledTests.Pictures>
{
    private const string Share = @"\d+\.\d %", Interval = @"\d+\.\d to \d+\.\d %", Causes = @"\d+, \d+, \d+";

    private string Path => pictures.Folder;

    [Fact]
    public async Task Folders_of_digits_and_of_numbers_have_a_row_each_and_their_figures()
    {
        var (code, output, error) = await Run($"evaluate --labelled {Path}/digits --labelled {Path}/numbers");

        Assert.Equal((0, ""), (code, error));
        Assert.Collection(output.TrimEnd().Split('\n'),
            line => Assert.StartsWith("| one digit | pictures | read right | 95 % interval | ", line, StringComparison.Ordinal),
            line => Assert.Matches(@"^\|---(\|---:)+\|$", line),
            line => Assert.Matches($@"^\| digits \| 10 \| (100|[7-9]0)\.0 % \| {Interval} \| {Share} \| {Share} \| {Causes} \| {Share} \|$", line),
            line => Assert.Equal("", line),
            line => Assert.StartsWith("| number | pictures | read right | 95 % interval | ", line, StringComparison.Ordinal),
            line => Assert.Matches(@"^\|---(\|---:)+\|$", line),
            line => Assert.Matches($@"^\| numbers \| 4 \| (100|75|50)\.0 % \| {Interval} \| {Share} \| {Share} \| {Causes} \| {Share} \| " +
                $@"0\.\d\d\d \| {Share} \| {Share} \|$", line));
    }

    [Fact]
    public async Task Wrong_labels_make_mistakes_and_what_is_blank_or_no_picture_is_refused_by_its_cause_and_named()
    {
        var (code, output, error) = await Run($"evaluate --labelled {Path}/mixed");

        Assert.Equal((0, ""), (code, error));
        Assert.Matches($@"(?m)^\| mixed \| 4 \| 25\.0 % \| 4\.6 to 69\.9 % \| 25\.0 % \| 50\.0 % \| 0, 1, 1 \| 25\.0 % \|$", output);
        Assert.Contains($"\nUnreadable: {Path}/mixed/3/notes.txt: ", output, StringComparison.Ordinal);
        Assert.EndsWith("Left out of mixed, as their names are no labels: README.md", output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_a_folder_shows_confident_mistakes_first_and_refusals_last()
    {
        var sheets = $"{Path}/sheets";

        var (code, _, error) = await Run($"evaluate --labelled {Path}/mixed --labelled {Path}/other/mixed --picture-samples {sheets}");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(["mixed (2).html", "mixed.html"], Directory.EnumerateFiles(sheets).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
        var sections = Load($"{sheets}/mixed.html").Descendants("section").ToDictionary(section => section.Attribute("id")!.Value);
        Assert.Equal(["confident", "mistakes", "refused"], sections.Keys);
        var mistake = Assert.Single(sections["confident"].Descendants("figure"));
        Assert.Equal("3", mistake.Descendants("strong").Single().Value);
        Assert.Contains("written 7", mistake.Value, StringComparison.Ordinal);
        using var shown = SKBitmap.Decode(Convert.FromBase64String(mistake.Descendants("img").Single().Attribute("src")!.Value.Split("base64,")[1]));
        using var sent = SKBitmap.Decode($"{Path}/mixed/7/three.jpg");
        Assert.Equal((sent.Width, sent.Height), (shown.Width, shown.Height));
        Assert.Empty(sections["mistakes"].Descendants("figure"));
        Assert.Equal(["3/blank.png", "3/notes.txt"], sections["refused"].Descendants("figure").Select(figure => figure.Descendants("small").Last().Value));
        Assert.Single(sections["refused"].Descendants("img")); // a text can't be shown
    }

    [Fact]
    public async Task A_folder_without_labels_is_refused()
    {
        var (code, output, error) = await Run($"evaluate --labelled {Path}/digits --labelled {Path}/other");

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"'{Path}/other' holds no labelled pictures. They are told by their paths: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Made_and_labelled_pictures_at_once_are_refused()
    {
        var (code, _, error) = await Run("evaluate --pictures --labelled anywhere");

        Assert.Equal((2, "--pictures and --labelled don't go together. See 'MnistTrainer evaluate --help'."), (code, error.TrimEnd()));
    }

    private static XDocument Load(string page)
    {
        using var reader = XmlReader.Create(page, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    /// <summary>
    /// Ten digits and four numbers; and a folder with a 3, the same 3 under 7 as a PNG with another format's ending, an empty sheet and a text. That folder
    /// is there once more, below another one.
    /// </summary>
    public sealed class Pictures : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Pictures()
        {
            var made = new DigitPictures(RealMnist.Test, RealStrokes.Digits, seed: 3);
            for (var index = 0; index < 10; index++)
            {
                var digit = made.OneDigit("dark on light", index);
                Save($"digits/{digit.Text}/{index}.png", digit.Encoded);
            }

            for (var index = 0; index < 4; index++)
            {
                var row = made.Row(2 + index, RowForm.Drawn, index);
                Save($"numbers/{row.Text}_{index}.png", row.Encoded);
            }

            using var blank = new SKBitmap(100, 100);
            blank.Erase(SKColors.White);
            using var sheet = blank.Encode(SKEncodedImageFormat.Png, 100);
            var three = File.ReadAllBytes(System.IO.Path.Combine(Repository.Root, "bench", "three.png"));
            foreach (var mixed in new[] { "mixed", "other/mixed" })
            {
                Save($"{mixed}/3/three.png", three);
                Save($"{mixed}/7/three.jpg", three);
                Save($"{mixed}/3/blank.png", sheet.ToArray());
                Save($"{mixed}/3/notes.txt", "no image"u8.ToArray());
                Save($"{mixed}/README.md", "what these are"u8.ToArray());
            }
        }

        public string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();

        private void Save(string name, byte[] content)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName($"{Folder}/{name}")!);
            _folder.File(name, content);
        }
    }
}
