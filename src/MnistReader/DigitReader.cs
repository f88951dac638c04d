using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Segmentation;

namespace MnistReader;

/// <summary>
/// The one pipeline from an encoded picture to the digits on it: decode, find the digits, frame each as MNIST was, classify. Service, trainer and every
/// figure that is published use it.
/// What the model rejects is no digit in its answers. Safe to use from many threads at once; each call computes on the calling thread alone. Dispose it when
/// done.
/// </summary>
/// <param name="classifier">Answers; disposed with the reader.</param>
/// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
public sealed class DigitReader(DigitClassifier classifier, ImageLimits? limits = null) : IDisposable
{
    /// <summary>Loads a model file that the trainer wrote.</summary>
    /// <param name="path">Path of the ONNX file.</param>
    /// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>A reader that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no model of ours: not ONNX, another input or output, or no model card.</exception>
    public static DigitReader Load(string path, ImageLimits? limits = null) => new(DigitClassifier.Load(path), limits);

    /// <summary>The network, and the card of its file.</summary>
    public DigitClassifier Classifier => classifier;

    /// <summary>Reads a picture of one digit: all that is written on it is taken as one.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>Null where the picture is blank.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public DigitReading? Read(ReadOnlySpan<byte> encoded, CancellationToken cancellation = default) =>
        Read(encoded, keepInk: false, stageDone: null, cancellation);

    /// <summary>The same, for who wants to know how the reading came about.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="keepInk">Whether the reading holds the ink that was found.</param>
    /// <param name="stageDone">Told when each stage is over.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    internal DigitReading? Read(ReadOnlySpan<byte> encoded, bool keepInk, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        var plane = Decode(encoded, stageDone, cancellation);
        DigitReading? reading = null;
        try
        {
            var writing = DigitSegmentation.On(plane);
            var digit = DigitFraming.Frame(plane);
            stageDone?.Invoke(ReadingStage.Frame);
            return reading = digit is null ? null : Classify(digit, stageDone) with
            {
                Box = writing.Box(),
                DigitsSeen = writing.Digits,
                Ink = keepInk ? plane : null,
            };
        }
        finally
        {
            if (reading?.Ink is null) // a blank picture's, too
                plane.Dispose();
        }
    }

    /// <summary>Reads a digit that is framed already.</summary>
    /// <param name="image">As MNIST has them.</param>
    /// <param name="stageDone">Told when the network has answered.</param>
    /// <returns>Null where the image is blank: nowhere as much ink as <see cref="InkImage.FaintestInk"/>.</returns>
    internal DigitReading? Read(DigitImage image, Action<ReadingStage>? stageDone) => image.Pixels.ContainsAnyInRange(InkImage.FaintestInk, byte.MaxValue)
        ? Classify(image, stageDone)
        : null;

    /// <summary>Reads a picture of several digits side by side, in one run of the network.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>Null where the picture is blank.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public NumberReading? ReadNumber(ReadOnlySpan<byte> encoded, CancellationToken cancellation = default) =>
        ReadNumber(encoded, keepInk: false, stageDone: null, cancellation);

    /// <summary>The same, for who wants to know how the reading came about.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="keepInk">Whether each digit's reading holds its ink.</param>
    /// <param name="stageDone">Told when each stage is over.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    internal NumberReading? ReadNumber(ReadOnlySpan<byte> encoded, bool keepInk, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        using var plane = Decode(encoded, stageDone, cancellation);
        var writing = DigitSegmentation.On(plane);
        var found = new List<(DigitImage Image, PixelBox Box, InkImage? Ink)>();
        for (var index = 0; index < writing.Digits; index++)
        {
            var alone = writing.Cut(index);
            if (alone is not null && DigitFraming.Frame(alone) is { } digit)
                found.Add((digit, writing.Box(index), keepInk ? alone : null));
            if (!keepInk)
                alone?.Dispose();
        }

        stageDone?.Invoke(ReadingStage.Frame);
        if (found.Count == 0)
            return null;

        var predictions = classifier.Classify(found.ConvertAll(digit => digit.Image));
        stageDone?.Invoke(ReadingStage.Infer);
        return new NumberReading(
            [.. found.Zip(predictions, (digit, prediction) => new DigitReading(digit.Image, prediction) { Box = digit.Box, Ink = digit.Ink })],
            writing.Marks, plane.PictureWidth, plane.PictureHeight);
    }

    /// <summary>Reads a digit that is framed already, as a row of one.</summary>
    /// <param name="image">As MNIST has them.</param>
    /// <param name="stageDone">Told when the network has answered.</param>
    /// <returns>Null where the image is blank: nowhere as much ink as <see cref="InkImage.FaintestInk"/>.</returns>
    internal NumberReading? ReadNumber(DigitImage image, Action<ReadingStage>? stageDone) =>
        Read(image, stageDone) is { } digit ? new NumberReading([digit], [], DigitImage.Side, DigitImage.Side) : null;

    /// <summary>Frees the network. No call may be running.</summary>
    public void Dispose() => classifier.Dispose();

    private InkImage Decode(ReadOnlySpan<byte> encoded, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        try
        {
            return InkImage.Decode(encoded, limits, cancellation);
        }
        finally
        {
            stageDone?.Invoke(ReadingStage.Decode);
        }
    }

    private DigitReading Classify(DigitImage image, Action<ReadingStage>? stageDone)
    {
        var prediction = classifier.Classify(image);
        stageDone?.Invoke(ReadingStage.Infer);
        return new DigitReading(image, prediction);
    }
}

/// <summary>What reading a picture spends time on.</summary>
internal enum ReadingStage
{
    /// <summary>Encoded bytes → ink.</summary>
    Decode,

    /// <summary>Ink → framed digits.</summary>
    Frame,

    /// <summary>The network.</summary>
    Infer,
}
