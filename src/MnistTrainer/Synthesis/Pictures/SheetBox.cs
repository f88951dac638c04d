namespace MnistTrainer.Synthesis.Pictures;

/// <summary>A box on a sheet, in sheet coordinates.</summary>
internal readonly record struct SheetBox(float Left, float Top, float Right, float Bottom)
{
    /// <summary>The box around all.</summary>
    public static SheetBox Around(IReadOnlyCollection<Glyph> glyphs) => glyphs.Select(glyph => glyph.Box).Aggregate((one, other) => new SheetBox(
        Math.Min(one.Left, other.Left), Math.Min(one.Top, other.Top), Math.Max(one.Right, other.Right), Math.Max(one.Bottom, other.Bottom)));

    /// <summary>With more around it, of each side another amount.</summary>
    /// <param name="least">At least so much.</param>
    /// <param name="most">At most.</param>
    /// <param name="random">Draws the amounts.</param>
    public SheetBox Widened(float least, float most, Random random) => new(
        Left - random.Between(least, most), Top - random.Between(least, most), Right + random.Between(least, most), Bottom + random.Between(least, most));

    /// <summary>Whether the two have a place in common.</summary>
    public bool Overlaps(SheetBox other) => Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;

    /// <summary>The upright box around it in a picture, in pixels.</summary>
    public (float Left, float Top, float Right, float Bottom) In(in View view)
    {
        var (a, b, c, d) = (view.Project(Left, Top), view.Project(Right, Top), view.Project(Left, Bottom), view.Project(Right, Bottom));
        return (Math.Min(a.X, c.X), Math.Min(a.Y, b.Y), Math.Max(b.X, d.X), Math.Max(c.Y, d.Y));
    }
}
