using System.ComponentModel.DataAnnotations;

namespace MnistReader.Imaging;

/// <summary>What <see cref="ImageDecoder"/> accepts. All limits are checked before a pixel is decoded, as are fixed ones on metadata.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault(new ImageLimits { MaxBytes = 1_000_000, MaxPixels = 4_000_000 });
/// </code></example>
public sealed record ImageLimits
{
    /// <summary>Size of the encoded image in bytes; the default is 10 MB (10,000,000).</summary>
    [Range(1, 1_000_000_000)]
    public int MaxBytes { get; init; } = 10_000_000;

    /// <summary>Width × height as the header states them; the default is 25 megapixels (25,000,000).</summary>
    [Range(1, 500_000_000)]
    public long MaxPixels { get; init; } = 25_000_000;

    /// <summary>Frames of an animated GIF or WebP, of which only the first is read; the default is 100.</summary>
    [Range(1, 1_000_000)]
    public int MaxFrames { get; init; } = 100;
}
