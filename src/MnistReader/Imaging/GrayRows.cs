using System.Buffers;
using System.Numerics.Tensors;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>
/// Rows of colours → one plane of grey. Transparency is laid over paper, which is white, or black where the drawing itself is light. Pictures of more than
/// <see cref="MostPixels"/> are reduced while their rows come in, so that a large one takes no more memory than a small one.
/// </summary>
internal sealed class GrayRows : IDisposable
{
    /// <summary>The most pixels of a plane: 4 megapixels. A page scanned at 300 dots an inch is halved; a digit on it keeps some 30 pixels.</summary>
    public const int MostPixels = 4_194_304;

    private readonly int _width, _times;
    private readonly bool _byHue;
    private readonly byte[] _grey, _alpha; // a row as it came
    private readonly int[] _greySums = [], _alphaSums = []; // of the rows that become one
    private GrayImage? _plane; // grey × alpha
    private byte[]? _coverage; // alpha; null while nothing is transparent

    /// <summary>Begins a picture.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="inOrder">Whether the rows come whole and from the top down; others are reduced at the end.</param>
    /// <param name="picture">The picture's size where the rows are of a reduced one, in pixels; theirs when null.</param>
    /// <param name="isLossy">Whether its format leaves ripples around strokes.</param>
    /// <param name="byHue">Whether red is light and green dark, as bright as they may be, rather than what is bright.</param>
    public GrayRows(int width, int height, bool inOrder = true, SKSizeI? picture = null, bool isLossy = false, bool byHue = false)
    {
        (_width, _byHue) = (width, byHue);
        _times = inOrder ? Reduction(width, height) : 1;
        _plane = new GrayImage(width / _times, height / _times)
        {
            PictureWidth = picture?.Width ?? width,
            PictureHeight = picture?.Height ?? height,
            IsLossy = isLossy,
        };
        (_grey, _alpha) = (ArrayPool<byte>.Shared.Rent(width), ArrayPool<byte>.Shared.Rent(width));
        if (_times > 1)
            (_greySums, _alphaSums) = (new int[_plane.Width], new int[_plane.Width]);
    }

    /// <summary>Adds opaque pixels of a row.</summary>
    /// <param name="grey">One byte a pixel.</param>
    /// <param name="y">The row.</param>
    /// <param name="x">The column of the first.</param>
    /// <param name="step">From one to the next.</param>
    public void AddGrey(ReadOnlySpan<byte> grey, int y, int x = 0, int step = 1)
    {
        if (_times > 1 || _coverage is not null)
            _alpha.AsSpan(0, grey.Length).Fill(byte.MaxValue);
        Add(grey, y, x, step);
    }

    /// <summary>Adds pixels of a row.</summary>
    /// <param name="rgba">Four bytes a pixel, not premultiplied.</param>
    /// <param name="y">The row.</param>
    /// <param name="x">The column of the first.</param>
    /// <param name="step">From one to the next.</param>
    public void AddRgba(ReadOnlySpan<byte> rgba, int y, int x = 0, int step = 1)
    {
        if (_byHue)
        {
            Luminance.ByHue(rgba, _grey);
            AddGrey(_grey.AsSpan(0, rgba.Length / 4), y, x, step);
            return;
        }

        _plane!.IsColoured = true;
        var isDirect = _times == 1 && step == 1 && _coverage is null;
        var grey = isDirect ? _plane.Writable.Slice(y * _width, _width) : _grey.AsSpan(0, rgba.Length / 4);
        if (Luminance.OfOpaque(rgba, grey))
        {
            if (!isDirect)
                AddGrey(grey, y, x, step);
            return;
        }

        if (_coverage is null)
        {
            _coverage = ArrayPool<byte>.Shared.Rent(_plane.Pixels.Length);
            _coverage.AsSpan(0, _plane.Pixels.Length).Fill(byte.MaxValue); // all that came before was opaque
        }

        grey = _grey.AsSpan(0, rgba.Length / 4);
        Luminance.OfTransparent(rgba, grey, _alpha);
        Add(grey, y, x, step);
    }

    /// <summary>The picture, when all its rows are there; the caller disposes it.</summary>
    public GrayImage ToImage()
    {
        var plane = _plane!;
        _plane = null;
        if (_coverage is not null)
        {
            var coverage = _coverage.AsSpan(0, plane.Pixels.Length);
            var isLight = 255L * Sum(plane.Pixels) > 128L * Sum(coverage);
            TensorPrimitives.OnesComplement<byte>(coverage, coverage);
            if (!isLight)
                TensorPrimitives.Add(plane.Writable, coverage, plane.Writable); // grey × alpha + white × (1 - alpha)
        }

        var times = Reduction(plane.Width, plane.Height);
        if (times < 2)
            return plane;

        using var large = plane;
        return large.Reduce(times);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _plane?.Dispose();
        ArrayPool<byte>.Shared.Return(_grey);
        ArrayPool<byte>.Shared.Return(_alpha);
        if (_coverage is not null)
            ArrayPool<byte>.Shared.Return(_coverage);
    }

    private void Add(ReadOnlySpan<byte> grey, int y, int x, int step)
    {
        if (_times > 1)
        {
            GrayImage.AddUp(grey, _greySums, _times);
            GrayImage.AddUp(_alpha, _alphaSums, _times);
            if (y % _times == _times - 1 && y / _times < _plane!.Height)
                EndRow(y / _times);
            return;
        }

        Spread(grey, _plane!.Writable.Slice(y * _width, _width), x, step);
        if (_coverage is not null)
            Spread(_alpha.AsSpan(0, grey.Length), _coverage.AsSpan(y * _width, _width), x, step);
    }

    private void EndRow(int y)
    {
        var at = y * _plane!.Width;
        for (var x = 0; x < _greySums.Length; x++)
        {
            _plane.Writable[at + x] = (byte)(_greySums[x] / (_times * _times));
            if (_coverage is not null)
                _coverage[at + x] = (byte)(_alphaSums[x] / (_times * _times));
        }

        Array.Clear(_greySums);
        Array.Clear(_alphaSums);
    }

    private static void Spread(ReadOnlySpan<byte> pixels, Span<byte> row, int x, int step)
    {
        if (step == 1)
        {
            pixels.CopyTo(row[x..]);
            return;
        }

        for (var i = 0; i < pixels.Length; i++)
            row[x + i * step] = pixels[i];
    }

    private static long Sum(ReadOnlySpan<byte> levels)
    {
        var sum = 0L;
        foreach (var level in levels)
            sum += level;
        return sum;
    }

    private static int Reduction(int width, int height) =>
        Math.Clamp((int)Math.Ceiling(Math.Sqrt((double)width * height / MostPixels)), 1, Math.Min(width, height));
}
