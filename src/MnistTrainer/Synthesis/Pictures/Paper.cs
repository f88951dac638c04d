namespace MnistTrainer.Synthesis.Pictures;

/// <summary>
/// What is written on: how much light each place of a sheet gives back, 0 to 1, without the ink. Each pattern is there or not by chance of its own, so that
/// all mixtures come up. In sheet coordinates; the same seed gives the same paper on every processor.
/// </summary>
internal sealed class Paper
{
    private const int Steps = 1024;

    // so that sines cost little, and are rounded alike everywhere
    private static readonly float[] Sines = [.. Enumerable.Range(0, Steps).Select(step => (float)Math.Round(Math.Sin(step * Math.Tau / Steps), 5))];

    private readonly List<Func<float, float, float>> _layers = []; // each what its pattern leaves of the light, about 1
    private readonly float _base;
    private readonly int _seed;

    /// <summary>Draws a kind of paper.</summary>
    /// <param name="isBoard">Dark, for light ink.</param>
    /// <param name="plain">Hardly any pattern, for the faintest ink.</param>
    /// <param name="random">Draws it.</param>
    public Paper(bool isBoard, bool plain, Random random)
    {
        _seed = random.Next();
        _base = isBoard ? random.Between(0.04f, 0.4f) : random.Between(0.45f, 1);
        if (plain)
        {
            if (random.Next(2) == 0)
                Grain(random.Between(0.002f, 0.01f), random.Between(0.05f, 1));
            return;
        }

        if (random.Next(3) == 0)
            Security(random);
        if (random.Next(2) == 0)
            Grain(random.Between(0.01f, isBoard ? 0.5f : 0.12f), 0.02f * (float)Math.Pow(60, random.NextDouble()));
        if (random.Next(8) == 0)
            Cloth(random);
        if (random.Next(8) == 0)
            Wood(random);
        if (random.Next(8) == 0)
            Fold(random);
    }

    /// <summary>What a place gives back, 0 to 1.</summary>
    public float At(float x, float y)
    {
        var light = _base;
        foreach (var layer in _layers)
            light *= layer(x, y);
        return Math.Clamp(light, 0, 1);
    }

    /// <summary>Lines that writing stands on or in: ruled, squared, dotted, a base line, a margin.</summary>
    /// <param name="isLight">Lines lighter than the paper, as on a board.</param>
    /// <param name="random">Draws which.</param>
    public void Rule(bool isLight, Random random)
    {
        var (kind, gap) = (random.Next(5), random.Between(0.5f, 2.2f));
        var (thickness, change) = (random.Between(0.012f, 0.06f), isLight ? 1 + random.Between(0.2f, 1.5f) : 1 - random.Between(0.08f, 0.8f));
        var (offset, across) = (random.Between(-0.15f, 0.25f), random.NextSingle());
        var dots = random.Next(4) == 0 ? random.Between(0.06f, 0.2f) : 0; // their distance; 0 for a line
        if (kind is 0 or 1) // ruled
            _layers.Add((x, y) => Near(y - offset, gap) < thickness && Dotted(x) ? change : 1);
        if (kind is 2) // squared
            _layers.Add((x, y) => Near(y - offset, gap / 2) < thickness || Near(x - across, gap / 2) < thickness ? change : 1);
        if (kind is 3) // one line to write on
            _layers.Add((x, y) => MathF.Abs(y - offset) < thickness && Dotted(x) ? change : 1);
        if (kind is 4) // a margin, or the columns of a form
            _layers.Add((x, _) => Near(x + 0.4f + across, 3 * gap) < thickness ? change : 1);

        bool Dotted(float x) => dots == 0 || Near(x, dots) < dots / 4;
    }

    /// <summary>A printed or drawn frame.</summary>
    /// <param name="box">Around what.</param>
    /// <param name="cells">Upright lines that cut it into as many cells; 1 for none.</param>
    /// <param name="isLight">Lighter than the paper.</param>
    /// <param name="random">Draws its line.</param>
    public void Frame(SheetBox box, int cells, bool isLight, Random random)
    {
        var (thickness, change) = (random.Between(0.02f, 0.1f), isLight ? 1 + random.Between(0.5f, 3) : 1 - random.Between(0.2f, 0.95f));
        var cell = (box.Right - box.Left) / cells;
        _layers.Add((x, y) =>
        {
            if (x < box.Left - thickness || x > box.Right + thickness || y < box.Top - thickness || y > box.Bottom + thickness)
                return 1;

            return MathF.Min(MathF.Abs(y - box.Top), MathF.Abs(y - box.Bottom)) < thickness || Near(x - box.Left, cell) < thickness ? change : 1;
        });
    }

    /// <summary>The edge of a sheet that lies on something else.</summary>
    /// <param name="box">The sheet.</param>
    /// <param name="under">What it lies on.</param>
    /// <param name="random">Draws the shadow along its edge.</param>
    public Func<float, float, float> On(SheetBox box, Paper under, Random random)
    {
        var (shadow, reach) = (random.Between(0.4f, 1), random.Between(0.02f, 0.3f));
        return (x, y) =>
        {
            var inside = MathF.Min(MathF.Min(x - box.Left, box.Right - x), MathF.Min(y - box.Top, box.Bottom - y));
            return inside >= 0 ? At(x, y) : under.At(x, y) * (inside < -reach ? 1 : shadow - (1 - shadow) * inside / reach);
        };
    }

    /// <summary>The fine lines of cheques, in several directions, straight or in waves.</summary>
    /// <param name="random">Draws them.</param>
    public void Security(Random random)
    {
        for (var count = random.Next(1, 5); count > 0; count--)
        {
            var (direction, period, depth) = (random.Next(Steps), random.Between(0.05f, 0.4f), random.Between(0.02f, 0.2f));
            var (right, down, bend, wave) = (Sine(direction + Steps / 4) / period, Sine(direction) / period, random.Between(0, 2.5f), random.Between(0.3f, 3));
            var sharp = random.Next(2) == 0;
            _layers.Add((x, y) =>
            {
                var phase = right * x + down * y + bend * Sine((int)(Steps * wave * (x - 0.6f * y)));
                var height = Sine((int)(Steps * phase));
                return 1 - depth * (sharp ? Math.Max(0, 3 * height - 2) : 0.5f + 0.5f * height);
            });
        }
    }

    private void Grain(float depth, float size) => _layers.Add((x, y) => 1 + depth * (2 * Noise(x / size, y / size) - 1));

    private void Cloth(Random random)
    {
        var (period, depth) = (random.Between(0.03f, 0.15f), random.Between(0.03f, 0.2f));
        _layers.Add((x, y) => 1 - depth * (0.5f + 0.25f * (Sine((int)(Steps * x / period)) + Sine((int)(Steps * y / period)))));
    }

    private void Wood(Random random)
    {
        var (size, depth, rings) = (random.Between(0.1f, 0.5f), random.Between(0.05f, 0.35f), random.Between(0.5f, 3));
        _layers.Add((x, y) => 1 - depth * (0.5f + 0.5f * Sine((int)(Steps * rings * (y + 2 * Noise(x / (12 * size), y / size))))));
    }

    private void Fold(Random random)
    {
        var (at, lean, reach, depth) = (random.Between(-2, 4), random.Between(-0.3f, 0.3f), random.Between(0.03f, 0.6f), random.Between(-0.2f, 0.25f));
        _layers.Add((x, y) => 1 - depth * Math.Max(0, 1 - MathF.Abs(x - at - lean * y) / reach));
    }

    /// <summary>Noise that changes over about one unit, 0 to 1.</summary>
    public float Noise(float x, float y)
    {
        var (column, row) = (MathF.Floor(x), MathF.Floor(y));
        var (right, down, left, top) = (x - column, y - row, (int)column, (int)row);
        (right, down) = (right * right * (3 - 2 * right), down * down * (3 - 2 * down));
        return (Hash(left, top) * (1 - right) + Hash(left + 1, top) * right) * (1 - down)
            + (Hash(left, top + 1) * (1 - right) + Hash(left + 1, top + 1) * right) * down;
    }

    private float Hash(int x, int y)
    {
        var hash = unchecked((uint)(x * 374_761_393 + y * 668_265_263 + _seed));
        hash = unchecked((hash ^ (hash >> 13)) * 1_274_126_177);
        return (hash >> 8) / 16_777_216f;
    }

    private static float Sine(int step) => Sines[step & (Steps - 1)];

    /// <summary>How far a place is from the next of lines that are a gap apart.</summary>
    private static float Near(float at, float gap) => MathF.Abs(at - gap * MathF.Round(at / gap));
}
