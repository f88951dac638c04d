namespace MnistApi.Hosting.Errors;

/// <summary>A request of the Open Inference Protocol that can't be answered. Its message is written for the sender.</summary>
/// <param name="detail">What was wrong and what to do.</param>
/// <param name="status">400 to 499.</param>
internal sealed class InferException(string detail, int status = StatusCodes.Status400BadRequest) : BadHttpRequestException(detail, status);
