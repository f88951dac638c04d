using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Models;
using MnistModel;
using SkiaSharp;

namespace MnistApi.Endpoints;

/// <summary><c>POST /predict</c>: a picture of one handwritten digit → the probabilities of the ten digits.</summary>
internal static class PredictEndpoints
{
    // what the answers to a faulty request say, here and in the OpenAPI document
    internal const string NoFile = "The form has no file field 'image'. Send the picture under that name.";
    internal const string NeitherOrBoth = "The JSON has neither or both of \"image\" and \"pixels\". Send one of them.";
    internal const string NotBase64 = "\"image\" is neither base64 nor a base64 data URL. Encode the bytes of an image file.";
    internal const string WrongPixels = "\"pixels\" isn't 784 numbers from 0 to 255. Send 28 rows of 28, 0 for paper and 255 for ink.";
    internal const string Blank = "The image is blank: no ink stands out from the paper. Draw a digit and send it again.";

    /// <summary>Maps one handler per form of the body; routing chooses by Content-Type, and answers 415 where none fits.</summary>
    public static void MapPredict(this IEndpointRouteBuilder routes)
    {
        var predict = routes.MapGroup("/predict").WithTags("Digits")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        predict.MapPost("", FromForm)
            .DisableAntiforgery() // there is no cookie and no state to protect
            .WithFormOptions(memoryBufferThreshold: int.MaxValue); // no temporary file: the server limits the size of the body
        // the form stands for all three in the OpenAPI document, see ApiDocument
        predict.MapPost("", FromBody).ExcludeFromDescription()
            .Accepts<Stream>("image/*", "application/octet-stream")
            .WithOrder(-1); // before the others, so that bytes without a Content-Type come here
        predict.MapPost("", FromJson).ExcludeFromDescription();
    }

    /// <summary>Recognises a handwritten digit</summary>
    /// <remarks>
    /// Send a picture of one digit, of any size, dark on light or light on dark: as a form with a file, as the body itself, or as JSON.
    /// It is cropped, scaled and centred as MNIST's images were, and the network answers with the probabilities of the ten digits,
    /// and whether it is a digit at all.
    /// </remarks>
    /// <param name="image">PNG, JPEG, WebP, GIF or BMP, told by content.</param>
    /// <param name="served">The model that answers.</param>
    /// <param name="limits">How large an image may be.</param>
    /// <param name="explain">Add <c>input</c> to the answer: the 28×28 image that the network saw.</param>
    /// <response code="200">The digit and its probabilities.</response>
    /// <response code="400">Not an image, damaged, or not the form or JSON that is expected.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    private static async Task<Results<Ok<PredictResponse>, ProblemHttpResult>> FromForm(
        IFormFile? image, ServedModel served, ImageLimits limits, bool explain = false)
    {
        if (image is null)
            return Problems.Of(StatusCodes.Status400BadRequest, NoFile);

        await using var file = image.OpenReadStream();
        return Recognise(await ReadAsync(file), served, limits, explain);
    }

    private static async Task<Results<Ok<PredictResponse>, ProblemHttpResult>> FromBody(
        Stream body, ServedModel served, ImageLimits limits, bool explain = false) =>
        Recognise(await ReadAsync(body), served, limits, explain);

    private static Results<Ok<PredictResponse>, ProblemHttpResult> FromJson(
        PredictRequest request, ServedModel served, ImageLimits limits, bool explain = false) => request switch
    {
        { Image: { } image, Pixels: null } => FromBase64(image) is { } bytes
            ? Recognise(bytes, served, limits, explain)
            : Problems.Of(StatusCodes.Status400BadRequest, NotBase64),
        { Image: null, Pixels: { } pixels } => pixels.Count == DigitImage.PixelCount && pixels.All(level => level is >= 0 and <= 255)
            ? Answer(FromPixels(pixels), served, explain)
            : Problems.Of(StatusCodes.Status400BadRequest, WrongPixels),
        _ => Problems.Of(StatusCodes.Status400BadRequest, NeitherOrBoth),
    };

    private static Results<Ok<PredictResponse>, ProblemHttpResult> Recognise(
        ReadOnlyMemory<byte> encoded, ServedModel served, ImageLimits limits, bool explain)
    {
        var start = Stopwatch.GetTimestamp();
        var plane = ImageDecoder.Decode(encoded.Span, limits);
        Telemetry.Stage("decode", start);

        start = Stopwatch.GetTimestamp();
        var digit = DigitFraming.Frame(plane);
        Telemetry.Stage("frame", start);
        return Answer(digit, served, explain);
    }

    private static Results<Ok<PredictResponse>, ProblemHttpResult> Answer(DigitImage? digit, ServedModel served, bool explain)
    {
        if (digit is null)
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, Blank);

        using var model = served.Borrow();
        var start = Stopwatch.GetTimestamp();
        var prediction = model.Classifier.Classify(digit);
        Telemetry.Stage("infer", start);
        Telemetry.Predicted(prediction);
        return TypedResults.Ok(new PredictResponse(
            prediction.IsDigit, prediction.IsDigit ? null : NotADigit(prediction), prediction.Digit, prediction.Confidence, prediction.Probabilities,
            model.Classifier.Card.Version, explain ? ToDataUrl(digit) : null));
    }

    private static string NotADigit(Prediction prediction) => string.Create(CultureInfo.InvariantCulture,
        $"It doesn't look like a digit: the network puts the chance that it is one at {100 * prediction.DigitProbability:F0} %.");

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream)
    {
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer);
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static byte[]? FromBase64(string text)
    {
        var encoded = text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(text.IndexOf(',') + 1) : text;
        var bytes = new byte[encoded.Length / 4 * 3 + 3];
        return Convert.TryFromBase64Chars(encoded, bytes, out var length) ? bytes[..length] : null;
    }

    private static DigitImage? FromPixels(IReadOnlyList<double> pixels)
    {
        var ink = pixels.Select(level => (byte)Math.Round(level)).ToArray();
        return ink.Max() < DigitFraming.FaintestInk ? null : new DigitImage(ink);
    }

    internal static string ToDataUrl(DigitImage digit)
    {
        var info = new SKImageInfo(DigitImage.Side, DigitImage.Side, SKColorType.Gray8);
        using var image = SKImage.FromPixelCopy(info, digit.Pixels);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}";
    }
}
