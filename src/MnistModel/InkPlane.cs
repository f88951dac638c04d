namespace MnistModel;

/// <summary>A picture of any size reduced to how much ink each pixel holds, whatever the colours of ink and paper were.</summary>
public sealed class InkPlane
{
    private readonly byte[] _ink;

    /// <summary>Wraps the bytes without copying them.</summary>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    /// <param name="ink">width × height bytes in row order, 0 = paper, 255 = full ink.</param>
    /// <exception cref="ArgumentException">The number of bytes isn't width × height, or a side is below 1.</exception>
    public InkPlane(int width, int height, byte[] ink)
    {
        if (width < 1 || height < 1 || ink.LongLength != (long)width * height)
            throw new ArgumentException($"{ink.LongLength} bytes are not a plane of {width}×{height} pixels.", nameof(ink));

        (Width, Height, _ink) = (width, height, ink);
    }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>One row of ink, 0 = paper, 255 = full ink.</summary>
    /// <param name="y">0 is the top row.</param>
    public ReadOnlySpan<byte> Row(int y) => _ink.AsSpan(y * Width, Width);
}
