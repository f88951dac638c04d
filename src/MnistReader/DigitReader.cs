using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Segmentation;

namespace MnistReader;

/// <summary>
/// The one pipeline from an encoded picture to the digits on it: decode, tell ink from paper, find the digits, frame each as MNIST was, classify. Service,
/// trainer and every figure that is published use it.
/// What the model rejects is no digit in its answers. Safe to use from many threads at once; each call computes on the calling thread alone. Dispose it when
/// done.
/// </summary>
/// <param name="classifier">Answers; disposed with the reader.</param>
/// <param name="inkNetwork">
/// Finds the ink where the paper has more than one level; disposed with the reader. Without it, such pictures can't be read: drawings made by programs can.
/// </param>
/// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
public sealed class DigitReader(DigitClassifier classifier, InkNetwork? inkNetwork = null, ImageLimits? limits = null) : IDisposable
{
    /// <summary>Name of the ink network's file, beside the classifier's.</summary>
    public const string InkFile = "ink.onnx";

    /// <summary>Loads model files that the trainer wrote.</summary>
    /// <param name="path">Path of the classifier's ONNX file; the ink network is taken from <see cref="InkFile"/> beside it, where that is.</param>
    /// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>A reader that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A file is no model of ours: not ONNX, another input or output, or no model card.</exception>
    public static DigitReader Load(string path, ImageLimits? limits = null)
    {
        var ink = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, InkFile);
        var network = File.Exists(ink) ? InkNetwork.Load(ink) : null;
        try
        {
            return new DigitReader(DigitClassifier.Load(path), network, limits);
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    /// <summary>The network that answers, and the card of its file.</summary>
    public DigitClassifier Classifier => classifier;

    /// <summary>The network that finds the ink, and the card of its file; null where there is none.</summary>
    public InkNetwork? InkNetwork => inkNetwork;

    /// <summary>Reads a picture of one digit: all that is written on it is taken as one.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>Null where the picture is blank.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="MissingNetworkException">The paper has more than one level, and there is no ink network.</exception>
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
        var (plane, writing) = Find(encoded, asOne: true, stageDone, cancellation);
        DigitReading? reading = null;
        try
        {
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
    /// <exception cref="MissingNetworkException">The paper has more than one level, and there is no ink network.</exception>
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
        var (plane, writing) = Find(encoded, asOne: false, stageDone, cancellation);
        using var _ = plane;
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

    /// <summary>Frees the networks. No call may be running.</summary>
    public void Dispose()
    {
        classifier.Dispose();
        inkNetwork?.Dispose();
    }

    private (InkImage Ink, DigitSegmentation Writing) Find(
        ReadOnlySpan<byte> encoded, bool asOne, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        GrayImage gray;
        try
        {
            gray = ImageDecoder.Decode(encoded, limits, cancellation);
        }
        finally
        {
            stageDone?.Invoke(ReadingStage.Decode);
        }

        using (gray)
        {
            var ink = Binarisation.ToInk(gray, out var hasOneLevel);
            if (hasOneLevel && DigitSegmentation.On(ink) is { IsClean: true } clean)
                return (ink, clean);

            ink.Dispose();
            ink = (inkNetwork ?? throw new MissingNetworkException()).Find(gray);
            var found = DigitSegmentation.On(ink);
            return (ink, asOne ? found.WithoutNeighbours() : found);
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
    /// <summary>Encoded bytes → grey.</summary>
    Decode,

    /// <summary>Grey → ink → framed digits.</summary>
    Frame,

    /// <summary>The classifier.</summary>
    Infer,
}
