namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// How a sheet lies in a picture, as a homography. Sheet coordinates have the height of a digit as unit, x to the right, y down; picture coordinates are
/// pixels. Plain multiplications and additions only, so that every processor computes the same.
/// </summary>
/// <param name="A">Pixels to the right for one to the right on the sheet.</param>
/// <param name="B">Pixels down for the same.</param>
/// <param name="C">Pixels to the right for one down.</param>
/// <param name="D">Pixels down for the same.</param>
/// <param name="VanishX">Perspective: by how much a pixel to the right is farther away.</param>
/// <param name="VanishY">The same of a pixel down.</param>
/// <param name="X">Pixel of the sheet's origin.</param>
/// <param name="Y">Pixel of the same.</param>
internal readonly record struct View(float A, float B, float C, float D, float VanishX, float VanishY, float X = 0, float Y = 0)
{
    /// <summary>Pixels of one unit of the sheet, on average.</summary>
    public float Scale => MathF.Sqrt(MathF.Abs(A * D - B * C));

    /// <summary>A view of a sheet that is turned a little and seen more or less askew.</summary>
    /// <param name="digitPx">Height of a digit.</param>
    /// <param name="reachPx">How far the writing reaches from the middle.</param>
    /// <param name="random">Draws the rest.</param>
    public static View Draw(float digitPx, float reachPx, Random random)
    {
        var degrees = random.Next(4) == 0 ? random.Between(-15, 15) : random.Between(-4, 4);
        var (sin, cos) = ((float)Math.Sin(degrees * Math.PI / 180), (float)Math.Cos(degrees * Math.PI / 180));
        var vanish = random.Next(3) == 0 ? 0.3f / reachPx : 0;
        return new View(digitPx * cos, digitPx * sin, -digitPx * sin, digitPx * cos, random.Between(-vanish, vanish), random.Between(-vanish, vanish));
    }

    /// <summary>Sheet → picture.</summary>
    public (float X, float Y) Project(float x, float y)
    {
        var (right, down) = (A * x + C * y, B * x + D * y);
        var distance = Math.Max(0.2f, 1 + VanishX * right + VanishY * down);
        return (X + right / distance, Y + down / distance);
    }

    /// <summary>Picture → sheet.</summary>
    public (float X, float Y) Unproject(float x, float y)
    {
        var nearness = Math.Max(0.2f, 1 - VanishX * (x - X) - VanishY * (y - Y));
        var (right, down, area) = ((x - X) / nearness, (y - Y) / nearness, A * D - B * C);
        return ((D * right - C * down) / area, (A * down - B * right) / area);
    }
}
