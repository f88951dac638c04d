namespace MnistTrainer.Synthesis.Pictures;

/// <summary>The light that falls on a sheet, 0 to 1: even, from one side, with shadows of hands and phones, darker in the corners.</summary>
internal sealed class Illumination
{
    private readonly List<Func<float, float, float>> _lights = []; // of a place, both 0 to 1

    private readonly float _width;
    private readonly float _height;

    /// <summary>Draws a light.</summary>
    /// <param name="width">Of the picture, in pixels.</param>
    /// <param name="height">Of the same.</param>
    /// <param name="isEven">No shadows: what is faint would drown.</param>
    /// <param name="random">Draws it.</param>
    public Illumination(int width, int height, bool isEven, Random random)
    {
        (_width, _height) = (width, height);
        if (random.Next(3) == 0)
            Gradient(isEven ? random.Between(0.9f, 1) : random.Between(0.35f, 1), random);
        if (isEven)
            return;

        for (var shadows = random.Next(5) - 2; shadows > 0; shadows--)
            Shadow(random);
        if (random.Next(5) == 0)
            Vignette(random.Between(0.2f, 0.8f), random);
    }

    /// <summary>The light on a pixel.</summary>
    public float At(int x, int y)
    {
        var light = 1f;
        foreach (var one in _lights)
            light *= one((x + 0.5f) / _width, (y + 0.5f) / _height);
        return light;
    }

    private void Gradient(float darkest, Random random)
    {
        var (right, down) = Direction(random);
        _lights.Add((x, y) => 1 - (1 - darkest) * Math.Clamp(0.5f + 0.7f * (right * (x - 0.5f) + down * (y - 0.5f)), 0, 1));
    }

    /// <summary>One straight edge, or the corner of two.</summary>
    private void Shadow(Random random)
    {
        var (darkness, softness, corner) = (random.Between(0.35f, 0.9f), random.Next(2) == 0 ? 0.004f : random.Between(0.01f, 0.3f), random.Next(2) == 0);
        var ((right, down), offset, other) = (Direction(random), random.Between(-0.4f, 0.4f), random.Between(-0.4f, 0.4f));
        _lights.Add((x, y) =>
        {
            var (fromX, fromY) = (x - 0.5f, y - 0.5f);
            var covered = Edge(right * fromX + down * fromY - offset);
            if (corner)
                covered *= Edge(down * fromX - right * fromY - other);
            return 1 - (1 - darkness) * covered;
        });

        float Edge(float inside) => Math.Clamp(0.5f + inside / softness, 0, 1);
    }

    private void Vignette(float depth, Random random)
    {
        var (middleX, middleY) = (random.Between(0.35f, 0.65f), random.Between(0.35f, 0.65f));
        _lights.Add((x, y) => 1 - depth * Math.Max(0, (x - middleX) * (x - middleX) + (y - middleY) * (y - middleY) - 0.05f));
    }

    private static (float Right, float Down) Direction(Random random)
    {
        var angle = random.NextDouble() * Math.Tau;
        return ((float)Math.Cos(angle), (float)Math.Sin(angle));
    }
}
