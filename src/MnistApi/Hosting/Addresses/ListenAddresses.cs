namespace MnistApi.Hosting.Addresses;

/// <summary>Where the service is to listen.</summary>
/// <param name="Http">The addresses of the settings; none where <c>Kestrel:Endpoints</c> has them.</param>
/// <param name="Grpc">For gRPC without TLS; null for none.</param>
internal sealed record ListenAddresses(IReadOnlyList<string> Http, string? Grpc);
