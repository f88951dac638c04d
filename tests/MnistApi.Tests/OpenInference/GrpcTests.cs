using System.IO.Compression;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Grpc.Reflection.V1Alpha;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MnistApi.OpenInference.Grpc;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;
using HealthClient = Grpc.Health.V1.Health.HealthClient;
using Client = MnistApi.OpenInference.Grpc.GRPCInferenceService.GRPCInferenceServiceClient;
using Input = MnistApi.OpenInference.Grpc.ModelInferRequest.Types.InferInputTensor;
using Output = MnistApi.OpenInference.Grpc.ModelInferRequest.Types.InferRequestedOutputTensor;

namespace MnistApi.Tests.OpenInference;

/// <summary>The Open Inference Protocol over gRPC: it says what HTTP says.</summary>
public sealed class GrpcTests(Api api) : IDisposable
{
    private const string Key = "0123456789abcdef";

    private static readonly byte[] Digits = [.. Enumerable.Range(0, 10).SelectMany(TensorRequest.Levels)];

    private readonly GrpcChannel _channel = Channel(api);

    private Client Service => new(_channel);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public async Task Ten_digits_get_the_very_bytes_that_they_get_over_http()
    {
        var (_, expected) = await TensorRequest.Infer(api, TensorRequest.Body("pixels", "[10,1,28,28]", "UINT8", Digits));

        var raw = await Service.ModelInferAsync(Raw("UINT8", [10, 1, 28, 28], Digits));
        var levels = new InferTensorContents { UintContents = { Digits.Select(level => (uint)level) } };
        var contents = await Service.ModelInferAsync(Contents("UINT8", [10, 1, 28, 28], levels));

        Assert.Equal(expected, raw.RawOutputContents.SelectMany(output => output));
        Assert.All(raw.Outputs, output => Assert.Null(output.Contents));
        Assert.Equal(["probabilities FP32 10,10", "digit FP32 10,1"],
            raw.Outputs.Select(output => $"{output.Name} {output.Datatype} {string.Join(',', output.Shape)}"));
        Assert.Equal(expected, contents.Outputs.SelectMany(output => output.Contents.Fp32Contents).SelectMany(BitConverter.GetBytes));
        Assert.Empty(contents.RawOutputContents);
        Assert.Equal(Enumerable.Range(0, 10), contents.Outputs[0].Contents.Fp32Contents.Chunk(10).Select(row => Array.IndexOf(row, row.Max())));
        Assert.Equal(("mnist", "7", (await api.Get("/model")).GetProperty("version").GetString()), (raw.ModelName, raw.Id, raw.ModelVersion));
    }

    [Fact]
    public async Task Contents_mean_the_same_ink_in_every_datatype()
    {
        var ink = TensorRequest.Levels(3).Select(level => level > 127 ? 1 : 0).ToArray(); // full or none: exact in all of them
        var whole = ink.Select(i => 255 * i).ToArray();
        (string Datatype, InferTensorContents Contents)[] same =
        [
            ("FP32", new() { Fp32Contents = { ink.Select(i => (float)i) } }), ("FP64", new() { Fp64Contents = { ink.Select(i => (double)i) } }),
            ("INT16", new() { IntContents = { whole } }), ("INT32", new() { IntContents = { whole } }),
            ("INT64", new() { Int64Contents = { whole.Select(i => (long)i) } }), ("UINT8", new() { UintContents = { whole.Select(i => (uint)i) } }),
            ("UINT16", new() { UintContents = { whole.Select(i => (uint)i) } }), ("UINT32", new() { UintContents = { whole.Select(i => (uint)i) } }),
            ("UINT64", new() { Uint64Contents = { whole.Select(i => (ulong)i) } }),
        ];

        var answers = await Task.WhenAll(same.Select(each => Service.ModelInferAsync(Contents(each.Datatype, [1, 1, 28, 28], each.Contents)).ResponseAsync));

        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
        Assert.InRange(answers[0].Outputs[0].Contents.Fp32Contents[3], 0.9, 1);
    }

    [Fact]
    public async Task Picture_files_are_read_and_classes_come_as_texts()
    {
        var picture = Drawing.Of(3);
        var contents = Contents("BYTES", [1], new InferTensorContents { BytesContents = { ByteString.CopyFrom(picture) } }, "image");
        var raw = Raw("BYTES", [1], [.. BitConverter.GetBytes(picture.Length), .. picture], "image");
        foreach (var request in (ModelInferRequest[])[contents, raw])
            request.Outputs.Add(new Output { Name = "probabilities", Parameters = { ["classification"] = new InferParameter { Int64Param = 2 } } });

        var texts = (await Service.ModelInferAsync(contents)).Outputs.Single();
        var bytes = (await Service.ModelInferAsync(raw)).RawOutputContents.Single().ToByteArray();

        Assert.Equal("BYTES 1,2", $"{texts.Datatype} {string.Join(',', texts.Shape)}");
        Assert.EndsWith(":3:3", texts.Contents.BytesContents[0].ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(texts.Contents.BytesContents.SelectMany(text => BitConverter.GetBytes(text.Length).Concat(text)), bytes);
    }

    [Fact]
    public async Task The_server_and_its_model_say_what_they_are()
    {
        var metadata = await Service.ModelMetadataAsync(new ModelMetadataRequest { Name = "mnist" });

        Assert.True((await Service.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.True((await Service.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.True((await Service.ModelReadyAsync(new ModelReadyRequest { Name = "mnist", Version = metadata.Versions.Single() })).Ready);
        Assert.Equal("mnist-service", (await Service.ServerMetadataAsync(new ServerMetadataRequest())).Name);
        Assert.Equal("onnx_onnxv1", metadata.Platform);
        Assert.Equal(["pixels FP32 -1,1,28,28", "image BYTES -1"],
            metadata.Inputs.Select(each => $"{each.Name} {each.Datatype} {string.Join(',', each.Shape)}"));
    }

    public static TheoryData<string, StatusCode, string> Faults() => new()
    {
        { "another model", StatusCode.NotFound, "There is no model 'cats' of version '" },
        { "another version", StatusCode.NotFound, "There is no model 'mnist' of version '1'." },
        { "no input", StatusCode.InvalidArgument, "\"inputs\" isn't one tensor with a name, a shape and a datatype. Send \"pixels\" or \"image\"." },
        { "another input", StatusCode.InvalidArgument, "\"inputs\" has \"ink\", which the model doesn't take. Send \"pixels\" or \"image\"." },
        { "no data", StatusCode.InvalidArgument, "\"pixels\" has neither or both of \"contents\" and one of \"raw_input_contents\". Send one of them." },
        { "data in both forms", StatusCode.InvalidArgument, "\"pixels\" has neither or both of \"contents\" and one of \"raw_input_contents\"." },
        { "too little data", StatusCode.InvalidArgument, "\"pixels\" has 1 bytes, but its shape and datatype say 784. Send as many as they say." },
        { "a number out of range", StatusCode.InvalidArgument, "\"pixels\" has contents that aren't UINT8. Send numbers of that datatype." },
        { "contents of halves", StatusCode.InvalidArgument, "There are no contents of the datatype FP16. Send \"pixels\" in raw_input_contents." },
        { "too many images", StatusCode.InvalidArgument, "\"pixels\" has the shape [257, 1, 28, 28]. Send [N, 1, 28, 28] with N from 1 to 256." },
        { "an unknown parameter", StatusCode.InvalidArgument, "\"priority\" in parameters isn't known here. " },
        { "an unknown output", StatusCode.InvalidArgument, "\"outputs\" asks for \"logits\", which the model doesn't give. " },
        { "no classes", StatusCode.InvalidArgument, "\"classification\" of \"digit\" isn't a number in int64_param. " },
        { "a blank picture", StatusCode.InvalidArgument, "\"image\" can't be read at [0]. The image is blank: " },
        { "no picture", StatusCode.InvalidArgument, "\"image\" can't be read at [0]. " },
        { "too many pieces", StatusCode.InvalidArgument, "The message can't be read. Send a ModelInferRequest of inference.GRPCInferenceService." },
        { "too many bytes", StatusCode.ResourceExhausted, "Received message exceeds the maximum configured message size." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_cannot_be_answered_is_told_by_its_status(string fault, StatusCode status, string detail)
    {
        var three = Raw("UINT8", [1, 1, 28, 28], TensorRequest.Levels(3));
        var request = fault switch
        {
            "another model" => new ModelInferRequest(three) { ModelName = "cats" },
            "another version" => new ModelInferRequest(three) { ModelVersion = "1" },
            "no input" => new ModelInferRequest { ModelName = "mnist" },
            "another input" => Raw("UINT8", [1, 1, 28, 28], new byte[784], "ink"),
            "no data" => new ModelInferRequest { ModelName = "mnist", Inputs = { three.Inputs } },
            "data in both forms" => With(three, request => request.Inputs[0].Contents = new InferTensorContents()),
            "too little data" => Raw("UINT8", [1, 1, 28, 28], [0]),
            "a number out of range" => Contents("UINT8", [1, 1, 28, 28], new InferTensorContents { UintContents = { 256 } }),
            "contents of halves" => Contents("FP16", [1, 1, 28, 28], new InferTensorContents()),
            "too many images" => Raw("UINT8", [257, 1, 28, 28], new byte[1]),
            "an unknown parameter" => With(three, request => request.Parameters.Add("priority", new InferParameter { Int64Param = 1 })),
            "an unknown output" => With(three, request => request.Outputs.Add(new Output { Name = "logits" })),
            "no classes" => With(three, request => request.Outputs.Add(
                new Output { Name = "digit", Parameters = { ["classification"] = new InferParameter { StringParam = "1" } } })),
            "a blank picture" => Contents("BYTES", [1], new InferTensorContents { BytesContents = { ByteString.CopyFrom(Drawing.Blank()) } }, "image"),
            "no picture" => Contents("BYTES", [1], new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("none") } }, "image"),
            "too many pieces" => With(three, request => request.Inputs.Add(Enumerable.Repeat(new Input(), 10_000))),
            _ => Raw("UINT8", [1, 1, 28, 28], new byte[Api.MaxBytes * 4 / 3 + 65_536]),
        };

        var refused = await Assert.ThrowsAsync<RpcException>(() => Service.ModelInferAsync(request).ResponseAsync);

        Assert.StartsWith(detail, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(status, refused.StatusCode);
    }

    [Theory]
    [InlineData("inference.GRPCInferenceService", "RepositoryModelLoad")]
    [InlineData("cats.Service", "Ask")]
    public async Task What_is_not_spoken_is_unimplemented(string service, string method)
    {
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);

        var refused = await Assert.ThrowsAsync<RpcException>(() => _channel.CreateCallInvoker()
            .AsyncUnaryCall(new Method<byte[], byte[]>(MethodType.Unary, service, method, bytes, bytes), host: null, default, []).ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, refused.StatusCode);
    }

    [Fact]
    public async Task A_message_that_swells_is_refused()
    {
        using var swelling = GrpcChannel.ForAddress(
            api.Addresses[0], new GrpcChannelOptions { CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest)] });
        var request = Raw("UINT8", [1, 1, 28, 28], new byte[5_000_000]);

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => new Client(swelling).ModelInferAsync(request, new Metadata { { "grpc-internal-encoding-request", "gzip" } }).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Fact]
    public async Task Where_keys_are_configured_a_call_needs_one_but_for_health_and_reflection()
    {
        await using var locked = Api.With(("Auth:ApiKeys:0", Key));
        using var channel = Channel(locked);
        var service = new Client(channel);
        var request = Raw("UINT8", [1, 1, 28, 28], TensorRequest.Levels(3));

        var refused = await Assert.ThrowsAsync<RpcException>(() => service.ModelInferAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.StartsWith("This service needs an API key, and this is none or a wrong one.", refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(2, (await service.ModelInferAsync(request, new Metadata { { "x-api-key", Key } })).Outputs.Count);
        Assert.Equal(2, (await service.ModelInferAsync(request, new Metadata { { "authorization", $"Bearer {Key}" } })).Outputs.Count);
        Assert.True((await service.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.Equal(ServingStatus.Serving, (await new HealthClient(channel).CheckAsync(new HealthCheckRequest())).Status);
        Assert.Contains("inference.GRPCInferenceService", await ReflectedServices(channel));
    }

    [Fact]
    public async Task Calls_are_counted_and_limited_as_requests_are()
    {
        await using var own = Api.With(("Limits:ClientRequestsPerSecond", "2"));
        using var channel = Channel(own);
        var service = new Client(channel);

        await service.ModelInferAsync(Raw("UINT8", [10, 1, 28, 28], Digits));
        await Assert.ThrowsAsync<RpcException>(() => service.ModelInferAsync(Raw("UINT8", [1, 1, 28, 28], [])).ResponseAsync);
        var refused = await Assert.ThrowsAsync<RpcException>(() => Task.WhenAll(
            Enumerable.Range(0, 9).Select(_ => service.ModelInferAsync(Raw("UINT8", [1, 1, 28, 28], TensorRequest.Levels(3))).ResponseAsync)));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        using var client = own.CreateClient();
        var scrape = await Scrape.OfAsync(client); // of all services of this process: at least what this one counted
        Assert.True(scrape.Sum("mnist_rejections_total", "reason", "bad_request") >= 1);
        Assert.True(scrape.Sum("mnist_rejections_total", "reason", "rate_limit") >= 1);
        Assert.True(scrape.Sum("mnist_predictions_total") >= 10);
        var stats = (await own.Get("/v2/models/mnist/stats")).GetProperty("model_stats")[0];
        Assert.InRange(stats.GetProperty("inference_count").GetInt32(), 10, 18);
        Assert.InRange(stats.GetProperty("inference_stats").GetProperty("fail").GetProperty("count").GetInt32(), 1, 10);
    }

    [Fact]
    public async Task A_deadline_ends_the_work()
    {
        await using var own = Api.With();
        using var channel = Channel(own);
        var picture = ByteString.CopyFrom(Drawing.Of(3));
        var request = Contents("BYTES", [256], new InferTensorContents { BytesContents = { Enumerable.Repeat(picture, 256) } }, "image");

        var refused = await Assert.ThrowsAsync<RpcException>(
            () => new Client(channel).ModelInferAsync(request, deadline: DateTime.UtcNow.AddMilliseconds(15)).ResponseAsync);

        // where the server's timer is first, its reset of the stream may come before the client's: then it says so (grpc/grpc#2685)
        Assert.True(refused.StatusCode is StatusCode.DeadlineExceeded or StatusCode.Cancelled, refused.Message);
        Assert.Equal(0, (await own.Get("/v2/models/mnist/stats")).GetProperty("model_stats")[0].GetProperty("inference_count").GetInt32());
    }

    [Fact]
    public async Task Health_is_told_while_the_service_is_ready_and_when_it_ends()
    {
        await using var own = Api.With();
        using var channel = Channel(own);
        using var watch = new HealthClient(channel).Watch(new HealthCheckRequest { Service = "inference.GRPCInferenceService" });

        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        var unknown = await Assert.ThrowsAsync<RpcException>(
            () => new HealthClient(channel).CheckAsync(new HealthCheckRequest { Service = "cats" }).ResponseAsync);
        own.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        Assert.False(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task With_tls_one_port_speaks_both_protocols()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, certificate.Export(X509ContentType.Pfx, "tls"), TestContext.Current.CancellationToken);
        await using var secure = Api.With(
            ("urls", "https://127.0.0.1:0"), ("Kestrel:Certificates:Default:Path", path), ("Kestrel:Certificates:Default:Password", "tls"));
        File.Delete(path);
        var trust = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, sent, _, _) => certificate.Equals(sent) };
        using var grpc = new SocketsHttpHandler { SslOptions = trust };
        using var plain = new SocketsHttpHandler { SslOptions = trust };
        using var channel = GrpcChannel.ForAddress(secure.Addresses.Single(), new GrpcChannelOptions { HttpHandler = grpc });
        using var http = new HttpClient(plain, disposeHandler: false);

        Assert.True((await new Client(channel).ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.Equal("ready", await http.GetStringAsync(new Uri($"{secure.Addresses.Single()}/health/ready"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Without_a_port_for_it_there_is_none()
    {
        await using var off = Api.With(("Grpc:Port", "0"));

        Assert.Single(off.Addresses);
    }

    private static GrpcChannel Channel(Api api) => GrpcChannel.ForAddress(api.Addresses[0]);

    private static ModelInferRequest Raw(string datatype, long[] shape, byte[] data, string name = "pixels") => new()
    {
        ModelName = "mnist",
        Id = "7",
        Inputs = { new Input { Name = name, Datatype = datatype, Shape = { shape } } },
        RawInputContents = { UnsafeByteOperations.UnsafeWrap(data) },
    };

    private static ModelInferRequest Contents(string datatype, long[] shape, InferTensorContents contents, string name = "pixels") =>
        new() { ModelName = "mnist", Inputs = { new Input { Name = name, Datatype = datatype, Shape = { shape }, Contents = contents } } };

    private static ModelInferRequest With(ModelInferRequest request, Action<ModelInferRequest> change)
    {
        change(request);
        return request;
    }

    private static async Task<IEnumerable<string>> ReflectedServices(GrpcChannel channel)
    {
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        await call.RequestStream.CompleteAsync();
        await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        return call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name).ToList();
    }
}
