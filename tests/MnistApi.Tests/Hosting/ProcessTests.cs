using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MnistReader.Inference;
using Xunit;

namespace MnistApi.Tests.Hosting;

/// <summary>The built program as a process of its own, started in an empty folder.</summary>
public sealed class ProcessTests(Api api) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mnist-api-");
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            process.Kill(); // nothing where it has exited
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Without_a_model_it_says_so_in_one_line_and_exits()
    {
        var path = Path.Combine(_folder.FullName, "none.onnx");

        var (code, output, error) = await Run([], ("Model__Path", "none.onnx"));

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"There is no model file at '{path}'. Train one with MnistTrainer, or give the right path.\n", error);
    }

    [Fact]
    public async Task With_a_foreign_file_it_says_so_in_one_line_and_exits()
    {
        var path = Path.Combine(_folder.FullName, "foreign.onnx");
        await File.WriteAllTextAsync(path, "no model", TestContext.Current.CancellationToken);

        var (code, output, error) = await Run(["--Model:Path", path]);

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"'{path}' is not an ONNX model that can be loaded. Write one with MnistTrainer train.\n", error);
    }

    [Fact]
    public async Task With_a_file_too_large_to_be_a_model_it_says_so_in_one_line_and_exits()
    {
        var path = Path.Combine(_folder.FullName, "large.onnx");
        using (var file = new FileStream(path, FileMode.Create))
            file.SetLength(3_000_000_000); // nothing in it

        Assert.Equal(
            (1, "", $"'{path}' has 3,000,000,000 bytes; a model file has at most 100,000,000. Give the right path.\n"), await Run(["--Model:Path", path]));
    }

    [Fact]
    public async Task With_a_file_that_its_key_has_not_signed_it_says_so_in_one_line_and_exits()
    {
        var path = Path.Combine(_folder.FullName, "mnist.onnx");
        await File.WriteAllBytesAsync(path, ModelFile.Committed, TestContext.Current.CancellationToken);

        var (code, output, error) = await Run(["--Model:Path", path], ("Model__PublicKey", ModelSignature.NewKey().PublicKey));

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"'{path}' isn't signed: there is no '{path}.sig'. Sign it with MnistTrainer sign.\n", error);
    }

    [Theory]
    [InlineData("--urls=nonsense", "The service can't listen on nonsense: ")]
    [InlineData("--urls=ftp://127.0.0.1:21", "The service can't listen on ftp://127.0.0.1:21: ")]
    [InlineData("--urls=https://127.0.0.1:0", "The service can't listen on https://127.0.0.1:0: ")] // there is no certificate
    [InlineData("--urls=http://127.0.0.1:70000", "The service can't listen on http://127.0.0.1:70000: ")]
    [InlineData("--urls=http://192.0.2.1:8080", "The service can't listen on http://192.0.2.1:8080: ")] // kept for documentation (RFC 5737): nobody's
    [InlineData("--http_ports=web", "The setting http_ports can't be 'web'. Write port numbers up to 65535, with ; between them.")]
    [InlineData("--PORT=web", "The setting PORT can't be 'web'. Write port numbers up to 65535, with ; between them.")]
    [InlineData("--Logging:LogLevel:Default=Loud",
        "The setting Logging:LogLevel:Default can't be 'Loud'. Write Trace, Debug, Information, Warning, Error, Critical, None.")]
    [InlineData("--Logging:Console:LogLevel:Microsoft=1.5", "The setting Logging:Console:LogLevel:Microsoft can't be '1.5'. ")]
    [InlineData("--Kestrel:Certificates:Default:Path=none.pfx", "Could not find file ")]
    [InlineData("--Model:PublicKey=none.pem", "The setting Model:PublicKey can't be used. Could not find file ")]
    [InlineData("--Model:PublicKey=-----BEGIN nothing", "The setting Model:PublicKey can't be used. There is no PEM block 'PUBLIC KEY'. ")]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=collector",
        "The setting OTEL_EXPORTER_OTLP_ENDPOINT can't be 'collector'. Write an address such as http://collector:4317.")]
    public async Task Whatever_keeps_it_from_starting_it_says_in_one_line_and_exits(string argument, string cause)
    {
        string[] address = argument.StartsWith("--urls", StringComparison.Ordinal) ? [] : ["--urls", "http://127.0.0.1:0"];

        var (code, output, error) = await Run([.. address, argument]);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith(cause, error, StringComparison.Ordinal);
        Assert.Equal(error.Length - 1, error.IndexOf('\n', StringComparison.Ordinal)); // one line
    }

    [Fact]
    public async Task A_chunk_of_an_impossible_size_is_counted_and_not_logged()
    {
        using var service = await RunningService.StartAsync();
        using (var connection = new TcpClient())
        {
            await connection.ConnectAsync(service.Address.Host, service.Address.Port, TestContext.Current.CancellationToken);
            await connection.GetStream().WriteAsync(
                "POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"u8.ToArray(),
                TestContext.Current.CancellationToken);
            using var answer = new StreamReader(connection.GetStream());
            Assert.Equal("HTTP/1.1 400 Bad Request", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, (await Scrape.OfAsync(service.Client)).Sum("mnist_rejections_total", "reason", "bad_request"));
        service.SendSigterm();
        Assert.Equal("", await service.Output);
    }

    [Fact]
    public async Task Where_the_port_is_taken_it_says_so_in_one_line_and_exits()
    {
        var (code, output, error) = await Run(["--urls", Address]);

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"Failed to bind to address {Address}: address already in use.\n", error);
    }

    [Fact]
    public async Task Where_the_port_for_gRPC_is_taken_it_says_which_setting_it_is()
    {
        var port = new Uri(api.Addresses[0]).Port;

        var (code, output, error) = await Run(["--urls", "http://127.0.0.1:1", $"--Grpc:Port={port}"]);

        Assert.Equal((1, ""), (code, output));
        Assert.Equal($"Failed to bind to address http://127.0.0.1:{port}: address already in use. " +
            "It is for gRPC: set Grpc:Port to another port, or to 0 for none.\n", error);
    }

    [Theory]
    [InlineData("Grpc:Port", "65536", "The setting Grpc:Port can't be 65536. The field Port must be between 0 and 65535.\n")]
    [InlineData("Auth:ApiKeys:0", "guess-me", "A key in Auth:ApiKeys has fewer than 16 characters. Make one with: openssl rand -hex 16\n")]
    [InlineData("Auth:ApiKeys:0", "", "A key in Auth:ApiKeys has fewer than 16 characters. Make one with: openssl rand -hex 16\n")]
    [InlineData("Limits:MaxBytes", "ten", "Failed to convert configuration value 'ten' at 'Limits:MaxBytes' to type 'System.Int32'.\n")]
    [InlineData("Limits:Concurrency", "0", "The setting Limits:Concurrency can't be 0. The field Concurrency must be between 1 and 1024.\n")]
    [InlineData("Model:PollSeconds", "0", "The setting Model:PollSeconds can't be 0. The field PollSeconds must be between 0 exclusive and 86400.\n")]
    [InlineData("Shutdown:GraceSeconds", "-1", "The setting Shutdown:GraceSeconds can't be -1. The field GraceSeconds must be between 0 and 3600.\n")]
    [InlineData("Corrections:Provider", "Oracle",
        "Failed to convert configuration value 'Oracle' at 'Corrections:Provider' to type 'MnistApi.Corrections.CorrectionsProvider'.\n")]
    [InlineData("Corrections:MaxCount", "0", "The setting Corrections:MaxCount can't be 0. The field MaxCount must be between 1 and 10000000.\n")]
    [InlineData("Cors:Origins:0", "example.org",
        "'example.org' in Cors:Origins is no origin. Write https://example.org, with a port where there is one, and no path.\n")]
    [InlineData("Cors:Origins:0", "https://example.org/page",
        "'https://example.org/page' in Cors:Origins is no origin. Write https://example.org, with a port where there is one, and no path.\n")]
    [InlineData("Proxies:Networks:0", "proxy", "'proxy' in Proxies:Networks is neither an address nor a network. Write 10.0.0.7 or 10.0.0.0/8.\n")]
    public async Task With_a_wrong_setting_it_says_so_in_one_line_and_exits(string name, string value, string message) =>
        Assert.Equal((1, "", message), await Run(["--urls", "http://127.0.0.1:0", $"--{name}={value}"]));

    [Theory]
    [InlineData("SQLite", "/proc/none/corrections.db", "Could not find file '/proc/none'.")]
    [InlineData("PostgreSQL", "Host=127.0.0.1;Port=1", "Connection refused")]
    [InlineData("PostgreSQL", "corrections.db", "Format of the initialization string does not conform to specification starting at index 0.")]
    public async Task With_a_database_that_does_not_open_it_says_so_in_one_line_and_exits(string provider, string connection, string cause) =>
        Assert.Equal((1, "", $"The database of Corrections:Connection can't be opened ({provider}): {cause}\n"),
            await Run(["--urls", "http://127.0.0.1:0", "--Corrections:Enabled=true", $"--Corrections:Provider={provider}",
                $"--Corrections:Connection={connection}"]));

    [Fact]
    public async Task Health_of_a_running_service_is_exit_code_0()
    {
        Assert.Equal((0, $"{Address}/health/live answers 200\n", ""), await Run(["health", $"{Address}/health/live"]));
        Assert.Equal((0, $"{Address}/health/ready answers 200\n", ""), await Run(["health"], ("ASPNETCORE_HTTP_PORTS", $"{new Uri(Address).Port};1")));
    }

    [Fact]
    public async Task Health_of_a_service_that_fails_or_is_absent_is_exit_code_1()
    {
        Assert.Equal((1, $"{Address}/nothing answers 404\n", ""), await Run(["health", $"{Address}/nothing"]));

        var (code, output, error) = await Run(["health"], ("ASPNETCORE_HTTP_PORTS", "1"));
        Assert.Equal((1, ""), (code, error));
        Assert.Equal("http://127.0.0.1:1/health/ready doesn't answer: Connection refused (127.0.0.1:1)\n", output);
    }

    [Fact]
    public async Task A_platform_names_the_port_whatever_the_image_says_and_starts_it_with_serve()
    {
        var process = Start(["serve"], [("AIP_HTTP_PORT", "0"), ("PORT", "1"), ("ASPNETCORE_HTTP_PORTS", "8080")]);

        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        var port = new Uri(line!.Split(' ').First(word => word.StartsWith("http:", StringComparison.Ordinal))).Port;
        Assert.DoesNotContain(port, (int[])[1, 8080]);
        Assert.Equal((0, $"http://127.0.0.1:{port}/health/ready answers 200\n", ""),
            await Run(["health"], ("PORT", $"{port}"), ("ASPNETCORE_HTTP_PORTS", "8080")));
    }

    [Fact]
    public async Task Finds_its_model_from_any_folder_says_where_it_listens_and_stops_on_SIGTERM()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGTERM is for Linux.");
        var process = Start(["--urls", "http://127.0.0.1:0"], []);

        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);

        Assert.Matches(
            @"Listening on http://127\.0\.0\.1:\d+ and for gRPC on http://127\.0\.0\.1:\d+ with model \S+, 9\d\.\d\d % on MNIST's test images$", line);
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Large_forms_are_read_without_a_temporary_file()
    {
        var process = Start(["--urls", "http://127.0.0.1:0"], [("ASPNETCORE_TEMP", "/no/such/folder")]);
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient();
        byte[] image = [.. Drawing.Of(3), .. new byte[9_000_000]];

        using var form = Api.Form(image);
        using var response = await client.PostAsync(
            new Uri($"{line!.Split(' ').First(word => word.StartsWith("http:", StringComparison.Ordinal))}/predict"), form,
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private string Address => api.ClientOptions.BaseAddress.GetLeftPart(UriPartial.Authority);

    private async Task<(int Code, string Output, string Error)> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    private Process Start(string[] arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MnistApi.dll"), .. arguments])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _started.Add(Process.Start(start)!);
        return _started[^1];
    }
}
