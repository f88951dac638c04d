using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Endpoints;
using MnistApi.Models;
using MnistModel;

namespace MnistApi.Recognition;

/// <summary>The one road from a request's pictures to its answers: read each, run the network once for all that hold a digit. One per request.</summary>
/// <param name="model">Answers.</param>
/// <param name="limits">How large an image may be.</param>
/// <param name="clock">Is told how long each stage took.</param>
internal sealed class Recogniser(LoadedModel model, ImageLimits limits, StageClock clock)
{
    /// <summary>The most digits of a row that are explained: each takes as long as dozens of answers.</summary>
    public const int MostExplained = 16;

    /// <summary>Answers one picture.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="explain">Whether the answer shows how it came about.</param>
    public BatchAnswer Answer(Picture picture, bool explain) => Answer([picture], explain ? Explained.Whole : Explained.Nothing, CancellationToken.None)[0];

    /// <summary>Answers each picture; one that can't be answered doesn't keep the others from it.</summary>
    /// <param name="pictures">As they arrived.</param>
    /// <param name="explain">Whether the answers show what the network saw. More would take a full batch seconds.</param>
    /// <param name="hungUp">Nobody waits for the answers any more; asked between two pictures.</param>
    /// <returns>One answer per picture, in order.</returns>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public BatchAnswer[] Answer(IReadOnlyList<Picture> pictures, bool explain, CancellationToken hungUp) =>
        Answer(pictures, explain ? Explained.Input : Explained.Nothing, hungUp);

    /// <summary>Runs the network on pixels as they are.</summary>
    /// <param name="pixels">N × 784 numbers in row order, 0 = paper, 1 = full ink.</param>
    /// <returns>N predictions, in order.</returns>
    public IReadOnlyList<Prediction> Infer(Memory<float> pixels)
    {
        clock.Start();
        return Counted(model.Classifier.Classify(pixels));
    }

    /// <summary>Answers with all digits of one picture, in one run of the network.</summary>
    /// <param name="picture">As it arrived.</param>
    /// <param name="explain">Whether the answer shows how each digit came about.</param>
    public ReadAnswer ReadRow(Picture picture, bool explain)
    {
        clock.Start();
        var reading = Read(picture, eachDigit: true, explain ? Explained.Whole : Explained.Nothing);
        if (reading.Problem is { } problem)
            return new ReadAnswer(null, problem);

        var predictions = Counted(model.Classifier.Classify([.. reading.Digits.Select(written => written.Digit)]));
        ReadDigit[] digits = [.. reading.Digits.Zip(predictions, (written, prediction) => new ReadDigit(
            prediction.Digit, prediction.Confidence, prediction.IsDigit, prediction.Probabilities, written.Box, Explain(written, prediction)))];
        return new ReadAnswer(new ReadResponse(
            string.Concat(digits.Where(digit => digit.IsDigit).Select(digit => digit.Digit)), digits, reading.Width, reading.Height, model.Classifier.Card.Version), null);
    }

    /// <summary>The hint of a picture on which several digits seem to stand side by side.</summary>
    public static string Several(int digits) => $"There seem to be {digits} digits side by side, and they were taken for one. Send the picture to /read, which reads each.";

    /// <summary>The reason why a picture isn't taken for a digit.</summary>
    /// <param name="probability">That it is one, 0 to 1.</param>
    /// <param name="threshold">What is needed, 0 to 1.</param>
    public static string NotADigit(float probability, double? threshold) => string.Create(CultureInfo.InvariantCulture,
        $"It doesn't look like a digit: the network puts the chance that it is one at {100 * probability:F1} %, and {100 * threshold:F1} % are needed.");

    private BatchAnswer[] Answer(IReadOnlyList<Picture> pictures, Explained explain, CancellationToken hungUp)
    {
        clock.Start();
        var readings = new Reading[pictures.Count];
        var digits = new List<DigitImage>(pictures.Count);
        for (var i = 0; i < readings.Length; i++)
        {
            hungUp.ThrowIfCancellationRequested();
            readings[i] = Read(pictures[i], eachDigit: false, explain);
            if (readings[i].Problem is null)
                digits.Add(readings[i].Digits[0].Digit);
        }

        var predictions = digits.Count == 0 ? [] : Counted(model.Classifier.Classify(digits));
        var next = 0;
        return Array.ConvertAll(readings, reading => new BatchAnswer(reading.Problem is null ? ToResponse(reading, predictions[next++]) : null, reading.Problem));
    }

    private PredictResponse ToResponse(Reading reading, Prediction prediction) => new(
        prediction.IsDigit, prediction.IsDigit ? null : NotADigit(prediction.DigitProbability, model.Classifier.Card.RejectionThreshold),
        reading.Seen > 1 ? Several(reading.Seen) : null, prediction.Digit, prediction.Confidence, prediction.Probabilities, model.Classifier.Card.Version,
        Explain(reading.Digits[0], prediction));

    private Explanation? Explain(Written written, Prediction prediction)
    {
        if (written.Explain is Explained.Nothing)
            return null;

        var explanation = written.Explain is Explained.Whole
            ? Explainer.Explain(model, written.Digit, prediction, written.Steps)
            : new Explanation([Explainer.Input(written.Digit)], null, null, null);
        clock.Lap(Stage.Explain);
        return explanation;
    }

    private IReadOnlyList<Prediction> Counted(IReadOnlyList<Prediction> predictions)
    {
        clock.Lap(Stage.Infer);
        foreach (var prediction in predictions)
            Telemetry.Predicted(prediction);
        return predictions;
    }

    private enum Explained
    {
        Nothing,
        Input,
        Whole,
    }

    // a digit, its place in the picture, and the steps to it where they were asked for
    private readonly record struct Written(DigitImage Digit, PixelBox Box, Explained Explain, IReadOnlyList<ExplainedStep> Steps);

    // what is written on a picture, as one digit or each of them, or why nothing is; and how many digits there seem to be
    private readonly record struct Reading(IReadOnlyList<Written> Digits, int Seen, int Width, int Height, ProblemDetails? Problem = null)
    {
        public static Reading Of(ProblemDetails problem) => new([], 0, 0, 0, problem);

        public static Reading Refused(int status, string detail) => Of(Problems.Of(status, detail).ProblemDetails);
    }

    private Reading Read(Picture picture, bool eachDigit, Explained explain) => picture switch
    {
        { Encoded: { } encoded } => Decode(encoded.Span, eachDigit, explain),
        { Problem: { } problem } => Reading.Of(problem),
        { Json: { Image: { } image, Pixels: null } } => FromBase64(image) is { } bytes
            ? Decode(bytes, eachDigit, explain)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.NotBase64),
        { Json: { Image: null, Pixels: { } pixels } } => pixels.Count == DigitImage.PixelCount && pixels.All(level => level is >= 0 and <= 255)
            ? FromPixels(pixels, explain)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.WrongPixels),
        _ => Reading.Refused(StatusCodes.Status400BadRequest, Faults.NeitherOrBoth),
    };

    private Reading Decode(ReadOnlySpan<byte> encoded, bool eachDigit, Explained explain)
    {
        try
        {
            using var plane = ImageDecoder.Decode(encoded, limits);
            clock.Lap(Stage.Decode);
            var writing = Writing.On(plane);
            IReadOnlyList<Written> digits = eachDigit ? EachOf(writing, explain) : AllOf(writing, plane, explain);
            clock.Lap(Stage.Frame);
            return digits.Count == 0 ? Blank : new Reading(digits, writing.Digits, plane.PictureWidth, plane.PictureHeight);
        }
        catch (ImageException e)
        {
            clock.Lap(Stage.Decode);
            return Reading.Of(Problems.Of(e).ProblemDetails);
        }
    }

    // all the ink as one digit
    private Written[] AllOf(Writing writing, InkPlane plane, Explained explain)
    {
        if (writing.FrameAll() is not { } digit)
            return [];
        if (explain is not Explained.Whole)
            return [new Written(digit, default, explain, [])];

        clock.Lap(Stage.Frame);
        using var crop = DigitFraming.Crop(plane)!;
        Written[] explained = [new(digit, default, explain, [Explainer.Step("ink", plane), Explainer.Step("crop", crop)])];
        clock.Lap(Stage.Explain);
        return explained;
    }

    private static List<Written> EachOf(Writing writing, Explained explain)
    {
        var digits = new List<Written>();
        for (var index = 0; index < writing.Digits; index++)
        {
            using var alone = writing.Cut(index);
            if (alone is null || DigitFraming.Frame(alone) is not { } digit)
                continue;
            digits.Add(explain is Explained.Whole && digits.Count < MostExplained
                ? new Written(digit, writing.Box(index), explain, [Explainer.Step("crop", alone)])
                : new Written(digit, writing.Box(index), Explained.Nothing, []));
        }

        return digits;
    }

    private static byte[]? FromBase64(string text)
    {
        var encoded = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(text.IndexOf(',') + 1) : text;
        var bytes = new byte[encoded.Length / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(encoded, bytes, out var length) ? bytes[..length] : null;
    }

    private static Reading FromPixels(IReadOnlyList<double> pixels, Explained explain)
    {
        var ink = pixels.Select(level => (byte)Math.Round(level)).ToArray();
        return ink.Max() < DigitFraming.FaintestInk ? Blank
            : new Reading([new Written(new DigitImage(ink), new PixelBox(0, 0, DigitImage.Side, DigitImage.Side), explain, [])], 1, DigitImage.Side, DigitImage.Side);
    }

    private static Reading Blank => Reading.Refused(StatusCodes.Status422UnprocessableEntity, Faults.Blank);
}

/// <summary>The answer to a picture whose digits were to be read: exactly one of the two members.</summary>
/// <param name="Row">The digits.</param>
/// <param name="Problem">Why there are none.</param>
internal readonly record struct ReadAnswer(ReadResponse? Row, ProblemDetails? Problem);
