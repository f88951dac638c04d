using System.Diagnostics;
using System.Text.Json.Nodes;
using MnistReader.Framing;
using SkiaSharp;
using Xunit;
using static MnistTrainer.Tests.TrainerProcess;

namespace MnistTrainer.Tests.Commands;

/// <summary>The command <c>predict</c> on a folder of pictures: a digit, a row of three, a doodle that is none, an empty sheet and a text file.</summary>
public class PredictCommandTests(PredictCommandTests.Pictures pictures) : IClassFixture<PredictCommandTests.Pictures>
{
    private string Path => pictures.Folder;

    [Fact]
    public async Task A_folder_is_read_picture_by_picture_one_line_each()
    {
        var (code, output, error) = await Run($"predict {Path}");

        Assert.Equal(1, code);
        Assert.Equal($"{Path}/below/blank.png: The image is blank.", error.TrimEnd());
        Assert.Collection(output.TrimEnd().Split('\n'),
            line => Assert.Matches($@"^{Path}/doodle\.png: not a digit \(\d+\.\d\d% that it is one; it would be a \d\)$", line),
            line => Assert.Matches($@"^{Path}/row\.png: several digits: {pictures.Row}; as one: .+\)$", line),
            line => Assert.Matches($@"^{Path}/three\.JPG: 3 \(\d+\.\d\d%; next \d with \d+\.\d\d%\)$", line));
    }

    [Fact]
    public async Task As_JSON_every_picture_is_an_object_of_its_own()
    {
        var (code, output, error) = await Run($"predict {Path} --json");

        Assert.Equal((1, ""), (code, error));
        var answers = output.TrimEnd().Split('\n').Select(line => JsonNode.Parse(line)!)
            .ToDictionary(answer => System.IO.Path.GetFileName((string)answer["file"]!));
        Assert.Equal("The image is blank.", (string?)answers["blank.png"]["error"]);
        Assert.False((bool)answers["doodle.png"]["isDigit"]!);
        Assert.Null(answers["doodle.png"]["digit"]);
        Assert.Equal(pictures.Row, (string?)answers["row.png"]["text"]);
        Assert.Equal(3, (int)answers["three.JPG"]["digit"]!);
        Assert.InRange((double)answers["three.JPG"]["confidence"]!, 0.5, 1);
        Assert.Equal(10, answers["three.JPG"]["probabilities"]!.AsArray().Count);
        Assert.Null(answers["three.JPG"]["text"]);
    }

    [Fact]
    public async Task As_CSV_every_picture_of_a_pattern_is_a_row()
    {
        var (code, output, error) = await Run($"predict {Path}/*o*.png {Path}/three.JPG {Path}/none*.png --csv");

        Assert.Equal((1, ""), (code, error));
        Assert.Collection(output.TrimEnd().Split('\n'),
            line => Assert.Equal("file,digit,is_digit,confidence,text,error", line),
            line => Assert.Matches($@"^{Path}/doodle\.png,,false,0\.\d{{6}},,$", line),
            line => Assert.Matches($@"^{Path}/row\.png,\d?,(true|false),[01]\.\d{{6}},{pictures.Row},$", line),
            line => Assert.Matches($@"^{Path}/three\.JPG,3,true,[01]\.\d{{6}},,$", line),
            line => Assert.Equal($"{Path}/none*.png,,,,,No file is so called.", line));
    }

    [Fact]
    public async Task A_picture_is_read_from_standard_input()
    {
        var start = Start("predict -");
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;

        await process.StandardInput.BaseStream.WriteAsync(await File.ReadAllBytesAsync($"{Path}/three.JPG"));
        process.StandardInput.Close();

        Assert.StartsWith("-: 3 (", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    // by SIGTERM, which takes the same way as Ctrl-C and is never inherited as ignored, as SIGINT is by what runs in the background of a script
    [Fact]
    public async Task One_signal_stops_it_between_two_pictures()
    {
        // it can't end before somebody reads its lines
        using var process = Process.Start(Start($"predict {string.Join(' ', Enumerable.Repeat("bench/three.png", 3_000))}"))!;
        await process.StandardOutput.ReadLineAsync();

        Assert.Equal((130, "Stopped."), await Terminate(process));
    }

    [Fact]
    public async Task One_signal_stops_it_while_it_waits_for_its_input()
    {
        var start = Start("predict bench/three.png -");
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        await process.StandardOutput.ReadLineAsync();

        Assert.Equal((130, "Stopped."), await Terminate(process));
    }

    [Fact]
    public async Task One_signal_stops_an_evaluation()
    {
        using var process = Process.Start(Start($"evaluate --data {RealMnist.Folder} --strokes {RealStrokes.Folder}"))!;
        await process.StandardOutput.ReadLineAsync(); // the strokes of all widths and sizes are still to come

        Assert.Equal((130, "Stopped."), await Terminate(process));
    }

    private static async Task<(int Code, string Error)> Terminate(Process process)
    {
        using (var kill = Process.Start("kill", $"-TERM {process.Id}"))
            await kill.WaitForExitAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, (await error).TrimEnd());
    }

    [Fact]
    public async Task Two_forms_of_output_are_refused()
    {
        var (code, _, error) = await Run("predict bench/three.png --json --csv");

        Assert.Equal((2, "--show, --json and --csv don't go together. See 'MnistTrainer predict --help'."), (code, error.TrimEnd()));
    }

    public sealed class Pictures : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Pictures()
        {
            var test = RealMnist.Test;
            var labels = test.Labels.ToArray();
            Row = $"{labels[0]}{labels[1]}{labels[2]}";
            Directory.CreateDirectory($"{Folder}/below");
            Save("three.JPG", 100, SKEncodedImageFormat.Jpeg, canvas => Draw(canvas, test[Array.IndexOf(labels, (byte)3)], 20));
            Save("row.png", 300, SKEncodedImageFormat.Png, canvas =>
            {
                for (var index = 0; index < 3; index++)
                    Draw(canvas, test[index], 20 + 90 * index);
            });
            Save("doodle.png", 100, SKEncodedImageFormat.Png, canvas =>
            {
                using var pen = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 5, IsAntialias = true };
                for (var at = 20; at <= 80; at += 20)
                {
                    canvas.DrawLine(at, 15, at, 85, pen);
                    canvas.DrawLine(15, at, 85, at, pen);
                }

                canvas.DrawCircle(50, 50, 30, pen);
            });
            Save("below/blank.png", 100, SKEncodedImageFormat.Png, _ => { });
            File.WriteAllText($"{Folder}/notes.txt", "no image");
        }

        public string Folder => _folder.Path;

        public string Row { get; }

        public void Dispose() => _folder.Dispose();

        private static void Draw(SKCanvas canvas, DigitImage digit, float left)
        {
            using var image = SKImage.FromPixelCopy(new SKImageInfo(DigitImage.Side, DigitImage.Side, SKColorType.Gray8, SKAlphaType.Opaque),
                digit.Pixels.ToArray().Select(ink => (byte)(255 - ink)).ToArray());
            canvas.DrawImage(image, SKRect.Create(left, 20, 60, 60), new SKSamplingOptions(SKFilterMode.Linear));
        }

        private void Save(string name, int width, SKEncodedImageFormat format, Action<SKCanvas> draw)
        {
            using var picture = new SKBitmap(width, 100);
            using var canvas = new SKCanvas(picture);
            canvas.Clear(SKColors.White);
            draw(canvas);
            canvas.Flush();
            using var encoded = picture.Encode(format, 95);
            File.WriteAllBytes($"{Folder}/{name}", encoded.ToArray());
        }
    }
}
