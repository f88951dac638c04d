namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// Digits of a type, as meters, displays, stamps and forms show them: of seven segments, or of lines and arcs, with a pen of one width or a broad one that
/// makes upright lines thick and level ones thin, with feet or without.
/// </summary>
internal sealed class PrintedDigits
{
    /// <summary>The segments of each digit: bit 0 top, then clockwise, bit 6 the middle.</summary>
    private static readonly int[] Segments = [0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F];

    private readonly bool _isDisplay;
    private readonly float _width, _gap, _breadth;
    private readonly bool _isPlainOne, _isOpenFour, _isFlatThree, _hasFeet;

    /// <summary>Draws a type.</summary>
    /// <param name="random">Draws it.</param>
    public PrintedDigits(Random random)
    {
        _isDisplay = random.Next(4) == 0;
        PenWidth = _isDisplay ? random.Between(0.08f, 0.18f) : 0.06f * (float)Math.Pow(4.5, random.NextDouble());
        _width = random.Between(0.42f, 0.75f);
        _gap = random.Between(0.5f, 0.9f) * PenWidth; // from a corner to where a segment begins
        (_isPlainOne, _isOpenFour, _isFlatThree) = (random.Next(3) == 0, random.Next(4) == 0, random.Next(8) == 0);
        (_breadth, _hasFeet) = (0, !_isDisplay && random.Next(3) == 0);
        if (!_isDisplay && random.Next(3) == 0)
            (PenWidth, _breadth) = (random.Between(0.03f, 0.09f), random.Between(0.03f, 0.15f));
    }

    /// <summary>Of the lines, in sheet units: a digit is 1 high.</summary>
    public float PenWidth { get; }

    /// <summary>Prints a digit: its left end at x = 0, on the line y = 0.</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="slant">How far it leans to the right, in units a unit of height.</param>
    public Glyph Write(char digit, float slant)
    {
        var half = PenWidth / 2;
        var (wide, high) = (_width - PenWidth - _breadth, 1 - PenWidth);
        var lines = _isDisplay ? Display(digit - '0') : Lines(digit - '0');
        if (_hasFeet)
            lines = lines.Concat(Feet(digit - '0'));
        var shifts = _breadth == 0 ? 1 : 2 + (int)(2 * _breadth / PenWidth); // a broad pen is a round one at places half its width apart
        return new Glyph(digit, [.. lines.SelectMany(line => Enumerable.Range(0, shifts).Select(shift =>
            Array.ConvertAll(line, point => Place(point, shift == 0 ? 0 : _breadth * shift / (shifts - 1)))))], PenWidth);

        (float, float) Place((float X, float Y) point, float right)
        {
            var (x, y) = (half + point.X * wide + right, (point.Y - 1) * high - half);
            return (x - slant * y, y);
        }
    }

    /// <summary>Lines within a box of 1×1, y down.</summary>
    private IEnumerable<(float X, float Y)[]> Display(int digit)
    {
        var (across, down) = (_gap / Math.Max(0.1f, _width - PenWidth), _gap / (1 - PenWidth));
        (float X, float Y)[][] all =
        [
            [(across, 0), (1 - across, 0)], [(1, down), (1, 0.5f - down)], [(1, 0.5f + down), (1, 1 - down)], [(across, 1), (1 - across, 1)],
            [(0, 0.5f + down), (0, 1 - down)], [(0, down), (0, 0.5f - down)], [(across, 0.5f), (1 - across, 0.5f)],
        ];
        return all.Where((_, segment) => (Segments[digit] >> segment & 1) == 1);
    }

    /// <summary>The same; angles of arcs in quarters of a turn from the right end, clockwise.</summary>
    private IEnumerable<(float X, float Y)[]> Lines(int digit) => digit switch
    {
        0 => [Arc(0.5f, 0.5f, 0.5f, 0.5f, 0, 4)],
        1 when _isPlainOne => [[(0.5f, 0), (0.5f, 1)]],
        1 => [[(0.15f, 0.22f), (0.55f, 0), (0.55f, 1)]],
        2 => [[.. Arc(0.5f, 0.28f, 0.48f, 0.28f, 1.9f, 4.3f), (0, 1), (1, 1)]],
        3 when _isFlatThree => [[(0.05f, 0), (0.95f, 0), (0.45f, 0.4f), .. Arc(0.48f, 0.7f, 0.5f, 0.3f, 3, 5.8f)]],
        3 => [[.. Arc(0.47f, 0.25f, 0.45f, 0.25f, 2.1f, 5)], [.. Arc(0.47f, 0.73f, 0.5f, 0.27f, 3, 5.9f)]],
        4 when _isOpenFour => [[(0.1f, 0), (0.1f, 0.6f), (1, 0.6f)], [(0.75f, 0.25f), (0.75f, 1)]],
        4 => [[(0.75f, 1), (0.75f, 0), (0, 0.68f), (1, 0.68f)]],
        5 => [[(0.9f, 0), (0.12f, 0), (0.06f, 0.45f), .. Arc(0.48f, 0.67f, 0.5f, 0.33f, 2.6f, 5.8f)]],
        6 => [Six],
        7 => [[(0, 0), (1, 0), (0.35f, 1)]],
        8 => [Arc(0.5f, 0.25f, 0.44f, 0.25f, 0, 4), Arc(0.5f, 0.74f, 0.5f, 0.26f, 0, 4)],
        _ => [Array.ConvertAll(Six, point => (1 - point.X, 1 - point.Y))],
    };

    /// <summary>What types with serifs have at the ends of some lines.</summary>
    private IEnumerable<(float X, float Y)[]> Feet(int digit) => digit switch
    {
        1 => [[(_isPlainOne ? 0.15f : 0.2f, 1), (_isPlainOne ? 0.85f : 0.9f, 1)]],
        2 => [[(1, 1), (1, 0.85f)]],
        4 => [[(0.5f, 1), (1, 1)]],
        5 => [[(0.9f, 0), (0.93f, -0.04f)]],
        7 => [[(0, 0), (0, 0.15f)]],
        _ => [],
    };

    private static (float X, float Y)[] Six => [(0.85f, 0.08f), .. Arc(0.55f, 0.5f, 0.55f, 0.5f, 3.2f, 2), .. Arc(0.5f, 0.68f, 0.5f, 0.32f, 2, 6)];

    private static (float X, float Y)[] Arc(float x, float y, float radiusX, float radiusY, float from, float to) => [.. Enumerable.Range(0, 17).Select(step =>
    {
        // rounded: libraries of other systems differ in the last bit of a sine
        var (sin, cos) = Math.SinCos((from + (to - from) * step / 16) * Math.PI / 2);
        return ((float)Math.Round(x + radiusX * cos, 4), (float)Math.Round(y + radiusY * sin, 4));
    })];
}
