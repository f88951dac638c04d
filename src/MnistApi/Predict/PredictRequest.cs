using System.ComponentModel.DataAnnotations;

namespace MnistApi.Predict;

/// <summary>One digit as JSON: exactly one of the two members.</summary>
/// <param name="Image">An encoded image (PNG, JPEG, WebP, GIF or BMP) in base64 or base64url, or a <c>data:</c> URL of it.</param>
/// <param name="Pixels">
/// 28×28 numbers in row order, 0 = paper to 255 = full ink; fractions are rounded; 0 to 1 is another range, and refused.
/// They are taken as they are, so the digit
/// must stand as in MNIST: within 20×20 pixels, its centre of mass in the middle.
/// </param>
internal sealed record PredictRequest(string? Image, [property: Length(784, 784)] IReadOnlyList<double>? Pixels)
{
    /// <summary>What is expected, in an error's words.</summary>
    public const string Form = "{\"image\": \"<base64 or data URL>\"} or {\"pixels\": [784 numbers from 0 to 255]}";
}
