namespace MnistReader.Imaging;

/// <summary>A rectangle of whole pixels, in the picture as it is looked at.</summary>
/// <param name="X">Of its left edge.</param>
/// <param name="Y">Of its top edge.</param>
/// <param name="Width">At least 1.</param>
/// <param name="Height">At least 1.</param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// if (reader.Read(File.ReadAllBytes("seven.png")) is { Box: var box })
///     Console.WriteLine($"{box.Width}×{box.Height} pixels at {box.X}, {box.Y}");
/// </code></example>
public readonly record struct PixelBox(int X, int Y, int Width, int Height)
{
    /// <summary>The box around both.</summary>
    /// <param name="other">Another one.</param>
    internal PixelBox With(PixelBox other)
    {
        var (left, top) = (Math.Min(X, other.X), Math.Min(Y, other.Y));
        return new PixelBox(left, top, Math.Max(X + Width, other.X + other.Width) - left, Math.Max(Y + Height, other.Y + other.Height) - top);
    }
}
