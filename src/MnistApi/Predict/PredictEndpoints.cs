using Microsoft.AspNetCore.Http.HttpResults;

namespace MnistApi.Predict;

/// <summary><c>POST /predict</c>: a picture of one handwritten digit → the probabilities of the ten digits.</summary>
internal static class PredictEndpoints
{
    /// <summary>Maps the handler.</summary>
    public static void MapPredict(this IEndpointRouteBuilder routes) => routes.MapOnePicture("/predict").MapPost("", Predict).WithName("predict");

    /// <summary>Recognises a handwritten digit</summary>
    /// <remarks>
    /// Send a picture of one digit, of any size, dark on light or light on dark: as a form with a file, as the body itself, or as JSON.
    /// It is cropped, scaled and centred as MNIST's images were, and the network answers with the probabilities of the ten digits,
    /// and whether it is a digit at all.
    /// </remarks>
    /// <param name="picture">PNG, JPEG, WebP, GIF or BMP, told by content; or pixels.</param>
    /// <param name="recogniser">The road that every picture takes.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <param name="explain">
    /// Add <c>explanation</c> to the answer: the steps to the network's input, what in it speaks for the answer and for the runner-up,
    /// and what the network's layers found. Takes some milliseconds.
    /// </param>
    /// <response code="200">The digit and its probabilities.</response>
    /// <response code="400">Not an image, damaged, or not the form or JSON that is expected.</response>
    /// <response code="413">More bytes or more pixels than the service accepts.</response>
    /// <response code="415">A Content-Type that isn't read here.</response>
    /// <response code="422">The image is blank: there is no digit on it.</response>
    /// <response code="429">The service is at its limit. Try again after as many seconds as <c>Retry-After</c> says.</response>
    /// <response code="503">The paper has more than one level, and the service has no ink network.</response>
    public static Results<Ok<PredictResponse>, ProblemHttpResult> Predict(
        Picture picture, Recogniser recogniser, CancellationToken hungUp, bool explain = false)
    {
        var answer = recogniser.Answer(picture, explain, hungUp);
        return answer.Prediction is { } prediction ? TypedResults.Ok(prediction) : TypedResults.Problem(answer.Problem!);
    }
}
