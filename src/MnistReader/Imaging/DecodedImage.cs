using MnistReader.Ink;
using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>A decoded picture, not looked at yet.</summary>
/// <param name="Grey">As it is stored, 0 = black; <see cref="InkPlane.PictureWidth"/> and height are those of the file.</param>
/// <param name="Origin">How it is to be turned.</param>
/// <param name="IsLossy">Whether the format leaves ripples around strokes.</param>
internal readonly record struct DecodedImage(InkPlane Grey, SKEncodedOrigin Origin, bool IsLossy);
