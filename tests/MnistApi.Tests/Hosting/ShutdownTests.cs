using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace MnistApi.Tests.Hosting;

public class ShutdownTests
{
    private const int Half = 1000;
    private static readonly byte[] Image = Drawing.Of(3);

    [Fact]
    public async Task After_SIGTERM_it_is_not_ready_and_serves_for_the_grace()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGTERM is for Linux.");
        using var service = await RunningService.StartAsync("--Shutdown:GraceSeconds", "600"); // longer than any machine takes for what follows

        service.SendSigterm();

        while ((await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode is HttpStatusCode.OK)
            await Task.Delay(10); // the signal is on its way
        foreach (var path in (string[])["/health/ready", "/v2/health/ready", "/v2/models/mnist/ready"])
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Client.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode);
        using var body = Api.Form(Image);
        using var newcomer = await service.Client.PostAsync(new Uri("/predict", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.OK, newcomer.StatusCode);
        Assert.True(newcomer.Headers.ConnectionClose);
    }

    [Fact]
    public async Task When_the_grace_ends_it_finishes_what_is_in_flight_and_exits_with_0()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGTERM is for Linux.");
        using var service = await RunningService.StartAsync("--Shutdown:GraceSeconds", "1", "--Shutdown:TimeoutSeconds", "600",
            "--Limits:RequestSeconds", "600");
        using var inFlight = await SendHalf(service);
        var since = Stopwatch.StartNew();

        service.SendSigterm();

        await Assert.ThrowsAsync<HttpRequestException>(async () => // it listens no longer
        {
            while (true)
            {
                await service.Client.GetAsync(new Uri("/health/live", UriKind.Relative));
                await Task.Delay(20);
            }
        });
        Assert.True(since.Elapsed.TotalSeconds > 1);
        await inFlight.GetStream().WriteAsync(Image.AsMemory(Half));
        using var answer = new StreamReader(inFlight.GetStream());
        Assert.Contains("\"digit\":3", await answer.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await service.ExitCodeAsync());
    }

    [Fact]
    public async Task A_request_that_does_not_end_is_cut_off_after_the_timeout()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "SIGTERM is for Linux.");
        using var service = await RunningService.StartAsync("--Shutdown:TimeoutSeconds", "1");
        using var inFlight = await SendHalf(service);
        var since = Stopwatch.StartNew();

        service.SendSigterm();

        Assert.Equal(0, await service.ExitCodeAsync());
        Assert.True(since.Elapsed.TotalSeconds > 1);
        using var rest = new StreamReader(inFlight.GetStream());
        var answer = await Record.ExceptionAsync(async () => Assert.Empty(await rest.ReadToEndAsync()));
        Assert.True(answer is null or IOException, $"{answer}"); // ended or reset, unanswered
    }

    /// <summary>The first half of a request to recognise <see cref="Image"/>.</summary>
    private static async Task<TcpClient> SendHalf(RunningService service)
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.Client.BaseAddress!.Host, service.Client.BaseAddress.Port);
        var head = Encoding.ASCII.GetBytes($"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: {Image.Length}\r\n\r\n");
        await client.GetStream().WriteAsync((byte[])[.. head, .. Image[..Half]]);
        await service.Client.GetAsync(new Uri("/health/live", UriKind.Relative)); // by its answer the server has the half, too
        return client;
    }
}
