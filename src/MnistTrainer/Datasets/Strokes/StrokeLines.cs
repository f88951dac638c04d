using System.Globalization;
using System.Numerics;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>
/// Pen strokes as text, one sign a line: sign, <c>sign_writer_sample</c>, part (<c>tra</c> and <c>tes</c> of UCI's pen digits, <c>uni</c> of UniPen), strokes,
/// separated by tabs; strokes by <c>;</c>, points by a space, <c>x,y</c> with y up. A writer of UniPen is <c>SITE-FILE</c>.
/// </summary>
internal static class StrokeLines
{
    /// <summary>Reads such a file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="name">For messages.</param>
    /// <returns>The signs of each part, in the order of the file; a part that has none isn't there.</returns>
    /// <exception cref="InvalidDataException">A line can't be read, and the message names it; or there is none.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyList<WrittenSign>> Parse(string text, string name)
    {
        var parts = new Dictionary<string, IReadOnlyList<WrittenSign>>();
        foreach (var (index, line) in text.Split('\n').Select(line => line.TrimEnd('\r')).Index())
        {
            if (line.Length == 0)
                continue;

            try
            {
                var fields = line.Split('\t');
                var (sign, id, part) = (fields[0], fields[1], fields[2]);
                var writer = id[(sign.Length + 1)..id.LastIndexOf('_')];
                var strokes = fields[3].Split(';').Select(stroke => stroke.Split(' ').Select(point => point.Split(',')));
                if (!parts.TryGetValue(part, out var signs))
                    parts[part] = signs = new List<WrittenSign>();
                ((List<WrittenSign>)signs).Add(part switch
                {
                    PenDigits.TrainingPart or PenDigits.TestPart => PenDigits.Digit(sign, writer, strokes),
                    UniPen.Part => UniPen.Sign(sign, writer, strokes),
                    _ => throw new FormatException(),
                });
            }
            catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException or FormatException or OverflowException)
            {
                throw new InvalidDataException(
                    $"'{name}', line {index + 1}: expected a sign, sign_writer_sample, " +
                    $"{PenDigits.TrainingPart}, {PenDigits.TestPart} or {UniPen.Part}, and strokes, separated by tabs.", e);
            }
        }

        return parts.Count > 0 ? parts : throw new InvalidDataException($"'{name}' holds no signs.");
    }

    /// <summary>Points as the programs want them: y down, where tablets have it up.</summary>
    /// <param name="strokes">x and y as numbers with a decimal point.</param>
    /// <exception cref="FormatException">There is no stroke, or one without a point, or a point that isn't two numbers.</exception>
    public static IReadOnlyList<IReadOnlyList<Vector2>> Points(IEnumerable<IEnumerable<string[]>> strokes)
    {
        var points = strokes.Select(stroke => stroke.Select(point => new Vector2(Number(point[0]), -Number(point[1]))).ToArray()).ToArray();
        return points.Length > 0 && points.All(stroke => stroke.Length > 0) ? points : throw new FormatException();

        static float Number(string text) => float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) is var number && float.IsFinite(number)
            ? number
            : throw new FormatException();
    }
}
