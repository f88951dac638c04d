using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;
using MnistApi.Model;
using MnistReader;
using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Numbers;

namespace MnistApi.Predict;

/// <summary>The one road from a request's pictures to its answers: <see cref="DigitReader"/> reads each. One per request.</summary>
/// <param name="model">Answers.</param>
/// <param name="clock">Is told how long each stage took.</param>
/// <param name="metrics">Count the answers.</param>
/// <param name="shadow">Is asked as well, for a share of the requests.</param>
internal sealed class Recogniser(LoadedModel model, StageClock clock, ServiceMetrics metrics, ShadowModel shadow)
{
    private readonly bool _asksShadow = shadow.Draws();

    /// <summary>Answers one picture.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="explain">Whether the answer shows how it came about.</param>
    /// <param name="hungUp">Nobody waits for the answer any more.</param>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public BatchAnswer Answer(Picture picture, bool explain, CancellationToken hungUp)
    {
        var reading = Read(picture, explain, out var problem, hungUp);
        if (reading is null)
            return new BatchAnswer(null, problem);

        Count(reading);
        return new BatchAnswer(PredictResponse.Of(reading, model.Classifier.Card, explain ? ExplainWhole(reading) : null), null);
    }

    /// <summary>Answers each picture; one that can't be answered doesn't keep the others from it.</summary>
    /// <param name="pictures">As they arrived.</param>
    /// <param name="explain">Whether the answers show what the network saw. More would take a full batch seconds.</param>
    /// <param name="hungUp">Nobody waits for the answers any more.</param>
    /// <returns>One answer per picture, in order.</returns>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public BatchAnswer[] Answer(IReadOnlyList<Picture> pictures, bool explain, CancellationToken hungUp)
    {
        var readings = new DigitReading?[pictures.Count];
        var answers = new BatchAnswer[pictures.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            hungUp.ThrowIfCancellationRequested();
            readings[i] = Read(pictures[i], keepInk: false, out var problem, hungUp);
            answers[i] = new BatchAnswer(
                readings[i] is { } reading ? PredictResponse.Of(reading, model.Classifier.Card, explain ? ExplainInput(reading) : null) : null, problem);
        }

        foreach (var reading in readings.OfType<DigitReading>()) // counted once there is somebody to answer
            Count(reading);
        return answers;
    }

    /// <summary>Reads all digits of one picture.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="pattern">What each row must be; null for anything.</param>
    /// <param name="keepInk">Whether the reading holds the ink of each line and digit, for <see cref="ExplainLine"/> and <see cref="ExplainDigit"/>.</param>
    /// <param name="problem">Why there is no reading; null where there is one.</param>
    /// <param name="hungUp">Nobody waits for the answer any more.</param>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public NumberReading? ReadNumber(Picture picture, NumberPattern? pattern, bool keepInk, out ProblemDetails? problem, CancellationToken hungUp)
    {
        var number = Read(picture, encoded => model.Reader.ReadNumber(encoded.Span, pattern, keepInk, Lap, hungUp),
            framed => model.Reader.ReadNumber(framed, pattern, Lap), out problem);
        foreach (var digit in number?.Digits ?? [])
            metrics.Predicted(digit.Prediction);
        return number;
    }

    /// <summary>How one line came about: its ink, which is freed, and what else it may say.</summary>
    public static LineExplanation ExplainLine(NumberLine line)
    {
        using var ink = line.Ink;
        return new LineExplanation(ink is null ? [] : [Explainer.Step("ink", ink)], line.Alternatives);
    }

    /// <summary>How one digit of a number came about, from its own ink on, which is freed.</summary>
    public Explanation ExplainDigit(DigitReading reading)
    {
        using var crop = reading.Ink;
        return Explain(reading, crop is null ? [] : [Explainer.Step("crop", crop)]);
    }

    /// <summary>Reads one picture as one digit.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="keepInk">Whether the reading holds the ink that was found.</param>
    /// <param name="problem">Why there is no reading; null where there is one.</param>
    /// <param name="hungUp">Nobody waits for the answer any more.</param>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public DigitReading? Read(Picture picture, bool keepInk, out ProblemDetails? problem, CancellationToken hungUp) =>
        Read(picture, encoded => model.Reader.Read(encoded.Span, keepInk, Lap, hungUp), framed => model.Reader.Read(framed, Lap), out problem);

    /// <summary>Runs the network on pixels as they are.</summary>
    /// <param name="pixels">N × 784 numbers in row order, 0 = paper, 1 = full ink.</param>
    /// <returns>N predictions, in order.</returns>
    public IReadOnlyList<Prediction> Infer(Memory<float> pixels)
    {
        clock.Start();
        var predictions = model.Classifier.Classify(pixels);
        clock.Lap(Stage.Infer);
        foreach (var (index, prediction) in predictions.Index())
        {
            var image = pixels.Span.Slice(index * DigitImage.PixelCount, DigitImage.PixelCount);
            metrics.Predicted(prediction);
            model.Drift?.Add(image, prediction);
            if (_asksShadow)
                shadow.Ask(model, image, prediction);
        }

        return predictions;
    }

    /// <summary>Runs the network on pictures, each read as one digit.</summary>
    /// <param name="pictures">As they arrived.</param>
    /// <param name="fault">The first picture that can't be read, and why; null where all can.</param>
    /// <param name="hungUp">Nobody waits for the answer any more.</param>
    /// <returns>One prediction per picture, in order; none where one can't be read.</returns>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public IReadOnlyList<Prediction> Infer(IReadOnlyList<Picture> pictures, out (int Index, ProblemDetails Problem)? fault, CancellationToken hungUp)
    {
        var readings = new DigitReading[pictures.Count];
        for (var i = 0; i < readings.Length; i++)
        {
            hungUp.ThrowIfCancellationRequested();
            if (Read(pictures[i], keepInk: false, out var problem, hungUp) is not { } reading)
            {
                fault = (i, problem!);
                return [];
            }

            readings[i] = reading;
        }

        foreach (var reading in readings)
            Count(reading);
        fault = null;
        return Array.ConvertAll(readings, reading => reading.Prediction);
    }

    private void Count(DigitReading reading)
    {
        metrics.Predicted(reading.Prediction);
        model.Drift?.Add(reading.Image, reading.Prediction);
        if (_asksShadow)
            shadow.Ask(model, reading.Image, reading.Prediction);
    }

    // from the ink of the whole picture on; pixels that were sent as they are have none
    private Explanation ExplainWhole(DigitReading reading)
    {
        using var ink = reading.Ink;
        using var crop = ink is null ? null : ink.Crop();
        return Explain(reading, [.. ink is null ? [] : new[] { Explainer.Step("ink", ink) }, .. crop is null ? [] : new[] { Explainer.Step("crop", crop) }]);
    }

    private static Explanation ExplainInput(DigitReading reading) => new([Explainer.Input(reading.Image)], null, null, null);

    private Explanation Explain(DigitReading reading, IReadOnlyList<ExplainedStep> steps)
    {
        var explanation = Explainer.Explain(model, reading.Image, reading.Prediction, steps);
        clock.Lap(Stage.Explain);
        return explanation;
    }

    private void Lap(ReadingStage stage) => clock.Lap(stage switch
    {
        ReadingStage.Decode => Stage.Decode,
        ReadingStage.Frame => Stage.Frame,
        _ => Stage.Infer,
    });

    /// <summary>Reads a picture in whichever form it came, or says why there is nothing to read.</summary>
    private T? Read<T>(Picture picture, Func<ReadOnlyMemory<byte>, T?> readFile, Func<DigitImage, T?> readFramed, out ProblemDetails? problem)
        where T : class
    {
        clock.Start();
        (var file, var framed, problem) = Open(picture);
        if (problem is not null)
            return null;

        try
        {
            var reading = framed is null ? readFile(file) : readFramed(framed);
            problem = reading is null ? Problems.Of(StatusCodes.Status422UnprocessableEntity, ErrorDetails.Blank).ProblemDetails : null;
            return reading;
        }
        catch (ImageException e)
        {
            problem = Problems.Of(e).ProblemDetails;
            return null;
        }
        catch (MissingNetworkException)
        {
            problem = Problems.Of(StatusCodes.Status503ServiceUnavailable, ErrorDetails.NoInkNetwork).ProblemDetails;
            return null;
        }
    }

    // a file, or a digit that is framed already, or why there is neither
    private static (ReadOnlyMemory<byte> File, DigitImage? Framed, ProblemDetails? Problem) Open(Picture picture) => picture switch
    {
        { Encoded: { } encoded } => (encoded, null, null),
        { Problem: { } problem } => (default, null, problem),
        { Json: { Image: { } image, Pixels: null } } => FromBase64(image) is { } bytes
            ? (bytes, null, null)
            : (default, null, BadRequest(ErrorDetails.NotBase64)),
        { Json: { Image: null, Pixels: { } pixels } } => ErrorIn(pixels) is { } error
            ? (default, null, BadRequest(error))
            : (default, new DigitImage(pixels.Select(level => (byte)Math.Round(level)).ToArray()), null),
        _ => (default, null, BadRequest(ErrorDetails.NeitherOrBoth)),
    };

    private static ProblemDetails BadRequest(string detail) => Problems.Of(StatusCodes.Status400BadRequest, detail).ProblemDetails;

    private static string? ErrorIn(IReadOnlyList<double> pixels)
    {
        if (pixels.Count != DigitImage.PixelCount || !pixels.All(level => level is >= 0 and <= 255))
            return ErrorDetails.WrongPixels;
        return pixels.Max() is > 0 and <= 1 ? ErrorDetails.SmallPixels : null;
    }

    private static byte[]? FromBase64(string text)
    {
        var encoded = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(text.IndexOf(',') + 1) : text;
        var bytes = new byte[encoded.Length / 4 * 3 + 3];
        if (Convert.TryFromBase64Chars(encoded, bytes, out var length))
            return bytes[..length];

        // as in addresses: - and _ for + and /, and no = needed
        return Base64Url.DecodeFromChars(encoded, bytes, out _, out length) is OperationStatus.Done ? bytes[..length] : null;
    }
}
