using System.Net;

namespace MnistTrainer.Tests;

/// <summary>A web server on this machine that answers every address with a file's bytes.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public FileServer(Func<string, byte[]> read)
    {
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                await context.Response.OutputStream.WriteAsync(read(context.Request.Url!.Segments[^1]));
                context.Response.Close();
            }
        });
    }

    public Uri Address { get; }

    public void Dispose() => _listener.Close();
}
