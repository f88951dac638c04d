using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Limits;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace MnistApi.OpenInference.Grpc;

/// <summary>
/// Binds the methods of <see cref="InferenceService"/>. Messages are counted before they are read (<see cref="MessageBounds"/>), and errors become a status,
/// as they become a document over HTTP.
/// </summary>
internal sealed class InferenceMethods : IServiceMethodProvider<InferenceService>
{
    // a message has a limit of its own, and the server's would end a call that is over it as if the service had failed
    private static readonly object[] Bound = [new HttpMethodMetadata([HttpMethods.Post]), new DisableRequestSizeLimitAttribute()];
    private static readonly object[] Probe = [new AllowAnonymousAttribute(), new DisableHttpMetricsAttribute()];

    /// <summary>What is bound.</summary>
    public static ServiceDescriptor Service => OpenInferenceGrpcReflection.Descriptor.Services[0];

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<InferenceService> context)
    {
        Add(context, ServerLiveRequest.Parser, static (_, _, _) => Task.FromResult(InferenceService.ServerLive()), Probe);
        Add(context, ServerReadyRequest.Parser, static (service, _, _) => Task.FromResult(service.ServerReady()), Probe);
        Add(context, ModelReadyRequest.Parser, static (service, request, _) => Task.FromResult(service.ModelReady(request)));
        Add(context, ServerMetadataRequest.Parser, static (_, _, _) => Task.FromResult(InferenceService.ServerMetadata()));
        Add(context, ModelMetadataRequest.Parser, static (service, request, _) => Task.FromResult(service.ModelMetadata(request)));
        Add(context, ModelInferRequest.Parser, static (service, request, call) => service.ModelInferAsync(request, call),
            LimitExtensions.ForEachClient, new InferRoute());
    }

    private static void Add<TRequest, TAnswer>(ServiceMethodProviderContext<InferenceService> context, MessageParser<TRequest> parser,
        UnaryServerMethod<InferenceService, TRequest, TAnswer> handler, params object[] metadata)
        where TRequest : class, IMessage<TRequest>, new()
        where TAnswer : class, IMessage<TAnswer>
    {
        var name = typeof(TRequest).Name[..^"Request".Length];
        var sparing = parser.WithDiscardUnknownFields(true);
        var requests = new Marshaller<TRequest>(static (_, _) => throw new NotSupportedException(), message => Read(sparing, message));
        var answers = new Marshaller<TAnswer>(Write, static _ => throw new NotSupportedException());
        context.AddUnaryMethod(
            new Method<TRequest, TAnswer>(MethodType.Unary, Service.FullName, name, requests, answers), [.. Bound, .. metadata],
            (service, request, call) => Handle(handler, service, request, call));
    }

    private static async Task<TAnswer> Handle<TRequest, TAnswer>(
        UnaryServerMethod<InferenceService, TRequest, TAnswer> handler, InferenceService service, TRequest request, ServerCallContext call)
        where TRequest : class
        where TAnswer : class
    {
        var http = call.GetHttpContext();
        try
        {
            return await handler(service, request, call);
        }
        catch (BadHttpRequestException e)
        {
            throw GrpcErrors.Failure(http, Problems.Of(e, http, endpoint: null));
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            // a timer may run out a little before the clock says so
            var isLate = call.Deadline - DateTime.UtcNow < TimeSpan.FromMilliseconds(20);
            var status = isLate ? StatusCodes.Status408RequestTimeout : GrpcErrors.WhyEnded(http);
            throw GrpcErrors.Failure(http, Problems.Of(status ?? StatusCodes.Status499ClientClosedRequest, http));
        }
        catch (Exception e)
        {
            http.RequestServices.GetRequiredService<ILogger<InferenceService>>().LogError(e, "{Method} failed", call.Method);
            throw GrpcErrors.Failure(http, Problems.Of(StatusCodes.Status500InternalServerError, http));
        }
    }

    private static TRequest Read<TRequest>(MessageParser<TRequest> parser, DeserializationContext message)
        where TRequest : IMessage<TRequest>, new()
    {
        try
        {
            var bytes = message.PayloadAsReadOnlySequence();
            MessageBounds.Check(bytes, new TRequest().Descriptor);
            return parser.ParseFrom(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message can't be read. Send a {typeof(TRequest).Name} of {Service.FullName}."));
        }
    }

    private static void Write<TAnswer>(TAnswer answer, SerializationContext message)
        where TAnswer : IMessage<TAnswer>
    {
        message.SetPayloadLength(answer.CalculateSize());
        answer.WriteTo(message.GetBufferWriter());
        message.Complete();
    }
}
