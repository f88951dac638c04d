using System.CommandLine;
using MnistModel;
using MnistTrainer.Reports;

namespace MnistTrainer.Commands;

/// <summary><c>predict</c>: reads the digits in image files.</summary>
internal static class PredictCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var images = new Argument<string[]>("images") { Description = "PNG, JPEG, WebP, GIF or BMP files, one digit each.", HelpName = "IMAGE", Arity = ArgumentArity.OneOrMore };
        Mistakes.RefuseOptions(images);
        var model = SharedOptions.Model();
        var show = new Option<bool>("--show") { Description = "Also show the 28×28 image that the network saw." };
        var command = new Command("predict", "Reads the digit in each image.\n\nExample: MnistTrainer predict three.png photo.jpg --show") { images, model, show };
        command.SetAction(parsed =>
        {
            using var reader = DigitReader.Load(parsed.GetValue(model)!);
            var faults = 0;
            foreach (var path in parsed.GetValue(images)!)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    if (!File.Exists(path))
                        throw new FileNotFoundException("There is no such file.");
                    var reading = reader.Read(File.ReadAllBytes(path)) ?? throw new InvalidDataException("The image is blank.");
                    ConsoleReport.Prediction(path, reading.Prediction);
                    if (parsed.GetValue(show))
                        ConsoleReport.Image(reading.Image);
                }
                catch (Exception e) when (e is IOException or ImageException or InvalidDataException or UnauthorizedAccessException)
                {
                    Console.Error.WriteLine($"{path}: {e.Message}"); // the other images are still read
                    faults++;
                }
            }

            return faults == 0 ? 0 : 1;
        });
        return command;
    }
}
