using Grpc.Core;
using Grpc.Health.V1;
using MnistApi.Hosting;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace MnistApi.Health;

/// <summary><c>grpc.health.v1.Health</c>: says what <c>GET /health/ready</c> says, to those who ask by gRPC.</summary>
/// <param name="life">May be ending.</param>
internal sealed class GrpcHealth(IHostApplicationLifetime life) : Grpc.Health.V1.Health.HealthBase
{
    private static readonly string[] Services = ["", "inference.GRPCInferenceService"];

    /// <summary>Whether digits are recognised.</summary>
    /// <exception cref="RpcException">No such service is served.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) => Services.Contains(request.Service)
        ? Task.FromResult(Now())
        : throw new RpcException(new Status(StatusCode.NotFound, $"There is no service '{request.Service}'. Ask for '{Services[^1]}' or ''."));

    /// <summary>Says it at once, and again when the service is ending, which ends the call.</summary>
    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        if (!Services.Contains(request.Service))
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown });
            return;
        }

        await responseStream.WriteAsync(Now(), context.CancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, life.ApplicationStopping);
        await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!context.CancellationToken.IsCancellationRequested)
            await responseStream.WriteAsync(Now(), context.CancellationToken);
    }

    private HealthCheckResponse Now() => new() { Status = life.IsEnding() ? ServingStatus.NotServing : ServingStatus.Serving };
}
