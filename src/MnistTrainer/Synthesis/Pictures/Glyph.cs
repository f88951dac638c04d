using MnistReader.Framing;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// One written character on a sheet, either as pen strokes or as an image of ink. The line is at y = 0, a digit about 1 high, y down.
/// </summary>
/// <param name="Symbol">0 to 9, a separator, or a letter.</param>
/// <param name="Strokes">Points in sheet coordinates; empty for an image.</param>
/// <param name="PenWidth">Of the strokes, in sheet units.</param>
internal sealed record Glyph(char Symbol, IReadOnlyList<(float X, float Y)[]> Strokes, float PenWidth)
{
    /// <summary>28×28 bytes of ink; null for strokes.</summary>
    public DigitImage? Image { get; init; }

    /// <summary>Of an image: sheet x at the left of its ink on the line, and units a pixel across and down.</summary>
    public (float Left, float Across, float Down) Placing { get; init; }

    /// <summary>Of an image: how far it leans to the right, in units a unit of height; and where it stands above the line.</summary>
    public (float Slant, float Rise) Lean { get; init; }

    /// <summary>Of an image: how far its middle is to the right of where it would be, and which part is enlarged: the upper where above 0.</summary>
    public (float Bend, float Head) Warp { get; init; }

    /// <summary>Of an image: the box of its ink, in its pixels.</summary>
    public (int Left, int Top, int Right, int Bottom) Ink { get; init; }

    /// <summary>The box around it, in sheet coordinates.</summary>
    public SheetBox Box
    {
        get
        {
            if (Image is not null)
            {
                var (height, width) = ((Ink.Bottom - Ink.Top) * Placing.Down, (Ink.Right - Ink.Left) * Placing.Across);
                var lean = Lean.Slant * height;
                return new SheetBox(Placing.Left + Math.Min(0, lean) + Math.Min(0, Warp.Bend), -height - Lean.Rise,
                    Placing.Left + width + Math.Max(0, lean) + Math.Max(0, Warp.Bend), -Lean.Rise);
            }

            var (left, top, right, bottom) = (float.MaxValue, float.MaxValue, float.MinValue, float.MinValue);
            foreach (var (x, y) in Strokes.SelectMany(stroke => stroke))
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
            return new SheetBox(left - PenWidth / 2, top - PenWidth / 2, right + PenWidth / 2, bottom + PenWidth / 2);
        }
    }

    /// <summary>The same character elsewhere.</summary>
    public Glyph Moved(float right, float down) => Image is not null
        ? this with { Placing = Placing with { Left = Placing.Left + right }, Lean = Lean with { Rise = Lean.Rise - down } }
        : this with { Strokes = [.. Strokes.Select(stroke => Array.ConvertAll(stroke, point => (point.X + right, point.Y + down)))] };

    /// <summary>Adds its ink to a plane.</summary>
    /// <param name="ink">width × height bytes, 0 = none, 255 = full; where there is more already, that stays.</param>
    /// <param name="width">Of the plane.</param>
    /// <param name="view">From the sheet to the plane.</param>
    public void Draw(Span<byte> ink, int width, in View view)
    {
        if (Image is not null)
            DrawImage(ink, width, view);
        else
            DrawStrokes(ink, width, view);
    }

    private void DrawStrokes(Span<byte> ink, int width, in View view)
    {
        var height = ink.Length / width;
        var radius = PenWidth * view.Scale / 2;
        var (reach, most) = (Math.Max(radius, 0.5f), 255 * Math.Min(1, 2 * radius)); // a pen finer than a pixel covers none wholly
        foreach (var stroke in Strokes)
        {
            var (fromX, fromY) = view.Project(stroke[0].X, stroke[0].Y);
            for (var i = stroke.Length > 1 ? 1 : 0; i < stroke.Length; i++)
            {
                var (toX, toY) = view.Project(stroke[i].X, stroke[i].Y);
                DrawSegment(ink, fromX, fromY, toX, toY);
                (fromX, fromY) = (toX, toY);
            }
        }

        void DrawSegment(Span<byte> plane, float fromX, float fromY, float toX, float toY)
        {
            var (alongX, alongY) = (toX - fromX, toY - fromY);
            var length = Math.Max(1e-6f, alongX * alongX + alongY * alongY);
            var (top, bottom) = (Clamp(Math.Min(fromY, toY) - reach - 1, height), Clamp(Math.Max(fromY, toY) + reach + 2, height));
            var (left, right) = (Clamp(Math.Min(fromX, toX) - reach - 1, width), Clamp(Math.Max(fromX, toX) + reach + 2, width));
            for (var y = top; y < bottom; y++)
            {
                for (var x = left; x < right; x++)
                {
                    var (offX, offY) = (x + 0.5f - fromX, y + 0.5f - fromY);
                    var along = Math.Clamp((offX * alongX + offY * alongY) / length, 0, 1);
                    var (awayX, awayY) = (offX - along * alongX, offY - along * alongY);
                    var covered = reach + 0.5f - MathF.Sqrt(awayX * awayX + awayY * awayY);
                    if (covered > 0)
                        Add(ref plane[y * width + x], most * Math.Min(1, covered));
                }
            }
        }
    }

    private void DrawImage(Span<byte> ink, int width, in View view)
    {
        var height = ink.Length / width;
        var (left, top, right, bottom) = Box.In(view);
        var zoom = view.Scale * Placing.Down; // pixels of the plane for one of the image
        var pad = zoom + 1;
        var (firstX, endX, firstY, endY) = (Clamp(left - pad, width), Clamp(right + pad, width), Clamp(top - pad, height), Clamp(bottom + pad, height));
        var crisp = Math.Clamp(zoom - 0.6f, 0, 1); // an enlarged edge is as sharp as a pen's
        for (var y = firstY; y < endY; y++)
        {
            for (var x = firstX; x < endX; x++)
            {
                var grey = zoom >= 1
                    ? Sample(view, x + 0.5f, y + 0.5f)
                    : (Sample(view, x + 0.25f, y + 0.25f) + Sample(view, x + 0.75f, y + 0.25f)
                        + Sample(view, x + 0.25f, y + 0.75f) + Sample(view, x + 0.75f, y + 0.75f)) / 4;
                var sharp = Math.Clamp(255 * (grey - 70) / 100, 0, 255);
                Add(ref ink[y * width + x], grey + crisp * (sharp - grey));
            }
        }
    }

    /// <summary>The image's ink at a place of the plane, 0 to 255, between its pixels in proportion.</summary>
    private float Sample(in View view, float planeX, float planeY)
    {
        var (x, y) = view.Unproject(planeX, planeY);
        var up = -y - Lean.Rise; // above the line
        var height = (Ink.Bottom - Ink.Top) * Placing.Down;
        var aside = Math.Clamp(4 * up * (height - up) / (height * height), 0, 1); // 1 in the middle of the height
        var column = (x - Placing.Left - Lean.Slant * up - Warp.Bend * aside) / Placing.Across + Ink.Left - 0.5f;
        var row = Ink.Bottom - (up - Warp.Head * aside * height / 4) / Placing.Down - 0.5f;
        if (column < -1 || row < -1 || column >= DigitImage.Side || row >= DigitImage.Side)
            return 0;

        var (left, top) = ((int)MathF.Floor(column), (int)MathF.Floor(row));
        var (right, down) = (column - left, row - top);
        return (At(left, top) * (1 - right) + At(left + 1, top) * right) * (1 - down)
            + (At(left, top + 1) * (1 - right) + At(left + 1, top + 1) * right) * down;

        float At(int atX, int atY) => atX < 0 || atY < 0 || atX >= DigitImage.Side || atY >= DigitImage.Side ? 0 : Image!.Pixels[atY * DigitImage.Side + atX];
    }

    private static int Clamp(float at, int end) => (int)Math.Clamp(at, 0, end);

    private static void Add(ref byte ink, float level) => ink = Math.Max(ink, (byte)level);
}
