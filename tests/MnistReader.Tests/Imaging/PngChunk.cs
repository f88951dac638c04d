using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace MnistReader.Tests.Imaging;

/// <summary>A chunk of a PNG, with its checksum.</summary>
internal static class PngChunk
{
    public static byte[] Of(string name, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(name, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc32.HashToUInt32(chunk.AsSpan(4, data.Length + 4)));
        return chunk;
    }
}
