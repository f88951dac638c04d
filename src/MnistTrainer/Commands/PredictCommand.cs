using System.CommandLine;
using MnistReader;
using MnistReader.Imaging;
using MnistTrainer.Reports;

namespace MnistTrainer.Commands;

/// <summary><c>predict</c>: reads the digits in image files.</summary>
internal static class PredictCommand
{
    private const string StandardInput = "-";

    public static Command Create(CancellationToken cancellation)
    {
        var images = new Argument<string[]>("images")
        {
            Description = "PNG, JPEG, WebP, GIF or BMP files; folders, with all that is below them; patterns such as \"scans/*.png\"; - for standard input.",
            HelpName = "IMAGE",
            Arity = ArgumentArity.OneOrMore,
        };
        CommandLineErrors.RefuseOptions(images);
        var model = SharedOptions.Model();
        var show = new Option<bool>("--show") { Description = "Also show the 28×28 image that the network saw." };
        var json = new Option<bool>("--json") { Description = "One JSON object a line and picture, for programs." };
        var csv = new Option<bool>("--csv") { Description = "A table: one row a picture." };
        var command = new Command("predict",
            "Reads the digit in each image, and where several seem to stand side by side, all of them; ? stands for what can't be read.\n" +
            "One line a picture; the exit code is 1 where one can't be read.\n\n" +
            "Example: MnistTrainer predict three.png photo.jpg --show\n" +
            "Example: MnistTrainer predict scans --csv") { images, model, show, json, csv };
        command.Validators.Add(result =>
        {
            if (new[] { show, json, csv }.Count(result.GetValue) > 1)
                result.AddError("--show, --json and --csv don't go together.");
        });
        command.SetAction(parsed =>
        {
            using var reader = DigitReader.Load(parsed.GetValue(model)!);
            var (asJson, asCsv, faults) = (parsed.GetValue(json), parsed.GetValue(csv), 0);
            if (asCsv)
                Console.WriteLine(PictureAnswer.CsvHeader);
            foreach (var file in parsed.GetValue(images)!.SelectMany(PictureFiles.Of))
            {
                cancellation.ThrowIfCancellationRequested();
                var answer = Read(reader, file, cancellation);
                faults += answer.Error is null ? 0 : 1; // the other images are still read
                if (asJson || asCsv)
                    Console.WriteLine(asJson ? answer.ToJson() : answer.ToCsv());
                else
                    (answer.Error is null ? Console.Out : Console.Error).WriteLine(answer);
                if (parsed.GetValue(show) && answer.Reading is { } reading)
                    ConsoleReport.Image(reading.Image);
            }

            return faults == 0 ? 0 : 1;
        });
        return command;
    }

    private static PictureAnswer Read(DigitReader reader, string file, CancellationToken cancellation)
    {
        try
        {
            var encoded = Bytes(file, cancellation);
            var reading = reader.Read(encoded, cancellation: cancellation) ?? throw new InvalidDataException("The image is blank.");
            return new PictureAnswer(file, reading, reading.DigitsSeen > 1 ? reader.ReadNumber(encoded, cancellation: cancellation) : null, Error: null);
        }
        catch (Exception e) when (e is IOException or ImageException or InvalidDataException or UnauthorizedAccessException)
        {
            return new PictureAnswer(file, Reading: null, Number: null, e.Message);
        }
    }

    private static byte[] Bytes(string file, CancellationToken cancellation)
    {
        if (file != StandardInput)
            return PictureFiles.Read(file);

        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyToAsync(content, cancellation).WaitAsync(cancellation).GetAwaiter().GetResult(); // reading itself can't be stopped
        return content.ToArray();
    }
}
