using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Xunit;

namespace MnistApi.Tests.Predict;

/// <summary>
/// Bad input against the service as a process of its own. FUZZ_CASES (5000) sets how many cases, FUZZ_FIRST (0) with which to begin, FUZZ_HANG_SECONDS (2)
/// how long one may take, and FUZZ_CALLS (500) how many calls by gRPC:
/// FUZZ_FIRST=N FUZZ_CASES=1 repeats the one that a failure names.
/// </summary>
public class FuzzTests(Api api, ITestOutputHelper output)
{
    private const int Senders = 4;
    private static readonly StatusCode[] Faults =
        [StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.ResourceExhausted, StatusCode.Unimplemented];

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(Setting("FUZZ_HANG_SECONDS", 2));

    [Fact]
    public async Task Whatever_is_sent_is_answered_by_a_prediction_or_a_problem_of_the_sender()
    {
        var (first, cases) = (Setting("FUZZ_FIRST", 0), Setting("FUZZ_CASES", 5_000));
        using var service = await RunningService.StartAsync([("Logging__LogLevel__Default", "None"), ("Logging__LogLevel__MnistApi", "Information")]);
        using var client = new HttpClient { BaseAddress = service.Address };
        var answered = new int[600];

        await Parallel.ForEachAsync(Enumerable.Range(first, cases), new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (number, cancel) =>
        {
            var request = Mutations.Request(number);
            var (status, text, spent) = await Send(client, request, cancel);
            if (spent > Hang)
                (status, text, spent) = await Send(client, request, cancel); // once more, so that a busy machine doesn't count

            Assert.True(spent < Hang, $"Case {number} took {spent.TotalSeconds:F1} s.");
            Assert.True(IsPrediction(status, text) || IsProblem(status, text, request.Path), $"Case {number} got {status}: {text}");
            Interlocked.Increment(ref answered[status]);
        });

        output.WriteLine(string.Join(", ",
            answered.Select((count, status) => (count, status)).Where(a => a.count > 0).Select(a => $"{a.count} × {a.status}")));
        Assert.False(service.HasExited);
        Assert.True(cases < 1000 || (answered[200] > 0 && answered[400] > 0), "The cases are all of one kind.");
    }

    [Fact]
    public async Task Whatever_is_sent_by_gRPC_is_answered_or_the_fault_of_the_sender()
    {
        var (first, cases) = (Setting("FUZZ_FIRST", 0), Setting("FUZZ_CALLS", 500));
        await using var own = Api.With(("Logging:LogLevel:MnistApi", "None"));
        using var client = new HttpClient { BaseAddress = new Uri(own.Addresses[0]) };
        var answered = new int[17];

        await Parallel.ForEachAsync(Enumerable.Range(first, cases), new ParallelOptions { MaxDegreeOfParallelism = Senders }, async (number, cancel) =>
        {
            var (status, text) = await Call(client, Mutations.Call(number), cancel);

            Assert.True(Faults.Contains(status), $"Case {number} got {status}: {text}");
            Interlocked.Increment(ref answered[(int)status]);
        });

        output.WriteLine(string.Join(", ", answered.Index().Where(a => a.Item > 0).Select(a => $"{a.Item} × {(StatusCode)a.Index}")));
        Assert.True(cases < 100 || (answered[(int)StatusCode.OK] > 0 && answered[(int)StatusCode.InvalidArgument] > 0), "The cases are all of one kind.");
    }

    [Theory]
    [InlineData("GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /..%5c..%5cappsettings.json HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /appsettings.json HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /models/mnist.onnx HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /%ff%fe HTTP/1.1\r\nHost: a\r\n\r\n", 404)]
    [InlineData("GET / HTTP/9.9\r\nHost: a\r\n\r\n", 505)] // not this service's fault: no such version
    [InlineData("GET /\r\n\r\n", 400)]
    [InlineData("GARBAGE\r\n\r\n", 400)]
    [InlineData("\0\0\0\0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400)]
    [InlineData("TRACE /predict HTTP/1.1\r\nHost: a\r\n\r\n", 405)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n", 413)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nabc", 400)]
    [InlineData("POST /v2/models/mnist/infer HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nabc", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: \r\nContent-Length: 1\r\n\r\nx", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: a/b/c;;;=\r\nContent-Length: 1\r\n\r\nx", 415)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=\"\r\nContent-Length: 1\r\n\r\nx", 400)]
    [InlineData("POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json; charset=utf-99\r\nContent-Length: 2\r\n\r\n{}", 415)]
    [InlineData("POST /predict?explain=%00&explain=1&explain=true HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", 400)]
    public async Task An_abused_path_or_header_is_refused(string request, int status)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync(api.ClientOptions.BaseAddress.Host, api.ClientOptions.BaseAddress.Port);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(connection.GetStream());

        var line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.StartsWith($"HTTP/1.1 {status} ", line, StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Text, TimeSpan Spent)> Send(
        HttpClient client, (string Path, string Type, byte[] Body, int? JsonLength) request, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(request.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", request.Type);
        if (request.JsonLength is { } length)
            content.Headers.Add("Inference-Header-Content-Length", $"{length}");
        var clock = Stopwatch.StartNew();
        using var response = await client.PostAsync(new Uri(request.Path, UriKind.Relative), content, cancel);
        var text = await response.Content.ReadAsStringAsync(cancel);
        return ((int)response.StatusCode, text, clock.Elapsed);
    }

    private static async Task<(StatusCode Status, string Text)> Call(HttpClient client, byte[] frame, CancellationToken cancel)
    {
        using var content = new ByteArrayContent(frame);
        content.Headers.Add("Content-Type", "application/grpc");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/inference.GRPCInferenceService/ModelInfer")
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "te", "trailers" } },
        };
        using var response = await client.SendAsync(request, cancel);
        await response.Content.ReadAsByteArrayAsync(cancel);
        var headers = response.Headers.Concat(response.TrailingHeaders).ToDictionary(header => header.Key, header => header.Value.Single());
        return ((StatusCode)int.Parse(headers["grpc-status"], CultureInfo.InvariantCulture), headers.GetValueOrDefault("grpc-message", ""));
    }

    private static bool IsPrediction(int status, string text) => status == 200 && JsonDocument.Parse(text).RootElement is var answer
        && (answer.TryGetProperty("digit", out _) || answer.TryGetProperty("outputs", out _) || answer.TryGetProperty("answers", out _));

    private static bool IsProblem(int status, string text, string path) => status is >= 400 and < 500 && JsonDocument.Parse(text).RootElement is var problem
        && (path.StartsWith("/v2", StringComparison.Ordinal) ? problem.TryGetProperty("error", out _) : problem.GetProperty("status").GetInt32() == status);

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
