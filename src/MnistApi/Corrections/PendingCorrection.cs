using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;

namespace MnistApi.Corrections;

/// <summary>
/// The answer to a correction. It is stored as the answer is written, when its place to compute is free again: a slow database must hold up no prediction.
/// </summary>
internal sealed class PendingCorrection(Correction correction) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        switch (await httpContext.RequestServices.GetRequiredService<CorrectionStore>().AddAsync(correction, httpContext.RequestAborted))
        {
            case CorrectionStore.Outcome.Stored:
                httpContext.Response.StatusCode = StatusCodes.Status201Created;
                break;
            case CorrectionStore.Outcome.Full:
                await Problems.Write(httpContext, Problems.Of(StatusCodes.Status507InsufficientStorage, CorrectionErrors.Full));
                break;
            case CorrectionStore.Outcome.Busy:
                httpContext.RequestServices.GetRequiredService<ServiceMetrics>().Rejected("queue_full");
                await Problems.Refuse(httpContext);
                break;
        }
    }
}
