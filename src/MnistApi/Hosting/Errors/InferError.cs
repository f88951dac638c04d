namespace MnistApi.Hosting.Errors;

/// <summary>Why there is no answer, as the Open Inference Protocol says it.</summary>
/// <param name="Error">What was wrong and what to do.</param>
internal sealed record InferError(string Error);
