namespace MnistTrainer.Datasets;

/// <summary>Downloads that give up on a server that hangs or drips, so that another one can be asked.</summary>
internal static class Download
{
    private const int LeastBytesPerSecond = 10_000;

    /// <summary>How long a server may be slower than 10 kB/s: 15 seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>The bytes at an address.</summary>
    /// <param name="client">Its own timeout is to be longer than the patience.</param>
    /// <param name="address">Of a file.</param>
    /// <param name="patience">How long the server may be slower than 10 kB/s, before its headers and within the body.</param>
    /// <param name="progress">Bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpRequestException">There is no such server, or it gives no such file.</exception>
    /// <exception cref="IOException">The server was too slow.</exception>
    public static async Task<byte[]> FetchAsync(HttpClient client, Uri address, TimeSpan patience, Action<long, long?> progress, CancellationToken cancellation)
    {
        using var slow = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            slow.CancelAfter(patience);
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, slow.Token);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(slow.Token);
            using var received = new MemoryStream();
            var buffer = new byte[81_920];
            long counted = 0;
            while (true)
            {
                var read = await body.ReadAsync(buffer, slow.Token);
                if (read == 0)
                    return received.ToArray();

                received.Write(buffer, 0, read);
                progress(received.Length, response.Content.Headers.ContentLength);
                if (received.Length - counted >= LeastBytesPerSecond * patience.TotalSeconds) // fast enough: the time counts anew
                {
                    counted = received.Length;
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
