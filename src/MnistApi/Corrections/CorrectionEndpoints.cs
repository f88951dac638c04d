using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using MnistApi.Hosting.RequestBodies;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Hosting.Security;
using MnistApi.Model;
using MnistApi.Predict;

namespace MnistApi.Corrections;

/// <summary><c>/corrections</c>: what people say that a picture shows, where whoever runs the service wants to know and whoever drew agrees.</summary>
internal static partial class CorrectionEndpoints
{
    private const int MostPicturePixels = 512 * 512; // encoding a larger one takes longer than all the rest

    /// <summary>Maps the handlers. They are there where corrections are off, too, to say so.</summary>
    public static void MapCorrections(this IEndpointRouteBuilder routes)
    {
        var corrections = routes.MapGroup("/corrections").WithTags("Corrections");
        corrections.MapGet("", Enabled).WithName("getCorrections");
        corrections.MapGroup("").RequireComputeQueue().MapPost("", Correct).WithName("correct").Accepts<IFormFile>("multipart/form-data")
            .Produces(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        corrections.MapGet("/export", Export).WithName("exportCorrections")
            .WithMetadata(new ApiKeys.Private())
            .DisableRequestTimeout() // it takes as long as there are many
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Whether corrections are taken</summary>
    /// <response code="200">Whether they are. Offer a correction only where they are, and send one only from who agrees that it is stored.</response>
    private static Ok<CorrectionsResponse> Enabled(CorrectionsOptions options) => TypedResults.Ok(new CorrectionsResponse(options.Enabled));

    /// <summary>Corrects an answer</summary>
    /// <remarks>
    /// Stores the picture, as the network saw it and, where it is small, as it was drawn, in grey and without metadata; with the two digits,
    /// the model's version and the time. Nothing else is stored: no address, no cookie, no browser. They are for training better models.
    /// </remarks>
    /// <param name="form">A file <c>image</c> and the fields <c>label</c>, <c>consent</c>, <c>predicted</c> and <c>model</c>.</param>
    /// <param name="options">Whether corrections are taken.</param>
    /// <param name="model">Answers where the form doesn't say what was answered.</param>
    /// <param name="shadow">Is asked as well, to be compared.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <response code="201">It is stored.</response>
    /// <response code="400">Not an image, damaged, not the form that is expected, or no consent.</response>
    /// <response code="404">Corrections are not taken here.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    /// <response code="507">As many are stored as the service may hold.</response>
    private static Results<PendingCorrection, ProblemHttpResult> Correct(
        ImageForm form, CorrectionsOptions options, LoadedModel model, ShadowModel shadow, Recogniser recogniser, CancellationToken hungUp)
    {
        if (!options.Enabled)
            return Problems.Of(StatusCodes.Status404NotFound, CorrectionErrors.Off);
        if (form.Text("consent") is not "true")
            return Problems.Of(StatusCodes.Status400BadRequest, CorrectionErrors.NoConsent);
        if (form.Text("label") is not [>= '0' and <= '9' and var label])
            return Problems.Of(StatusCodes.Status400BadRequest, CorrectionErrors.NoLabel);
        if (form.Text("predicted") is not (null or [>= '0' and <= '9']))
            return Problems.Of(StatusCodes.Status400BadRequest, CorrectionErrors.WrongPredicted);
        if (form.Text("model") is { } version && !Version().IsMatch(version))
            return Problems.Of(StatusCodes.Status400BadRequest, CorrectionErrors.WrongModel);
        if (form.Files is not [var image, ..])
            return Problems.Of(StatusCodes.Status400BadRequest, ErrorDetails.NoFile);

        if (recogniser.Read(new Picture(image.Memory), keepInk: true, out var problem, hungUp) is not { } reading)
            return TypedResults.Problem(problem!);

        using var ink = reading.Ink!;
        shadow.Correct(model, reading.Image, reading.Prediction, label - '0');
        var (predicted, by) = form.Text("predicted") is [var answered]
            ? (answered - '0', form.Text("model"))
            : (reading.Prediction.Digit, model.Classifier.Card.Version);
        var picture = ink.Width * ink.Height <= MostPicturePixels ? Png.OfGrey(ink.Pixels, ink.Width, ink.Height) : null;
        return new PendingCorrection(new Correction
        {
            Label = (byte)(label - '0'),
            Predicted = (byte)predicted,
            Model = by,
            Pixels = reading.Image.Pixels.ToArray(),
            Picture = picture?.Length <= options.MaxPictureBytes ? picture : null,
        });
    }

    /// <summary>All corrections in one file</summary>
    /// <remarks>Only for holders of an API key. The file is sent while it is read from the database, oldest first; one that is cut off doesn't open.</remarks>
    /// <param name="options">Whether there are any.</param>
    /// <param name="store">Holds them.</param>
    /// <param name="settings">Have the keys, or none.</param>
    /// <param name="http">The request.</param>
    /// <param name="format"><c>idx</c>: MNIST's own files, for the trainer; <c>csv</c>: a table and PNG files.</param>
    /// <response code="200">A ZIP file.</response>
    /// <response code="400">Another format.</response>
    /// <response code="403">No API key is configured, so nobody may have them.</response>
    /// <response code="404">Corrections are not taken here.</response>
    private static Results<PushStreamHttpResult, ProblemHttpResult> Export(
        CorrectionsOptions options, CorrectionStore store, IConfiguration settings, HttpContext http, string format = "idx")
    {
        if (!options.Enabled)
            return Problems.Of(StatusCodes.Status404NotFound, CorrectionErrors.Off);
        if (ApiKeys.From(settings) is null)
            return Problems.Of(StatusCodes.Status403Forbidden, CorrectionErrors.NoKeys);
        if (format is not ("idx" or "csv"))
            return Problems.Of(StatusCodes.Status400BadRequest, CorrectionErrors.WrongFormat);

        // the last bytes of each file in a ZIP come so, asynchronous or not
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        return TypedResults.Stream(
            file => format is "idx"
                ? CorrectionArchive.WriteIdxAsync(store, file, http.RequestAborted)
                : CorrectionArchive.WriteCsvAsync(store, file, http.RequestAborted),
            "application/zip", $"corrections-{format}.zip");
    }

    [GeneratedRegex(@"^[\w.+-]{1,64}\z", RegexOptions.CultureInvariant)] // a word in a table, whatever is sent
    private static partial Regex Version();
}
