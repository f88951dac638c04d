using System.Globalization;
using System.Text;
using MnistTrainer.Datasets.Strokes;

namespace MnistTrainer.Tests.Datasets.Strokes;

/// <summary>Writes digits as UCI's archive holds them: UNIPEN, packed by Unix' compress.</summary>
internal static class UciArchive
{
    private const string Header = """
        .VERSION 1.0
        .INCLUDE ./pendigits.doc
        .LEXICON ./digits.lex
        .HIERARCHY DIGIT


        """;

    public static string Write(IEnumerable<WrittenSign> digits)
    {
        var text = new StringBuilder(Header);
        foreach (var (index, digit) in digits.Index())
        {
            text.Append(CultureInfo.InvariantCulture,
                $".SEGMENT DIGIT 0-{digit.Strokes.Count - 1} ? \"{digit.Label}\"\n.COMMENT {digit.Label} {digit.Writer} {index}\n");
            foreach (var stroke in digit.Strokes)
            {
                text.Append(".PEN_DOWN\n");
                foreach (var point in stroke)
                    text.Append(CultureInfo.InvariantCulture, $"{point.X}\t{-point.Y}\n");
                text.Append(".PEN_UP\n.DT 100\n");
            }
        }

        return text.ToString();
    }

    /// <summary>What <c>compress</c> might write (.Z): every byte as a code of its own, in as many bits as its growing dictionary calls for.</summary>
    public static byte[] Pack(string text)
    {
        using var packed = new MemoryStream();
        packed.Write([0x1f, 0x9d, 0x90]); // magic; up to 16 bits, and the code that empties the dictionary is kept free
        var (waiting, bits, width, entries) = (0UL, 0, 9, 256);
        foreach (var code in Encoding.ASCII.GetBytes(text))
        {
            if (++entries > 1 << width && width < 16) // each code but the first enters the dictionary, from number 257
                width++;
            waiting |= (ulong)code << bits;
            for (bits += width; bits >= 8; bits -= 8, waiting >>= 8)
                packed.WriteByte((byte)waiting);
        }

        if (bits > 0)
            packed.WriteByte((byte)waiting);
        return packed.ToArray();
    }
}
