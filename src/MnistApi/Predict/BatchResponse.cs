using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace MnistApi.Predict;

/// <summary>The answer to a batch.</summary>
/// <param name="Answers">One per picture, in order.</param>
internal sealed record BatchResponse(IReadOnlyList<BatchAnswer> Answers);

/// <summary>The answer to one picture of a batch: exactly one of the two members.</summary>
/// <param name="Prediction">What <c>POST /predict</c> would have answered.</param>
/// <param name="Problem">Why there is no prediction.</param>
internal sealed record BatchAnswer(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PredictResponse? Prediction,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProblemDetails? Problem);
