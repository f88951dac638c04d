using System.Buffers.Binary;
using System.IO.Compression;

namespace MnistReader.Idx;

/// <summary>MNIST's own file format: two zero bytes, element type, number of dimensions, the dimensions (32-bit big-endian), then the elements.</summary>
internal static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads a file, raw or gzipped (told by content).</summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>The decompressed bytes, header included.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The gzip stream is damaged.</exception>
    public static byte[] ReadBytes(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes is not [0x1f, 0x8b, ..])
            return bytes;

        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var decompressed = new MemoryStream();
        try
        {
            gzip.CopyTo(decompressed);
            return decompressed.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is a gzip file that is damaged or cut off.", e);
        }
    }

    /// <summary>The header of a file of unsigned bytes; the elements follow it.</summary>
    /// <param name="dimensions">One number each, at least 0.</param>
    public static byte[] Header(params ReadOnlySpan<int> dimensions)
    {
        var header = new byte[4 + 4 * dimensions.Length];
        (header[2], header[3]) = (UnsignedByte, (byte)dimensions.Length);
        for (var i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), dimensions[i]);
        return header;
    }

    /// <summary>Checks the header and returns the elements behind it.</summary>
    /// <param name="file">Decompressed bytes of the file.</param>
    /// <param name="name">For messages.</param>
    /// <param name="dimensions">The dimensions that are expected; −1 stands for any.</param>
    /// <returns>The elements, row after row, without a copy.</returns>
    /// <exception cref="InvalidDataException">Another magic number, type, dimension or length than expected.</exception>
    public static ReadOnlyMemory<byte> Parse(ReadOnlyMemory<byte> file, string name, params ReadOnlySpan<int> dimensions)
    {
        var header = file.Span;
        if (header is not [0, 0, var type, var rank, ..])
            throw new InvalidDataException($"'{name}' is not an IDX file: it doesn't begin with two zero bytes.");
        if (type != UnsignedByte)
            throw new InvalidDataException($"'{name}' holds elements of type 0x{type:x2}; MNIST's are unsigned bytes (0x08).");
        if (rank != dimensions.Length || header.Length < 4 + 4 * rank)
            throw new InvalidDataException($"'{name}' has {rank} dimensions; {dimensions.Length} are expected.");

        long elements = 1;
        for (var i = 0; i < rank; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + 4 * i)..]);
            if (dimensions[i] >= 0 && size != dimensions[i])
                throw new InvalidDataException($"'{name}' has size {size} in dimension {i}; {dimensions[i]} is expected.");
            elements *= size;
        }

        var content = file[(4 + 4 * rank)..];
        return content.Length == elements
            ? content
            : throw new InvalidDataException($"'{name}' should hold {elements:N0} bytes after its header, but holds {content.Length:N0}. Download it again.");
    }
}
