namespace MnistReader.Imaging;

/// <summary>An image that cannot be read. The message says what was wrong and what to do, in words for the person who sent it.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// try
/// {
///     reader.Read(File.ReadAllBytes("letter.pdf"));
/// }
/// catch (ImageException e)
/// {
///     Console.WriteLine($"{e.Fault}: {e.Message}"); // NotAnImage: …
/// }
/// </code></example>
public sealed class ImageException(ImageFault fault, string message) : Exception(message)
{
    /// <summary>What kind of fault it is.</summary>
    public ImageFault Fault { get; } = fault;
}

/// <summary>Why an image cannot be read.</summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// try
/// {
///     reader.Read(File.ReadAllBytes("poster.png"));
/// }
/// catch (ImageException e) when (e.Fault == ImageFault.TooLarge)
/// {
///     Console.WriteLine("Send a smaller picture.");
/// }
/// </code></example>
public enum ImageFault
{
    /// <summary>The bytes don't begin like a PNG, JPEG, WebP, GIF or BMP image.</summary>
    NotAnImage,

    /// <summary>The header is that of an image, but its pixels can't be decoded: cut off, or corrupted.</summary>
    Damaged,

    /// <summary>More bytes, pixels or frames than <see cref="ImageLimits"/> allows, or too much metadata.</summary>
    TooLarge,
}
