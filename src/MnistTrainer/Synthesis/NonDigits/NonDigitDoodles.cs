using SkiaSharp;

namespace MnistTrainer.Synthesis.NonDigits;

/// <summary>Strokes with so many turns that they are no digit by accident.</summary>
internal static class NonDigitDoodles
{
    private const float Side = NonDigitCanvas.Side;
    private const float Margin = 16; // px, room for the pen and for corners that are rotated

    /// <summary>Draws curves, a zigzag, a spiral, hatching or rays.</summary>
    /// <param name="canvas">Paper of <see cref="NonDigitCanvas"/>.</param>
    /// <param name="random">Draws the kind and its shape.</param>
    public static void Draw(SKCanvas canvas, Random random)
    {
        using var path = random.Next(5) switch
        {
            0 or 1 => Curves(random),
            2 => Zigzag(random),
            3 => Spiral(random),
            _ => random.Next(2) == 0 ? Hatching(random) : Burst(random),
        };
        using var pen = NonDigitCanvas.RoundPen(random.Between(3, 8));
        canvas.RotateDegrees(random.Between(0, 360), Side / 2, Side / 2);
        canvas.DrawPath(path, pen);
    }

    private static SKPath Curves(Random random)
    {
        using var builder = new SKPathBuilder();
        var strokes = random.Next(2, 7);
        for (var stroke = 0; stroke < strokes; stroke++)
        {
            var (at, control) = (random.Point(Margin), random.Point(Margin));
            builder.MoveTo(at);
            for (var segment = 0; segment < Math.Max(2, 7 - strokes); segment++)
            {
                var (secondControl, end) = (random.Point(Margin), random.Point(Margin));
                builder.CubicTo(control, secondControl, end);
                control = end + end - secondControl; // no corner where two segments meet
            }
        }

        return builder.Detach();
    }

    private static SKPath Zigzag(Random random)
    {
        var turns = random.Next(5, 11);
        var step = (Side - 2 * Margin) / (turns + 1);
        var height = random.Between(0.5f, 1);
        return Polyline(Enumerable.Range(0, turns + 2).Select(i => new SKPoint(
            Margin + i * step + random.Between(-0.3f, 0.3f) * step,
            Side / 2 + (i % 2 - 0.5f) * height * random.Between(0.6f, 1) * (Side - 2 * Margin))));
    }

    private static SKPath Spiral(Random random)
    {
        const int pointsPerTurn = 24;
        var turns = random.Between(2.5f, 5);
        var (direction, flatness) = (random.Next(2) * 2 - 1, random.Between(0.7f, 1));
        return Polyline(Enumerable.Range(0, (int)(turns * pointsPerTurn)).Select(i =>
        {
            var angle = direction * i * 2 * MathF.PI / pointsPerTurn;
            var radius = (Side / 2 - Margin) * i / (turns * pointsPerTurn);
            return new SKPoint(Side / 2 + radius * MathF.Cos(angle), Side / 2 + flatness * radius * MathF.Sin(angle));
        }));
    }

    private static SKPath Hatching(Random random)
    {
        using var builder = new SKPathBuilder();
        var lines = random.Next(4, 9);
        var crossed = random.Next(2) == 0;
        for (var line = 0; line < lines; line++)
        {
            var across = Margin + line * (Side - 2 * Margin) / (lines - 1);
            Line(across, Margin, across, Side - Margin);
            if (crossed)
                Line(Margin, across, Side - Margin, across);
        }

        return builder.Detach();

        void Line(float fromX, float fromY, float toX, float toY)
        {
            builder.MoveTo(fromX + random.Between(-4, 4), fromY + random.Between(-10, 10));
            builder.LineTo(toX + random.Between(-4, 4), toY + random.Between(-10, 10));
        }
    }

    private static SKPath Burst(Random random)
    {
        var rays = random.Next(5, 13);
        var centre = new SKPoint(Side / 2, Side / 2);
        return Polyline(Enumerable.Range(0, rays).SelectMany(ray =>
        {
            var (sin, cos) = MathF.SinCos((ray + random.Between(-0.3f, 0.3f)) * 2 * MathF.PI / rays);
            var length = random.Between(0.5f, 1) * (Side / 2 - Margin);
            return (SKPoint[])[centre, centre + new SKPoint(length * cos, length * sin)];
        }));
    }

    private static SKPath Polyline(IEnumerable<SKPoint> points)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly([.. points], close: false);
        return builder.Detach();
    }
}
