using System.Net;

namespace MnistTrainer.Tests.Datasets;

/// <summary>A web server on this machine that answers every address with a file's bytes, or with 404 where there is no such file.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener _listener;

    public FileServer(Func<string, byte[]> read)
    {
        (_listener, Address) = Listen();
        _ = Task.Run(async () =>
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                try
                {
                    await context.Response.OutputStream.WriteAsync(read(context.Request.Url!.Segments[^1]));
                }
                catch (Exception e) when (e is FileNotFoundException or KeyNotFoundException)
                {
                    context.Response.StatusCode = (int)HttpStatusCode.NotFound;
                }

                context.Response.Close();
            }
        });
    }

    public Uri Address { get; }

    public void Dispose() => _listener.Close();

    // HttpListener takes no port 0: one that the system says is free may be taken by the time it listens, and then another is
    private static (HttpListener, Uri) Listen()
    {
        while (true)
        {
            using var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            free.Start();
            var address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/");
            free.Stop();
            var listener = new HttpListener { Prefixes = { address.ToString() } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }
}
