using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Endpoints;
using MnistApi.Models;
using MnistModel;
using SkiaSharp;

namespace MnistApi.Recognition;

/// <summary>The one road from a request's pictures to its answers: read each, run the network once for all that hold a digit. One per request.</summary>
/// <param name="model">Answers.</param>
/// <param name="limits">How large an image may be.</param>
/// <param name="clock">Is told how long each stage took.</param>
internal sealed class Recogniser(LoadedModel model, ImageLimits limits, StageClock clock)
{
    /// <summary>Answers one picture.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="explain">Whether the answer shows what the network saw.</param>
    public BatchAnswer Answer(Picture picture, bool explain) => Answer([picture], explain, CancellationToken.None)[0];

    /// <summary>Answers each picture; one that can't be answered doesn't keep the others from it.</summary>
    /// <param name="pictures">As they arrived.</param>
    /// <param name="explain">Whether the answers show what the network saw.</param>
    /// <param name="hungUp">Nobody waits for the answers any more; asked between two pictures.</param>
    /// <returns>One answer per picture, in order.</returns>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public BatchAnswer[] Answer(IReadOnlyList<Picture> pictures, bool explain, CancellationToken hungUp)
    {
        clock.Start();
        var readings = new Reading[pictures.Count];
        var digits = new List<DigitImage>(pictures.Count);
        for (var i = 0; i < readings.Length; i++)
        {
            hungUp.ThrowIfCancellationRequested();
            readings[i] = Read(pictures[i], eachDigit: false);
            if (readings[i].Digit is { } digit)
                digits.Add(digit);
        }

        var predictions = digits.Count == 0 ? [] : Counted(model.Classifier.Classify(digits));
        var next = 0;
        return Array.ConvertAll(readings, reading => reading.Digit is { } digit
            ? new BatchAnswer(ToResponse(predictions[next++], digit, reading.Seen, explain), null)
            : new BatchAnswer(null, reading.Problem));
    }

    /// <summary>Answers with all digits of one picture, in one run of the network.</summary>
    /// <param name="picture">As it arrived.</param>
    public ReadAnswer ReadRow(Picture picture)
    {
        clock.Start();
        var reading = Read(picture, eachDigit: true);
        if (reading.Row is not { } row)
            return new ReadAnswer(null, reading.Problem);

        ReadDigit[] digits = [.. Counted(model.Classifier.Classify(row.Digits)).Zip(row.Boxes, (prediction, box) =>
            new ReadDigit(prediction.Digit, prediction.Confidence, prediction.IsDigit, prediction.Probabilities, box))];
        return new ReadAnswer(
            new ReadResponse(string.Concat(digits.Where(digit => digit.IsDigit).Select(digit => digit.Digit)), digits, row.Width, row.Height, model.Classifier.Card.Version), null);
    }

    /// <summary>The hint of a picture on which several digits seem to stand side by side.</summary>
    public static string Several(int digits) => $"There seem to be {digits} digits side by side, and they were taken for one. Send the picture to /read, which reads each.";

    /// <summary>The reason why a picture isn't taken for a digit.</summary>
    /// <param name="probability">That it is one, 0 to 1.</param>
    /// <param name="threshold">What is needed, 0 to 1.</param>
    public static string NotADigit(float probability, double? threshold) => string.Create(CultureInfo.InvariantCulture,
        $"It doesn't look like a digit: the network puts the chance that it is one at {100 * probability:F1} %, and {100 * threshold:F1} % are needed.");

    /// <summary>Runs the network on pixels as they are.</summary>
    /// <param name="pixels">N × 784 numbers in row order, 0 = paper, 1 = full ink.</param>
    /// <returns>N predictions, in order.</returns>
    public IReadOnlyList<Prediction> Infer(Memory<float> pixels)
    {
        clock.Start();
        return Counted(model.Classifier.Classify(pixels));
    }

    /// <summary>The 28×28 image as a PNG in a data URL.</summary>
    public static string ToDataUrl(DigitImage digit)
    {
        var info = new SKImageInfo(DigitImage.Side, DigitImage.Side, SKColorType.Gray8);
        using var image = SKImage.FromPixelCopy(info, digit.Pixels);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}";
    }

    private PredictResponse ToResponse(Prediction prediction, DigitImage digit, int seen, bool explain) => new(
        prediction.IsDigit, prediction.IsDigit ? null : NotADigit(prediction.DigitProbability, model.Classifier.Card.RejectionThreshold), seen > 1 ? Several(seen) : null,
        prediction.Digit, prediction.Confidence, prediction.Probabilities, model.Classifier.Card.Version, explain ? ToDataUrl(digit) : null);

    private IReadOnlyList<Prediction> Counted(IReadOnlyList<Prediction> predictions)
    {
        clock.Lap(Stage.Infer);
        foreach (var prediction in predictions)
            Telemetry.Predicted(prediction);
        return predictions;
    }

    // each digit of a picture, its place, and the size of the picture as it is looked at
    private sealed record Row(IReadOnlyList<DigitImage> Digits, IReadOnlyList<PixelBox> Boxes, int Width, int Height);

    // the picture as one digit or as a row, or why it is neither; and how many digits there seem to be
    private readonly record struct Reading(DigitImage? Digit, Row? Row, ProblemDetails? Problem, int Seen = 1)
    {
        public static Reading Refused(int status, string detail) => new(null, null, Problems.Of(status, detail).ProblemDetails);
    }

    private Reading Read(Picture picture, bool eachDigit) => picture switch
    {
        { Encoded: { } encoded } => Decode(encoded.Span, eachDigit),
        { Problem: { } problem } => new Reading(null, null, problem),
        { Json: { Image: { } image, Pixels: null } } => FromBase64(image) is { } bytes
            ? Decode(bytes, eachDigit)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.NotBase64),
        { Json: { Image: null, Pixels: { } pixels } } => pixels.Count == DigitImage.PixelCount && pixels.All(level => level is >= 0 and <= 255)
            ? FromPixels(pixels)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.WrongPixels),
        _ => Reading.Refused(StatusCodes.Status400BadRequest, Faults.NeitherOrBoth),
    };

    private Reading Decode(ReadOnlySpan<byte> encoded, bool eachDigit)
    {
        try
        {
            using var plane = ImageDecoder.Decode(encoded, limits);
            clock.Lap(Stage.Decode);
            var writing = Writing.On(plane);
            var reading = eachDigit ? EachOf(writing, plane) : OrBlank(DigitFraming.Frame(plane), writing.Digits);
            clock.Lap(Stage.Frame);
            return reading;
        }
        catch (ImageException e)
        {
            clock.Lap(Stage.Decode);
            return new Reading(null, null, Problems.Of(e).ProblemDetails);
        }
    }

    private static Reading EachOf(Writing writing, InkPlane plane)
    {
        var found = Enumerable.Range(0, writing.Digits).Select(index => (Digit: writing.Frame(index), Box: writing.Box(index))).Where(found => found.Digit is not null).ToList();
        return found.Count == 0
            ? OrBlank(null)
            : new Reading(null, new Row([.. found.Select(one => one.Digit!)], [.. found.Select(one => one.Box)], plane.PictureWidth, plane.PictureHeight), null);
    }

    private static byte[]? FromBase64(string text)
    {
        var encoded = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(text.IndexOf(',') + 1) : text;
        var bytes = new byte[encoded.Length / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(encoded, bytes, out var length) ? bytes[..length] : null;
    }

    private static Reading FromPixels(IReadOnlyList<double> pixels)
    {
        var ink = pixels.Select(level => (byte)Math.Round(level)).ToArray();
        return OrBlank(ink.Max() < DigitFraming.FaintestInk ? null : new DigitImage(ink));
    }

    private static Reading OrBlank(DigitImage? digit, int seen = 1) => digit is null
        ? Reading.Refused(StatusCodes.Status422UnprocessableEntity, Faults.Blank)
        : new Reading(digit, new Row([digit], [new PixelBox(0, 0, DigitImage.Side, DigitImage.Side)], DigitImage.Side, DigitImage.Side), null, seen);
}

/// <summary>The answer to a picture whose digits were to be read: exactly one of the two members.</summary>
/// <param name="Row">The digits.</param>
/// <param name="Problem">Why there are none.</param>
internal readonly record struct ReadAnswer(ReadResponse? Row, ProblemDetails? Problem);
