using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using MnistApi.Health;
using MnistApi.Hosting;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using MnistApi.Predict;

namespace MnistApi.Platforms;

/// <summary>
/// What platforms that run containers ask for, beside the port that they name (<see cref="Hosting.Addresses.ListenExtensions"/>): SageMaker
/// (https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html) and Vertex AI
/// (https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements).
/// </summary>
internal static class PlatformEndpoints
{
    private const string Form = $"{{\"instances\": [{PredictRequest.Form}, …]}}";

    /// <summary>Maps SageMaker's routes, and those of Vertex AI where it names them.</summary>
    public static void MapPlatforms(this WebApplication app)
    {
        var health = app.MapGroup("").ExcludeFromDescription().DisableHttpMetrics().AllowAnonymous().AlsoHead();
        health.MapGet("/ping", HealthEndpoints.Ready);
        app.MapOnePicture("/invocations").ExcludeFromDescription().MapPost("", PredictEndpoints.Predict);

        // before a route of ours that has the same name
        if (app.Configuration["AIP_HEALTH_ROUTE"] is { Length: > 0 } ready)
            health.MapGet(ready, HealthEndpoints.Ready).WithOrder(-1);
        if (app.Configuration["AIP_PREDICT_ROUTE"] is { Length: > 0 } predict)
        {
            app.MapGroup("").RequireComputeQueue().ExcludeFromDescription().WithMetadata(new ExpectedJson(Form))
                .MapPost(predict, PredictInstances).WithOrder(-1);
        }
    }

    private static Results<Ok<VertexResponse>, ProblemHttpResult> PredictInstances(
        VertexRequest request, Recogniser recogniser, IOptions<JsonOptions> json, CancellationToken hungUp)
    {
        if (request.Instances is not { } instances)
            return Problems.Of(StatusCodes.Status400BadRequest, Problems.MalformedJson("$.instances", Form));
        if (instances.Count > LoadLimits.MostPictures)
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, ErrorDetails.TooMany);

        var answers = recogniser.Answer([.. instances.Select(each => BatchEndpoints.Read(each, json.Value.SerializerOptions))], explain: false, hungUp);
        return TypedResults.Ok(new VertexResponse([.. answers.Select(answer => (object?)answer.Prediction ?? answer.Problem!)]));
    }
}

/// <summary>A request of Vertex AI.</summary>
/// <param name="Instances">Up to 256, each what <c>POST /predict</c> takes as JSON.</param>
internal sealed record VertexRequest(IReadOnlyList<JsonElement>? Instances);

/// <summary>The answer to Vertex AI.</summary>
/// <param name="Predictions">One for each instance, in order: what <c>POST /predict</c> answers, or a problem document.</param>
internal sealed record VertexResponse(IReadOnlyList<object> Predictions);
