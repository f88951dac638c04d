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

    private BatchAnswer[] Answer(IReadOnlyList<Picture> pictures, Explained explain, CancellationToken hungUp)
    {
        clock.Start();
        var readings = new Reading[pictures.Count];
        var digits = new List<DigitImage>(pictures.Count);
        for (var i = 0; i < readings.Length; i++)
        {
            hungUp.ThrowIfCancellationRequested();
            readings[i] = Read(pictures[i], explain);
            if (readings[i].Digit is { } digit)
                digits.Add(digit);
        }

        var predictions = digits.Count == 0 ? [] : Counted(model.Classifier.Classify(digits));
        var next = 0;
        return Array.ConvertAll(readings, reading => reading.Digit is null
            ? new BatchAnswer(null, reading.Problem)
            : new BatchAnswer(ToResponse(predictions[next], Explain(reading, predictions[next++], explain)), null));
    }

    private Explanation? Explain(Reading reading, Prediction prediction, Explained explain)
    {
        if (explain is Explained.Nothing)
            return null;

        var explanation = explain is Explained.Whole
            ? Explainer.Explain(model, reading.Digit!, prediction, reading.Steps)
            : new Explanation([Explainer.Input(reading.Digit!)], null, null, null);
        clock.Lap(Stage.Explain);
        return explanation;
    }

    private PredictResponse ToResponse(Prediction prediction, Explanation? explanation) => new(
        prediction.IsDigit, prediction.IsDigit ? null : NotADigit(prediction), prediction.Digit, prediction.Confidence, prediction.Probabilities,
        model.Classifier.Card.Version, explanation);

    private string NotADigit(Prediction prediction) => string.Create(CultureInfo.InvariantCulture,
        $"It doesn't look like a digit: the network puts the chance that it is one at {100 * prediction.DigitProbability:F1} %, and {100 * model.Classifier.Card.RejectionThreshold:F1} % are needed.");

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

    // a digit, and the steps to it where they were asked for, or why there is none
    private readonly record struct Reading(DigitImage? Digit, ProblemDetails? Problem, IReadOnlyList<ExplainedStep> Steps)
    {
        public static Reading Of(ProblemDetails problem) => new(null, problem, []);

        public static Reading Refused(int status, string detail) => Of(Problems.Of(status, detail).ProblemDetails);
    }

    private Reading Read(Picture picture, Explained explain) => picture switch
    {
        { Encoded: { } encoded } => Decode(encoded.Span, explain),
        { Problem: { } problem } => Reading.Of(problem),
        { Json: { Image: { } image, Pixels: null } } => FromBase64(image) is { } bytes
            ? Decode(bytes, explain)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.NotBase64),
        { Json: { Image: null, Pixels: { } pixels } } => pixels.Count == DigitImage.PixelCount && pixels.All(level => level is >= 0 and <= 255)
            ? FromPixels(pixels)
            : Reading.Refused(StatusCodes.Status400BadRequest, Faults.WrongPixels),
        _ => Reading.Refused(StatusCodes.Status400BadRequest, Faults.NeitherOrBoth),
    };

    private Reading Decode(ReadOnlySpan<byte> encoded, Explained explain)
    {
        try
        {
            using var plane = ImageDecoder.Decode(encoded, limits);
            clock.Lap(Stage.Decode);
            var digit = DigitFraming.Frame(plane);
            clock.Lap(Stage.Frame);
            if (digit is null || explain is not Explained.Whole)
                return OrBlank(digit);

            var steps = Explainer.Steps(plane); // while the ink is there
            clock.Lap(Stage.Explain);
            return new Reading(digit, null, steps);
        }
        catch (ImageException e)
        {
            clock.Lap(Stage.Decode);
            return Reading.Of(Problems.Of(e).ProblemDetails);
        }
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

    private static Reading OrBlank(DigitImage? digit) =>
        digit is null ? Reading.Refused(StatusCodes.Status422UnprocessableEntity, Faults.Blank) : new Reading(digit, null, []);
}
