using SkiaSharp;

namespace MnistTrainer.Synthesis.NonDigits;

/// <summary>Filled shapes, outlines, textures and dots.</summary>
internal static class NonDigitShapes
{
    private const float Side = NonDigitCanvas.Side;
    private const float Margin = 16; // px, room for corners that are rotated

    /// <summary>Draws a silhouette of 1 to 4 filled shapes, the outline of a shape, or a square of texture.</summary>
    /// <param name="canvas">Paper of <see cref="NonDigitCanvas"/>.</param>
    /// <param name="random">Draws the kind and its shape.</param>
    public static void Draw(SKCanvas canvas, Random random)
    {
        canvas.RotateDegrees(random.Between(-20, 20), Side / 2, Side / 2);
        switch (random.Next(6))
        {
            case 0: DrawOutline(canvas, random); break;
            case 1: DrawTexture(canvas, random); break;
            default: DrawSilhouette(canvas, random); break;
        }
    }

    /// <summary>Draws 1 to 5 blobs, 4 to 12 dashes, or a grid of dots.</summary>
    /// <param name="canvas">Paper of <see cref="NonDigitCanvas"/>.</param>
    /// <param name="random">Draws the kind, number, sizes and places.</param>
    public static void DrawDots(SKCanvas canvas, Random random)
    {
        using var pen = NonDigitCanvas.RoundPen(random.Between(4, 8));
        switch (random.Next(3))
        {
            case 0:
                pen.Style = SKPaintStyle.Fill;
                for (var blobs = random.Next(1, 6); blobs > 0; blobs--)
                    canvas.DrawOval(random.Point(1.5f * Margin), new SKSize(random.Between(6, 11), random.Between(6, 11)), pen);
                break;
            case 1:
                for (var dashes = random.Next(4, 13); dashes > 0; dashes--)
                {
                    var start = random.Point(1.5f * Margin);
                    canvas.DrawLine(start, start + new SKPoint(random.Between(-14, 14), random.Between(-14, 14)), pen);
                }

                break;
            default:
                var (columns, rows) = (random.Next(2, 6), random.Next(2, 6));
                for (var dot = 0; dot < columns * rows; dot++)
                {
                    var at = new SKPoint(Margin + 16 * (dot % columns), Margin + 16 * (dot / columns)); // 16 px apart
                    canvas.DrawPoint(at + new SKPoint(random.Between(-3, 3), random.Between(-3, 3)), pen);
                }

                break;
        }
    }

    /// <summary>Triangles, and boxes wider than high: a narrow box could be a 0.</summary>
    private static void DrawOutline(SKCanvas canvas, Random random)
    {
        using var pen = NonDigitCanvas.RoundPen(random.Between(3, 12));
        pen.StrokeJoin = SKStrokeJoin.Miter;
        if (random.Next(2) == 0)
        {
            canvas.DrawRect(SKRect.Create(Margin, Margin, Side - 2 * Margin, random.Between(0.4f, 0.8f) * (Side - 2 * Margin)), pen);
        }
        else
        {
            using var polygon = Polygon(random, corners: 3, new SKSize(Side / 2 - Margin, Side / 2 - Margin));
            canvas.Translate(Side / 2, Side / 2);
            canvas.DrawPath(polygon, pen);
        }
    }

    private static void DrawTexture(SKCanvas canvas, Random random)
    {
        using var fill = Fill(random, plain: false);
        canvas.DrawRect(SKRect.Create(Margin, Margin, Side - 2 * Margin, random.Between(0.6f, 1) * (Side - 2 * Margin)), fill);
    }

    private static void DrawSilhouette(SKCanvas canvas, Random random)
    {
        for (var shapes = random.Next(1, 5); shapes > 0; shapes--)
        {
            using var fill = Fill(random, plain: random.Next(2) == 0);
            using var place = new SKAutoCanvasRestore(canvas);
            var centre = random.Point(2.5f * Margin);
            canvas.Translate(centre.X, centre.Y);
            var half = new SKSize(random.Between(16, 32), random.Between(16, 32));
            var box = new SKRect(-half.Width, -half.Height, half.Width, half.Height);
            switch (random.Next(3))
            {
                case 0:
                    using (var polygon = Polygon(random, random.Next(3, 8), half))
                        canvas.DrawPath(polygon, fill);
                    break;
                case 1: canvas.DrawOval(box, fill); break;
                default: canvas.DrawRoundRect(box, random.Between(0, 16), random.Between(0, 16), fill); break;
            }
        }
    }

    /// <summary>A polygon around (0, 0) whose corners lie within an ellipse of these half-axes.</summary>
    private static SKPath Polygon(Random random, int corners, SKSize half)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly([.. Enumerable.Range(0, corners).Select(corner =>
        {
            var (sin, cos) = MathF.SinCos((corner + random.Between(-0.3f, 0.3f)) * 2 * MathF.PI / corners);
            var radius = random.Between(0.7f, 1);
            return new SKPoint(half.Width * radius * cos, half.Height * radius * sin);
        })], close: true);
        return builder.Detach();
    }

    /// <summary>Plain grey, or else a gradient, stripes, checks or noise; the caller disposes it.</summary>
    private static SKPaint Fill(Random random, bool plain)
    {
        var (dark, bright) = (Grey(random.Next(20, 140)), Grey(random.Next(160, 256)));
        var paint = new SKPaint { Color = bright, IsAntialias = true };
        if (plain)
            return paint;

        var end = random.Point(0);
        using var shader = random.Next(4) switch
        {
            0 => SKShader.CreateLinearGradient(new SKPoint(0, 0), end, [dark, bright], SKShaderTileMode.Mirror),
            1 => SKShader.CreateLinearGradient(
                new SKPoint(0, 0), new SKPoint(end.X / 6, end.Y / 6 + 4), [dark, dark, bright, bright], [0, 0.5f, 0.5f, 1], SKShaderTileMode.Repeat),
            2 => Tiles([dark.Red, bright.Red, bright.Red, dark.Red], random.Between(6, 20), SKFilterMode.Nearest),
            _ => Noise(random),
        };
        paint.Shader = shader;
        return paint;

        static SKColor Grey(int level) => new((byte)level, (byte)level, (byte)level);
    }

    private static SKShader Noise(Random random)
    {
        const int grains = 32;
        var levels = new byte[grains * grains];
        random.NextBytes(levels);
        return Tiles(levels, random.Between(2, 16), (SKFilterMode)random.Next(2)); // nearest or linear
    }

    /// <summary>Repeats a square of grey levels, each <paramref name="levelPx"/> wide.</summary>
    private static SKShader Tiles(byte[] levels, float levelPx, SKFilterMode filter)
    {
        using var image = NonDigitCanvas.ToImage(levels, (int)Math.Sqrt(levels.Length));
        return image.ToShader(SKShaderTileMode.Repeat, SKShaderTileMode.Repeat, new SKSamplingOptions(filter), SKMatrix.CreateScale(levelPx, levelPx));
    }
}
