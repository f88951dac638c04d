using System.ComponentModel.DataAnnotations;

namespace MnistApi.Hosting.Addresses;

/// <summary>The settings under <c>Grpc</c>.</summary>
internal sealed record GrpcOptions
{
    /// <summary>
    /// The port for gRPC without TLS, on the interface of the first HTTP address; a free one where that takes a free one. From 0 to 65535; the default is
    /// 8081. 0: none, so that gRPC is spoken only at addresses with TLS, which need no port of its own.
    /// </summary>
    [Range(0, 65535)]
    public int Port { get; init; } = 8081;
}
