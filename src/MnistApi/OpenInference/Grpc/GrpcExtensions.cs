using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Reflection;
using MnistApi.Hosting.Limits;
using MnistReader.Imaging;
using GrpcHealth = Grpc.Health.V1.Health;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace MnistApi.OpenInference.Grpc;

/// <summary>gRPC: the Open Inference Protocol, and the reflection by which tools find out what is served.</summary>
internal static class GrpcExtensions
{
    /// <summary>Adds the services, under the limit on the size of a request that holds for HTTP.</summary>
    public static void AddOpenInferenceGrpc(this WebApplicationBuilder builder)
    {
        builder.Services.AddGrpc(grpc => grpc.IgnoreUnknownServices = true); // its route for them would take refusals away from ours
        builder.Services.AddOptions<GrpcServiceOptions>().Configure<ImageLimits>((grpc, images) =>
            grpc.MaxReceiveMessageSize = (int)Math.Min(LimitExtensions.MaxBodyBytes(images), int.MaxValue));
        builder.Services.AddSingleton<IServiceMethodProvider<InferenceService>, InferenceMethods>();
        ServiceDescriptor[] described = [InferenceMethods.Service, GrpcHealth.Descriptor];
        builder.Services.AddSingleton(new ReflectionServiceImpl(described)).AddSingleton(new ReflectionV1ServiceImpl(described));
    }

    /// <summary>Maps the services.</summary>
    public static void MapOpenInferenceGrpc(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<InferenceService>();
        routes.MapGrpcService<ReflectionServiceImpl>().AllowAnonymous(); // as is the description of the HTTP API
        routes.MapGrpcService<ReflectionV1ServiceImpl>().AllowAnonymous();
    }
}
