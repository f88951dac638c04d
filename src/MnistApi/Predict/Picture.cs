using Microsoft.AspNetCore.Mvc;

namespace MnistApi.Predict;

/// <summary>One picture of a request as it arrived, not looked at yet. Exactly one member is set.</summary>
/// <param name="Encoded">The bytes of an image file; they must live until the answer.</param>
/// <param name="Json">The JSON that holds a picture.</param>
/// <param name="Problem">Why this place of a batch holds no picture.</param>
internal readonly record struct Picture(ReadOnlyMemory<byte>? Encoded = null, PredictRequest? Json = null, ProblemDetails? Problem = null);
