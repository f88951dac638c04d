using System.Buffers;

namespace MnistApi.Hosting.RequestBodies;

/// <summary>
/// The bytes of one encoded image in memory that goes back to the pool when this is disposed. As a handler's parameter it is the body of the request,
/// read to its end before the handler runs, so that a slow sender holds nothing but its own buffer; the request disposes it.
/// </summary>
internal sealed class RentedBytes : IDisposable
{
    private const int FirstRent = 16_384; // a drawing of the page fits

    private byte[]? _rented = ArrayPool<byte>.Shared.Rent(FirstRent);
    private int _length;

    private RentedBytes()
    {
    }

    /// <summary>The bytes; only until this is disposed.</summary>
    /// <exception cref="ObjectDisposedException">They have gone back to the pool.</exception>
    public ReadOnlyMemory<byte> Memory => (_rented ?? throw new ObjectDisposedException(nameof(RentedBytes))).AsMemory(0, _length);

    /// <summary>Reads a stream to its end; the caller disposes the bytes.</summary>
    public static async ValueTask<RentedBytes> ReadAsync(Stream stream, CancellationToken hungUp)
    {
        var bytes = new RentedBytes();
        try
        {
            while (await stream.ReadAsync(bytes._rented.AsMemory(bytes._length), hungUp) is var read and > 0)
            {
                bytes._length += read;
                if (bytes._length == bytes._rented!.Length)
                    bytes.Grow();
            }

            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Reads a request's body, for routing.</summary>
    /// <exception cref="BadHttpRequestException">
    /// The body isn't what its headers say, such as chunks of a size that is no number, or compressed bytes that are none.
    /// </exception>
    public static async ValueTask<RentedBytes> BindAsync(HttpContext context)
    {
        try
        {
            var bytes = await ReadAsync(context.Request.Body, context.RequestAborted);
            context.Response.RegisterForDispose(bytes);
            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException && !context.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body is malformed.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is null)
            return;

        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_rented!.Length * 4);
        Memory.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = larger;
    }
}
