using System.Buffers;

namespace MnistReader.Imaging;

/// <summary>
/// One byte a pixel, of a picture of any size: what <see cref="GrayImage"/> and <see cref="Ink.InkImage"/> have in common. Dispose it to give the memory back
/// for the next one;
/// without that, it is collected like any other object.
/// </summary>
internal abstract class PixelPlane : IDisposable
{
    private const int MostPooled = 4_194_304;

    private readonly bool _rented;
    private byte[] _pixels;

    /// <summary>Wraps the bytes without copying them.</summary>
    /// <exception cref="ArgumentException">The number of bytes isn't width × height, or a side is below 1.</exception>
    protected PixelPlane(int width, int height, byte[] pixels)
    {
        if (width < 1 || height < 1 || pixels.LongLength != (long)width * height)
            throw new ArgumentException($"{pixels.LongLength} bytes are not a plane of {width}×{height} pixels.", nameof(pixels));

        (Width, Height, _pixels) = (width, height, pixels);
        (PictureWidth, PictureHeight) = (width, height);
    }

    /// <summary>Rents memory, of any content.</summary>
    protected PixelPlane(int width, int height)
    {
        // large ones are few, and the pool would hold on to them
        (Width, Height, _rented) = (width, height, width * height <= MostPooled);
        _pixels = _rented ? ArrayPool<byte>.Shared.Rent(width * height) : GC.AllocateUninitializedArray<byte>(width * height);
        (PictureWidth, PictureHeight) = (width, height);
    }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the picture that it was made of, as it is looked at, in pixels; large pictures are reduced.</summary>
    public int PictureWidth { get; init; }

    /// <summary>Height of that picture, in pixels.</summary>
    public int PictureHeight { get; init; }

    /// <summary>One row.</summary>
    /// <param name="y">0 is the top row.</param>
    public ReadOnlySpan<byte> Row(int y) => _pixels.AsSpan(y * Width, Width);

    /// <summary>All rows, one after the other.</summary>
    public ReadOnlySpan<byte> Pixels => Writable;

    /// <summary>All rows, to be written by who makes the plane.</summary>
    public Span<byte> Writable => _pixels.AsSpan(0, Width * Height);

    /// <summary>Ends the plane's use.</summary>
    public void Dispose()
    {
        if (_rented && _pixels.Length > 0)
            ArrayPool<byte>.Shared.Return(_pixels);
        _pixels = [];
    }
}
