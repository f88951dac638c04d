using System.Buffers;
using SkiaSharp;

namespace MnistReader.Ink;

/// <summary>
/// A picture of any size reduced to how much ink each pixel holds, whatever the colours of ink and paper were. Dispose it to give the memory back for the next one;
/// without that, it is collected like any other object.
/// </summary>
public sealed class InkPlane : IDisposable
{
    private const int MostPooled = 4_194_304;

    private readonly bool _rented;
    private byte[] _ink;

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
        (PictureWidth, PictureHeight) = (width, height);
    }

    private InkPlane(int width, int height)
    {
        // large ones are few, and the pool would hold on to them
        (Width, Height, _rented) = (width, height, width * height <= MostPooled);
        _ink = _rented ? ArrayPool<byte>.Shared.Rent(width * height) : GC.AllocateUninitializedArray<byte>(width * height);
        (PictureWidth, PictureHeight) = (width, height);
    }

    /// <summary>In pixels.</summary>
    public int Width { get; }

    /// <summary>In pixels.</summary>
    public int Height { get; }

    /// <summary>Width of the picture that it was made of, as it is looked at, in pixels; large pictures are reduced.</summary>
    public int PictureWidth { get; private set; }

    /// <summary>Height of that picture, in pixels.</summary>
    public int PictureHeight { get; private set; }

    /// <summary>One row of ink, 0 = paper, 255 = full ink.</summary>
    /// <param name="y">0 is the top row.</param>
    public ReadOnlySpan<byte> Row(int y) => _ink.AsSpan(y * Width, Width);

    /// <summary>All rows, one after the other.</summary>
    public ReadOnlySpan<byte> Pixels => Ink;

    /// <summary>The same picture at a size to be looked at.</summary>
    /// <param name="mostSide">The longer side is at most this many pixels; larger planes are scaled down, at least 1.</param>
    /// <returns>A plane of its own, to be disposed.</returns>
    public unsafe InkPlane Shrink(int mostSide)
    {
        var scale = Math.Min(1, (double)mostSide / Math.Max(Width, Height));
        var small = Rent(Math.Max(1, (int)Math.Round(Width * scale)), Math.Max(1, (int)Math.Round(Height * scale)));
        fixed (byte* from = Ink, to = small.Ink)
        {
            using var source = new SKPixmap(new SKImageInfo(Width, Height, SKColorType.Gray8), (nint)from);
            using var target = new SKPixmap(new SKImageInfo(small.Width, small.Height, SKColorType.Gray8), (nint)to);
            if (!source.ScalePixels(target, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)))
                throw new InvalidOperationException($"A plane of {Width}×{Height} pixels can't be scaled.");
        }

        return small;
    }

    /// <summary>
    /// The same picture at a whole part of its size, each pixel the mean of a square of pixels; what is left over at right and bottom is cut off.
    /// </summary>
    /// <param name="times">At least 1, and at most the shorter side.</param>
    /// <returns>This plane where it is 1; otherwise another, and this one is disposed.</returns>
    internal InkPlane Reduce(int times)
    {
        if (times < 2)
            return this;

        using var large = this;
        var small = Rent(Width / times, Height / times).As(PictureWidth, PictureHeight, transposed: false);
        var sums = new int[small.Width];
        for (var y = 0; y < small.Height; y++)
        {
            Array.Clear(sums);
            for (var dy = 0; dy < times; dy++)
                AddUp(large.Row(y * times + dy), sums, times);
            for (var x = 0; x < sums.Length; x++)
                small.Ink[y * small.Width + x] = (byte)(sums[x] / (times * times));
        }

        return small;
    }

    /// <summary>Adds each stretch of a row to the sum of a column.</summary>
    /// <param name="row">Levels, at least <paramref name="times"/> for each sum.</param>
    /// <param name="sums">One a column.</param>
    /// <param name="times">Levels of a stretch.</param>
    internal static void AddUp(ReadOnlySpan<byte> row, Span<int> sums, int times)
    {
        for (int i = 0, x = 0; i < sums.Length; i++)
        {
            var sum = 0;
            for (var end = x + times; x < end; x++)
                sum += row[x];
            sums[i] += sum;
        }
    }

    /// <summary>Ends the plane's use.</summary>
    public void Dispose()
    {
        if (_rented && _ink.Length > 0)
            ArrayPool<byte>.Shared.Return(_ink);
        _ink = [];
    }

    /// <summary>A plane in rented memory, of any content.</summary>
    internal static InkPlane Rent(int width, int height) => new(width, height);

    /// <summary>Says what picture it was made of.</summary>
    internal InkPlane As(int storedWidth, int storedHeight, bool transposed)
    {
        (PictureWidth, PictureHeight) = transposed ? (storedHeight, storedWidth) : (storedWidth, storedHeight);
        return this;
    }

    /// <summary>All of the ink, to be written.</summary>
    internal Span<byte> Ink => _ink.AsSpan(0, Width * Height);
}
