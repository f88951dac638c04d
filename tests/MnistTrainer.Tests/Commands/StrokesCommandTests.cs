using System.Text;
using SkiaSharp;
using Xunit;

namespace MnistTrainer.Tests.Commands;

public class StrokesCommandTests
{
    private const string Seven = "0,100 60,100 20,0", Crossed = Seven + ";15,50 60,50", Line = "0,0 50,100", Cross = "0,0 50,100;0,100 50,0";

    [Fact]
    public async Task Digits_other_signs_styles_and_what_is_left_out_are_counted()
    {
        using var folder = Folder();

        var (code, output, error) = await TrainerProcess.Run($"strokes {folder.Path}");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
        [
            "| UniPen strokes: digits | 3 | 2 files of 1 sites |",
            "| UniPen strokes: other signs | 2 | 2 writers |",
            "| UniPen strokes: crossed seven | 1 | 1 writers |",
            "| UniPen strokes: plain seven | 2 | 2 files of 1 sites |",
            "| UniPen strokes: left out: digit, a line alone | 1 | 1 writers |",
            "| UniPen strokes: left out: sign, shaped like a digit in some hand | 2 | 1 writers |",
        ], output.Split('\n').Where(line => line.Contains("UniPen", StringComparison.Ordinal))
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public async Task What_is_left_out_is_listed_with_its_writer_and_the_reason()
    {
        using var folder = Folder();

        var (code, output, error) = await TrainerProcess.Run($"strokes {folder.Path} --left-out");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            ["4\tibm-r1\ta line alone", "O\tibm-r1\tshaped like a digit in some hand", "l\tibm-r1\tshaped like a digit in some hand"],
            output.TrimEnd().Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_style_and_each_reason_has_a_picture()
    {
        using var folder = Folder();
        var pictures = Path.Combine(folder.Path, "out", "pictures");

        var (code, _, error) = await TrainerProcess.Run($"strokes {folder.Path} --pictures {pictures}");

        Assert.Equal((0, ""), (code, error));
        string[] kinds = ["crossed-seven", "left-out-a-line-alone", "left-out-shaped-like-a-digit-in-some-hand", "plain-seven"];
        Assert.Equal(kinds.Select(kind => $"UniPen-strokes-{kind}.png"), Directory.GetFiles(pictures).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(pictures), file =>
        {
            using var picture = SKBitmap.Decode(file);
            Assert.Equal((16 * 64, 64), (picture.Width, picture.Height)); // one row of cells
            Assert.Contains(picture.Pixels, pixel => pixel.Red < 50);
            Assert.Equal(255, picture.GetPixel(16 * 64 - 1, 32).Red); // the last cell is free
        });
    }

    [Fact]
    public async Task A_folder_without_strokes_is_told_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var (code, output, error) = await TrainerProcess.Run($"strokes {folder.Path}");

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"There are no pen strokes to learn from in '{folder.Path}': ", error, StringComparison.Ordinal);
    }

    /// <summary>Three good digits, two good letters, and three signs to leave out.</summary>
    private static TemporaryFolder Folder()
    {
        var folder = new TemporaryFolder();
        Write("digits.txt", ("7", "ibm-r1", Seven), ("7", "ibm-r2", Seven), ("7", "ibm-r1", Crossed), ("4", "ibm-r1", Line));
        Write("capitals.txt", ("K", "ibm-r1", Cross), ("K", "gmd-a", Cross), ("O", "ibm-r1", Cross));
        Write("small-letters.txt", ("l", "ibm-r1", Line));
        return folder;

        void Write(string name, params (string Sign, string Writer, string Strokes)[] signs) => folder.File(name, Encoding.ASCII.GetBytes(
            string.Join('\n', signs.Select((sign, index) => $"{sign.Sign}\t{sign.Sign}_{sign.Writer}_{index}\tuni\t{sign.Strokes}"))));
    }
}
