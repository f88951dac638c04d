namespace MnistReader.Framing;

/// <summary>
/// One digit as the network sees it: 28×28 bytes in row order, 0 = paper, 255 = full ink, the digit centred as in MNIST.
/// Training and serving meet here: whatever produces a <see cref="DigitImage"/>, everything after it is the same.
/// </summary>
/// <example><code>
/// var pixels = new byte[DigitImage.PixelCount]; // 0 is paper, 255 full ink, row by row
/// pixels.AsSpan(14 * DigitImage.Side + 4, 20).Fill(255);
/// var image = new DigitImage(pixels);
/// Console.WriteLine(image.Pixels[14 * DigitImage.Side + 4]); // 255
/// </code></example>
public sealed class DigitImage
{
    /// <summary>Width and height, in pixels: 28.</summary>
    public const int Side = 28;

    /// <summary>Number of pixels: 784.</summary>
    public const int PixelCount = Side * Side;

    /// <summary>No ink at all.</summary>
    internal static DigitImage Blank { get; } = new(new byte[PixelCount]);

    private readonly ReadOnlyMemory<byte> _pixels;

    /// <summary>Wraps 784 bytes without copying them.</summary>
    /// <param name="pixels">784 bytes in row order, 0 = paper, 255 = full ink.</param>
    /// <exception cref="ArgumentException"><paramref name="pixels"/> isn't 784 bytes long.</exception>
    public DigitImage(ReadOnlyMemory<byte> pixels)
    {
        if (pixels.Length != PixelCount)
            throw new ArgumentException($"A digit image has {PixelCount} pixels, not {pixels.Length}.", nameof(pixels));

        _pixels = pixels;
    }

    /// <summary>784 bytes in row order, 0 = paper, 255 = full ink.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels.Span;
}
