using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using SkiaSharp;

namespace MnistReader.Imaging.Png;

/// <summary>What a PNG's header and the chunks before its pixels say of them: how a row of samples becomes a row of colours.</summary>
internal sealed class PngPixels
{
    private const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, Rgba = 6;

    private static readonly SearchValues<byte> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private readonly int _depth, _kind, _channels;

    // the colour of each sample of up to 8 bits, alpha high, red low; null where a pixel has several samples, or one of 16 bits
    private uint[]? _colours;
    private int _colourCount;
    private byte[]? _transparent; // the samples of the one colour that is transparent, where there is one and no table

    private PngPixels(int width, int height, int depth, int kind, bool isInterlaced)
    {
        (Width, Height, _depth, _kind, IsInterlaced) = (width, height, depth, kind, isInterlaced);
        _channels = kind switch { Rgb => 3, GreyAlpha => 2, Rgba => 4, _ => 1 };
        if (kind is Grey && depth <= 8)
        {
            _colourCount = 1 << depth;
            _colours = [.. Enumerable.Range(0, _colourCount).Select(level => 0xFF000000 | (0x010101u * (uint)(level * 255 / (_colourCount - 1))))];
        }
    }

    /// <summary>In pixels, at least 1.</summary>
    public int Width { get; }

    /// <summary>In pixels, at least 1.</summary>
    public int Height { get; }

    /// <summary>Whether the rows come in seven passes.</summary>
    public bool IsInterlaced { get; }

    /// <summary>Whether the samples are the grey levels, one byte each, none of them transparent.</summary>
    public bool IsGrey => _kind is Grey && _depth == 8 && _colours![^1] >> 24 == 255 && !HasTransparency;

    /// <summary>False where the palette is still to come.</summary>
    public bool HasColours => _kind is not Palette || _colours is not null;

    /// <summary>How the picture is to be turned.</summary>
    public SKEncodedOrigin Origin { get; private set; } = SKEncodedOrigin.TopLeft;

    /// <summary>How far back the filters look: the bytes of a pixel, at least 1.</summary>
    public int FilterBytes => Math.Max(1, _channels * _depth / 8);

    private bool HasTransparency { get; set; }

    /// <summary>Reads a header.</summary>
    /// <param name="header">The 13 bytes of IHDR.</param>
    /// <returns>Null where there is no such PNG.</returns>
    public static PngPixels? Of(ReadOnlySpan<byte> header)
    {
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        var isKnown = (header[9], header[8]) is (Grey, 1 or 2 or 4 or 8 or 16) or (Rgb or GreyAlpha or Rgba, 8 or 16) or (Palette, 1 or 2 or 4 or 8);
        return width > 0 && height > 0 && isKnown && header[10..] is [0, 0, 0 or 1]
            ? new PngPixels(width, height, header[8], header[9], header[12] == 1)
            : null;
    }

    /// <summary>The bytes of a row of so many pixels.</summary>
    public int RowBytes(int width) => (width * _channels * _depth + 7) / 8;

    /// <summary>Takes from a chunk that holds no pixels what matters for them.</summary>
    /// <param name="name">Its four letters.</param>
    /// <param name="data">Its content.</param>
    /// <param name="beforePixels">Whether it stands where palette and transparency belong.</param>
    /// <returns>False where the codec has to say what it means.</returns>
    public bool Takes(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, bool beforePixels)
    {
        if (name.SequenceEqual("eXIf"u8))
            Origin = ImageMetadata.Orientation(data);
        else if (name.SequenceEqual("PLTE"u8))
            return TakesPalette(data, beforePixels);
        else if (name.SequenceEqual("tRNS"u8))
            return TakesTransparency(data, beforePixels);
        else
            // by a small letter at the front the others can be done without, but for an animation, which may show something else first
            return name is [>= (byte)'a', _, <= (byte)'Z', _] && !name.ContainsAnyExcept(Letters) && !name.SequenceEqual("acTL"u8);

        return true;
    }

    /// <summary>Turns a row of samples into colours.</summary>
    /// <param name="samples">As they are stored.</param>
    /// <param name="colours">One a pixel; may be written to.</param>
    /// <returns>Four bytes a pixel; empty where a sample stands for no colour.</returns>
    public ReadOnlySpan<byte> AsRgba(ReadOnlySpan<byte> samples, Span<uint> colours)
    {
        if (_kind is Rgba && _depth == 8)
            return samples;
        if (_colours is not null)
            return LookUp(samples, colours) ? MemoryMarshal.AsBytes(colours) : [];

        var (step, pixelBytes) = (_depth / 8, FilterBytes); // of 16 bits the high ones, which come first
        for (var x = _kind is Rgb && _depth == 8 && _transparent is null ? Widen(samples, colours) : 0; x < colours.Length; x++)
        {
            var pixel = samples.Slice(x * pixelBytes, pixelBytes);
            var colour = _kind is Rgb or Rgba ? pixel[0] | (uint)pixel[step] << 8 | (uint)pixel[2 * step] << 16 : 0x010101u * pixel[0];
            var alpha = _kind switch
            {
                GreyAlpha => pixel[step],
                Rgba => pixel[3 * step],
                _ => _transparent is not null && pixel.SequenceEqual(_transparent) ? (byte)0 : byte.MaxValue,
            };
            colours[x] = colour | (uint)alpha << 24;
        }

        return MemoryMarshal.AsBytes(colours);
    }

    // most PNGs are of three bytes a pixel: four of them at a time; how many were done, since the last may be too few
    private static int Widen(ReadOnlySpan<byte> rgb, Span<uint> colours)
    {
        var x = 0;
        for (; 3 * x + Vector128<byte>.Count <= rgb.Length; x += 4)
        {
            var spread = Vector128.Create(0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11, (byte)16); // 16 gives 0
            var four = Vector128.Shuffle(Vector128.Create(rgb[(3 * x)..]), spread);
            (four.AsUInt32() | Vector128.Create(0xFF000000)).CopyTo(colours[x..]);
        }

        return x;
    }

    private bool LookUp(ReadOnlySpan<byte> samples, Span<uint> colours)
    {
        var table = _colours.AsSpan(0, _colourCount);
        var mask = (1 << _depth) - 1;
        for (var (x, bit) = (0, 0); x < colours.Length; x++, bit += _depth)
        {
            var sample = samples[bit >> 3] >> (8 - _depth - (bit & 7)) & mask;
            if (sample >= table.Length)
                return false;
            colours[x] = table[sample];
        }

        return true;
    }

    private bool TakesPalette(ReadOnlySpan<byte> data, bool beforePixels)
    {
        if (_kind is Rgb or Rgba)
            return true; // a suggestion for screens of few colours
        if (_kind is not Palette || !beforePixels || _colours is not null || data.Length % 3 != 0 || data.Length is 0 || data.Length > 3 << _depth)
            return false;

        _colourCount = data.Length / 3;
        _colours = new uint[_colourCount];
        for (var i = 0; i < _colourCount; i++)
            _colours[i] = 0xFF000000 | data[3 * i] | (uint)data[3 * i + 1] << 8 | (uint)data[3 * i + 2] << 16;
        return true;
    }

    private bool TakesTransparency(ReadOnlySpan<byte> data, bool beforePixels)
    {
        if (!beforePixels || HasTransparency || !HasColours)
            return false;

        HasTransparency = true;
        switch (_kind)
        {
            case Palette when data.Length <= _colourCount:
                for (var i = 0; i < data.Length; i++)
                    _colours![i] = _colours[i] & 0xFFFFFF | (uint)data[i] << 24;
                return true;
            case Grey when data.Length == 2 && _colours is not null:
                if (BinaryPrimitives.ReadUInt16BigEndian(data) is var level && level < _colourCount)
                    _colours[level] &= 0xFFFFFF;
                return true;
            case Grey when data.Length == 2:
                _transparent = data.ToArray();
                return true;
            case Rgb when data.Length == 6:
                _transparent = _depth == 16 ? data.ToArray() : [data[1], data[3], data[5]];
                return data[0] == 0 || _depth == 16;
            default:
                return false;
        }
    }
}
