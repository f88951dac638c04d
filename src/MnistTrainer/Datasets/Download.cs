namespace MnistTrainer.Datasets;

/// <summary>Downloads that give up on a server that hangs or drips, so that another one can be asked.</summary>
internal static class Download
{
    private const int LeastBytesPerSecond = 10_000;

    /// <summary>How long a server may be slower than 10 kB/s: 15 seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The bytes at an address.</summary>
    /// <inheritdoc cref="ToAsync"/>
    public static async Task<byte[]> FetchAsync(HttpClient client, Uri address, TimeSpan patience, Action<long, long?> progress, CancellationToken cancellation)
    {
        using var received = new MemoryStream();
        await ToAsync(received, client, address, patience, progress, cancellation);
        return received.ToArray();
    }

    /// <summary>Writes the bytes at an address to a stream.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="client">Its own timeout is to be longer than the patience.</param>
    /// <param name="address">Of a file.</param>
    /// <param name="patience">How long the server may be slower than 10 kB/s, before its headers and within the body.</param>
    /// <param name="progress">Bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpRequestException">There is no such server, or it gives no such file.</exception>
    /// <exception cref="IOException">The server was too slow.</exception>
    public static async Task ToAsync(
        Stream target, HttpClient client, Uri address, TimeSpan patience, Action<long, long?> progress, CancellationToken cancellation)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            slow.CancelAfter(patience);
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, slow.Token);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(slow.Token);
            var buffer = new byte[81_920];
            var (received, counted) = (0L, 0L);
            while (true)
            {
                var read = await body.ReadAsync(buffer, slow.Token);
                if (read == 0)
                    return;

                await target.WriteAsync(buffer.AsMemory(0, read), slow.Token);
                received += read;
                progress(received, response.Content.Headers.ContentLength);
                if (received - counted >= LeastBytesPerSecond * patience.TotalSeconds) // fast enough: the time counts anew
                {
                    counted = received;
                    slow.CancelAfter(patience);
                }
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"It gave less than {LeastBytesPerSecond / 1000} kB/s for {patience.TotalSeconds:0.#} s.", e);
        }
    }
}
