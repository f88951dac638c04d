using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MnistReader.Imaging.Png;

/// <summary>
/// The five filters of PNG, undone: a row is stored as its difference to what could be guessed from the pixel to the left, above, or above to the left (PNG
/// specification, 3rd edition, section 9).
/// Rows of three or four bytes a pixel are worked on a pixel or four at a time.
/// </summary>
internal static class PngFilter
{
    private const int None = 0, Sub = 1, Up = 2, Average = 3, Paeth = 4;

    /// <summary>Turns a filtered row into its pixels.</summary>
    /// <param name="filter">The first byte of the row.</param>
    /// <param name="row">The others; written over.</param>
    /// <param name="above">The pixels of the row above; zeros above the first.</param>
    /// <param name="pixelBytes">Bytes a pixel, 1 to 8; 1 where several pixels share one.</param>
    /// <returns>False where there is no such filter.</returns>
    public static bool TryUndo(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (filter)
        {
            case None:
                return true;
            case Sub when pixelBytes == 4:
                AddLeft(row);
                return true;
            case Sub:
                for (var i = pixelBytes; i < row.Length; i++)
                    row[i] += row[i - pixelBytes];
                return true;
            case Up:
                TensorPrimitives.Add(row, above, row);
                return true;
            case Average when pixelBytes == 4:
                AddAverage(MemoryMarshal.Cast<byte, uint>(row), MemoryMarshal.Cast<byte, uint>(above));
                return true;
            case Average:
                for (var i = 0; i < row.Length; i++)
                    row[i] += (byte)(((i < pixelBytes ? 0 : row[i - pixelBytes]) + above[i]) >> 1);
                return true;
            case Paeth when pixelBytes is 3 or 4:
                AddNearest(row, above, pixelBytes);
                return true;
            case Paeth:
                for (var i = 0; i < Math.Min(pixelBytes, row.Length); i++)
                    row[i] += above[i];
                for (var i = pixelBytes; i < row.Length; i++)
                    row[i] += Nearest(row[i - pixelBytes], above[i], above[i - pixelBytes]);
                return true;
            default:
                return false;
        }
    }

    // four pixels at a time: each adds up all to its left
    private static void AddLeft(Span<byte> row)
    {
        var left = Vector128<byte>.Zero;
        var i = 0;
        for (; i <= row.Length - 16; i += 16)
        {
            var four = Vector128.Create<byte>(row[i..]);
            four += Vector128.Shuffle(four, Vector128.Create(16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, (byte)11)); // 16 and above give 0
            four += Vector128.Shuffle(four, Vector128.Create(16, 16, 16, 16, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, (byte)7));
            four += left;
            four.CopyTo(row[i..]);
            left = Vector128.Shuffle(four, Vector128.Create(12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, (byte)15));
        }

        for (i = Math.Max(i, 4); i < row.Length; i++)
            row[i] += row[i - 4];
    }

    // four bytes at a time in one number: no carry goes from one to the next
    private static void AddAverage(Span<uint> row, ReadOnlySpan<uint> above)
    {
        const uint low = 0x7F7F7F7F;
        var left = 0u;
        for (var i = 0; i < row.Length; i++)
        {
            var average = (left & above[i]) + (((left ^ above[i]) >> 1) & low);
            left = ((row[i] & low) + (average & low)) ^ ((row[i] ^ average) & ~low);
            row[i] = left;
        }
    }

    private static void AddNearest(Span<byte> row, ReadOnlySpan<byte> above, int pixelBytes)
    {
        var (left, corner) = (Vector128<short>.Zero, Vector128<short>.Zero);
        for (var i = 0; i < row.Length; i += pixelBytes)
        {
            var up = Read(above[i..], pixelBytes);
            var (upwards, sideways) = (up - corner, left - corner);
            var (toLeft, toUp, toCorner) = (Vector128.Abs(upwards), Vector128.Abs(sideways), Vector128.Abs(upwards + sideways));
            var nearest = Vector128.ConditionalSelect(
                Vector128.LessThanOrEqual(toLeft, toUp) & Vector128.LessThanOrEqual(toLeft, toCorner), left,
                Vector128.ConditionalSelect(Vector128.LessThanOrEqual(toUp, toCorner), up, corner));
            left = (Read(row[i..], pixelBytes) + nearest) & Vector128.Create<short>(0xFF);
            corner = up;
            Write(row[i..], pixelBytes, Vector128.Narrow(left, left).AsUInt32().ToScalar());
        }

        static Vector128<short> Read(ReadOnlySpan<byte> pixel, int pixelBytes) => Vector128.WidenLower(Vector128.CreateScalar(
            pixelBytes == 4 ? MemoryMarshal.Read<uint>(pixel) : MemoryMarshal.Read<ushort>(pixel) | (uint)pixel[2] << 16).AsByte()).AsInt16();

        static void Write(Span<byte> pixel, int pixelBytes, uint value)
        {
            if (pixelBytes == 4)
            {
                MemoryMarshal.Write(pixel, value);
                return;
            }

            MemoryMarshal.Write(pixel, (ushort)value);
            pixel[2] = (byte)(value >> 16);
        }
    }

    // whichever of the three is nearest to left + up - corner
    private static byte Nearest(byte left, byte up, byte corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
