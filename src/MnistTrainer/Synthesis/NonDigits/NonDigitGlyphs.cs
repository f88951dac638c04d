using SkiaSharp;

namespace MnistTrainer.Synthesis.NonDigits;

/// <summary>
/// Letters and symbols as a pen writes them, in SVG path data on a square of 100×100. Signs that a person could take for a digit
/// (O o l I i S s Z z B g q b D, a bar, a box, $) are left out: the network must go on reading such shapes.
/// </summary>
internal static class NonDigitGlyphs
{
    private static readonly string[] Upper =
    [
        "M5 100L50 0L95 100M22 62H78", "M8 100V40Q10 0 50 0Q90 0 92 40V100M8 58H92", "M8 100Q34 0 54 0Q70 10 74 100M22 64H76", // A
        "M92 24Q75 0 50 0Q5 5 5 50Q5 95 50 100Q78 100 94 76", "M84 6Q30 -8 12 40Q2 92 46 98Q72 98 96 82",
        "M86 30Q88 4 62 2Q22 4 14 56Q16 100 54 100Q80 96 90 78", // C
        "M90 0H10V100H90M10 50H75", // E
        "M90 0H12V100M12 48H72", // F
        "M82 12Q36 -12 24 20Q24 46 58 48Q10 50 12 80Q26 112 88 86", // E
        "M90 20Q74 0 50 0Q5 5 5 50Q5 98 50 98Q80 98 90 70M55 55H90V100", "M86 16Q60 -10 30 10Q0 50 22 88Q50 112 82 84V56H52",
        "M80 4Q26 4 12 50Q10 98 50 98Q84 92 82 56Q70 60 54 60M82 56V104", // G
        "M8 0V100M92 0V100M8 50H92", // H
        "M20 0H95M65 0V75Q62 100 38 100Q12 98 8 70", "M66 0V76Q62 102 36 100Q14 96 10 74", "M36 0H92M68 0Q70 60 58 88Q40 112 6 92", // J
        "M10 0V100M90 0L10 58M36 40L92 100", // K
        "M12 0V100H85", "M20 0Q16 60 14 96Q50 100 90 90", "M30 40Q70 10 60 0Q44 -4 40 40Q38 90 16 96Q36 84 90 100", // L
        "M5 100V0L50 65L95 0V100", "M0 100L20 0L50 80L80 0L100 100", // M
        "M8 100V0L92 100V0", // N
        "M14 100V0H55Q92 4 92 28Q92 54 55 56H14", // P
        "M50 0Q5 2 5 48Q5 96 50 96Q95 96 95 48Q95 2 50 0M56 62L104 112", // Q
        "M12 100V0H55Q90 4 90 26Q90 50 55 52H12M45 52L92 100", // R
        "M0 0H100M50 0V100", // T
        "M5 0V60Q8 100 50 100Q92 100 95 60V0", "M12 4Q4 96 44 98Q86 96 88 2", "M8 6V70Q14 102 48 96Q84 84 86 4V96Q90 102 104 94", // U
        "M0 0L50 100L100 0", // V
        "M0 0L25 100L50 30L75 100L100 0", // W
        "M5 0L95 100M95 0L5 100", // X
        "M5 0L50 48L95 0M50 48V100", // Y
    ];

    private static readonly string[] Lower =
    [
        "M18 28Q30 2 58 6Q84 10 84 40V100M84 48Q20 46 16 76Q22 104 52 96Q80 86 84 66", "M84 14Q50 -4 20 18Q0 55 20 86Q50 110 84 66M86 4V80Q88 100 106 94", // a
        "M84 44Q50 30 22 52Q4 76 24 94Q54 108 84 84M84 0V100", "M76 50Q46 36 20 62Q10 96 40 98Q70 92 80 46L90 0Q78 70 84 94Q90 102 104 92",
        "M28 6Q74 -8 84 44Q88 100 46 100Q10 96 14 68Q24 42 58 48Q76 54 84 64", // d
        "M12 54H88Q88 8 50 6Q10 8 10 54Q12 98 54 98Q78 96 90 80", "M10 62Q92 50 74 14Q50 -8 22 26Q2 70 30 94Q64 106 96 72", // e
        "M85 12Q72 -4 56 4Q44 14 44 36V100M14 40H78", // f
        "M60 30V84Q54 104 20 96M60 2V5", // j
        "M44 66Q84 20 66 2Q50 -2 46 40L38 130M24 56H72", // f
        "M30 40Q60 30 62 40Q66 90 40 122Q20 128 26 108Q50 90 96 70M60 8V11", // j
        "M14 0V100M14 62Q30 40 56 40Q84 42 84 66V100", "M10 100Q60 40 48 6Q34 -10 28 30V100Q36 50 60 52Q78 56 76 80Q76 100 98 96", // h
        "M14 0V100M80 36L14 72M38 60L86 100", "M14 0V100M14 66Q60 24 68 46Q70 64 24 68Q52 66 62 86Q72 102 88 94", // k
        "M6 100V20M6 44Q16 18 32 20Q48 22 48 46V100M48 46Q58 18 76 20Q94 22 94 46V100", "M4 100Q16 10 26 10Q40 20 44 100Q58 10 68 10Q84 20 96 100", // m
        "M10 100V8M10 44Q26 6 54 8Q88 12 88 48V100", "M4 100Q20 0 30 6Q44 30 46 96Q60 6 76 10Q90 24 84 80Q86 100 100 92", // n
        "M14 10V130M14 34Q30 6 58 10Q90 18 88 48Q84 84 54 86Q26 84 14 64", // p
        "M20 100V8M20 46Q34 10 84 14", "M4 96L34 20Q44 34 82 30Q68 60 72 84Q78 98 100 88", // r
        "M46 0V80Q50 102 82 92M12 30H84", "M50 0V100M14 32H86", "M56 0L40 82Q40 104 70 90M26 30H78", "M48 0V86Q56 104 78 92M30 26H70", // t
        "M10 8V64Q14 98 46 96Q78 90 86 56M86 8V92Q90 100 100 96", // u
        "M2 10Q20 -2 28 20L46 96Q78 60 74 10Q84 30 100 22", // v
        "M2 10Q4 90 26 92Q46 88 48 30Q50 90 72 92Q96 80 96 10", // w
        "M4 20Q20 0 36 24L60 78Q76 104 98 82M90 6L6 96", // x
        "M6 0L50 62M94 0L22 128", "M0 4Q14 -4 20 14L50 66M96 0Q70 70 40 116Q24 130 10 112", // y
    ];

    private static readonly string[] Symbols =
    [
        "M50 0V100M0 50H100", "M0 50H100M50 12V14M50 86V88", "M0 28H100M0 72H100", "M0 30H100M0 70H100M78 0L22 100", // + ÷ = ≠
        "M35 0L22 100M78 0L65 100M2 32H100M0 68H98", "M12 28Q12 0 48 0Q88 2 86 30Q82 50 50 58V70M50 98V100", // # ?
        "M50 0V56M50 98V100", "M50 0V100M7 25L93 75M93 25L7 75", "M0 60Q24 10 50 50Q76 90 100 40", // ! * ~
        "M68 34Q36 24 32 52Q34 80 62 70Q70 50 70 30V64Q92 76 98 48Q92 0 50 0Q0 4 0 52Q4 100 54 100Q74 100 86 90", // @
        "M104 104L26 24Q20 0 44 0Q66 4 60 24Q50 40 22 54Q-4 74 14 94Q50 114 94 52", // &
        "M90 0L10 100M24 6A18 18 0 1 0 24.1 6M76 60A18 18 0 1 0 76.1 60", "M90 0L5 50L90 100", "M0 90L50 0L100 90", // % < ^
        "M50 50Q20 0 2 50Q20 100 50 50Q80 0 98 50Q80 100 50 50Z", "M0 60L18 54L40 100L66 0H130", // ∞ √
        "M0 12H100M28 12V100M72 12Q68 90 92 98", "M90 6H10L58 50L10 94H92", "M16 0Q36 0 44 24L92 100M52 44L6 100", // π Σ λ
        "M0 100H34Q0 70 10 36Q24 0 50 0Q76 0 90 36Q100 70 66 100H100", "M50 0V100M6 6Q6 66 50 66Q94 66 94 6", // Ω ψ
        "M92 14Q40 -12 22 50Q40 112 92 86M0 40H70M0 60H66", "M50 0V100M4 0L50 50L4 100M96 0L50 50L96 100", // € Ж
        "M5 0V100H95V0M50 0V100", "M0 30H100M50 0V100M50 30L8 82M50 30L92 82", "M8 6H92M14 50H86M2 96H98M50 6V96", // Ш 木 王
        "M4 36H96M50 0Q50 70 6 100M52 38Q60 80 96 100", "M0 60L34 100L100 0", // 大, check-mark
        "M0 50H100M64 14L100 50L64 86", "M100 50H0M36 14L0 50L36 86", "M50 100V0M10 40L50 0L90 40", "M50 0V100M10 60L50 100L90 60", // arrows
        "M50 96Q-20 40 8 12Q34 -8 50 28Q66 -8 92 12Q120 40 50 96Z", "M50 0L80 96L4 36H96L20 96Z", // heart, star
        "M10 100V44L50 4L90 44V100ZM40 100V66H62V100", "M50 100V74M10 74L50 32L90 74ZM24 42L50 0L76 42", // house, tree
        "M50 0A50 50 0 1 0 50.1 0M32 34V37M68 34V37M26 64Q50 90 74 64", // smiley
        "M50 28A22 22 0 1 0 50.1 28M50 0V12M50 88V100M0 50H12M88 50H100M14 14L23 23M77 77L86 86M86 14L77 23M23 77L14 86", // sun
        "M50 30V70M50 70L24 100M50 70L76 100M20 46H80M50 4A13 13 0 1 0 50.1 4", "M14 100V0L90 26L14 52", // person, flag
        "M0 50Q40 0 76 50L100 22V78L76 50Q40 100 0 50M22 42V43", "M0 50Q50 -10 100 50Q50 110 0 50ZM50 36A14 14 0 1 0 50.1 36", // fish, eye
        "M2 46Q10 0 50 0Q90 0 98 46ZM50 46V90Q46 104 30 94", // umbrella
        "M0 70H100V48H82L68 22H30L16 48H0ZM24 72A9 9 0 1 0 24.1 72M76 72A9 9 0 1 0 76.1 72", // car
        "M0 0H100V100H0ZM0 0L100 100M100 0L0 100", "M0 0H100V100H0ZM50 0V100M0 50H100", "M0 20H100V80H0ZM0 20L50 56L100 20", // boxes, envelope
    ];

    private static readonly SKPath[] Letters = [.. ((string[])[.. Upper, .. Lower]).Select(SKPath.ParseSvgPathData)];

    private static readonly SKPath[] Signs = [.. Symbols.Select(SKPath.ParseSvgPathData)];

    /// <summary>Writes a letter or, one time in three, another sign: shaky and slanted, letters narrow or wide.</summary>
    /// <param name="canvas">Paper of <see cref="NonDigitCanvas"/>.</param>
    /// <param name="random">Draws the sign and its shape.</param>
    public static void Draw(SKCanvas canvas, Random random)
    {
        var isLetter = random.Next(3) > 0;
        var glyphs = isLetter ? Letters : Signs;
        var glyph = glyphs[random.Next(glyphs.Length)];
        var matrix = SKMatrix.CreateTranslation(-50, -50)
            .PostConcat(SKMatrix.CreateScale(random.Between(isLetter ? 0.22f : 0.36f, 0.62f), random.Between(0.4f, 0.6f)))
            .PostConcat(SKMatrix.CreateSkew(random.Between(-0.35f, 0.25f), 0))
            .PostConcat(SKMatrix.CreateRotationDegrees(random.Between(-12, 12)))
            .PostConcat(SKMatrix.CreateTranslation(NonDigitCanvas.Side / 2, NonDigitCanvas.Side / 2));
        using var pen = NonDigitCanvas.RoundPen(50 * random.Between(0.04f, 0.22f));
        var traces = random.Next(6) == 0 ? 2 : 1; // some strokes are drawn over a second time
        for (var trace = 0; trace < traces; trace++)
        {
            using var path = Jitter(glyph, random);
            path.Transform(matrix);
            canvas.DrawPath(path, pen);
        }
    }

    /// <summary>Moves each point of a path by up to 6 % of the square of 100×100.</summary>
    private static SKPath Jitter(SKPath path, Random random)
    {
        using var builder = new SKPathBuilder();
        using var segments = path.CreateRawIterator();
        var points = new SKPoint[4];
        for (SKPathVerb verb; (verb = segments.Next(points)) != SKPathVerb.Done;)
        {
            for (var i = 0; i < points.Length; i++)
                points[i].Offset(random.Between(-6, 6), random.Between(-6, 6));

            switch (verb)
            {
                case SKPathVerb.Move: builder.MoveTo(points[0]); break;
                case SKPathVerb.Line: builder.LineTo(points[1]); break;
                case SKPathVerb.Quad: builder.QuadTo(points[1], points[2]); break;
                case SKPathVerb.Conic: builder.ConicTo(points[1], points[2], segments.ConicWeight()); break;
                case SKPathVerb.Close: builder.Close(); break;
                default: throw new InvalidOperationException($"A glyph has a segment of the kind {verb}.");
            }
        }

        return builder.Detach();
    }
}
