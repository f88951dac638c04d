using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistReader.Segmentation;

namespace MnistReader;

/// <summary>
/// The one pipeline from an encoded picture to the digits on it: decode, tell ink from paper, find the digits, frame each as MNIST was, classify. Service,
/// trainer and every figure that is published use it.
/// What the model rejects is no digit in its answers. Safe to use from many threads at once; each call computes on the calling thread alone. Dispose it when
/// done.
/// </summary>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// Console.WriteLine(reader.Read(File.ReadAllBytes("seven.png"))?.Digit);              // 7; null for a blank picture, or what is no digit
/// Console.WriteLine(reader.ReadNumber(File.ReadAllBytes("amount.jpg"))?.Written);     // 13.254,00
/// </code></example>
/// <param name="classifier">Answers; disposed with the reader.</param>
/// <param name="inkNetwork">
/// Finds the ink where the paper has more than one level; disposed with the reader. Without it, such pictures can't be read: drawings made by programs can.
/// </param>
/// <param name="numberNetwork">
/// Reads the line where the ink network found it, digits that touch and separators among them; disposed with the reader. Without it, digits are told apart
/// where their ink doesn't touch.
/// </param>
/// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
public sealed class DigitReader(
    DigitClassifier classifier, InkNetwork? inkNetwork = null, NumberNetwork? numberNetwork = null, ImageLimits? limits = null) : IDisposable
{
    /// <summary>Name of the ink network's file, beside the classifier's.</summary>
    public const string InkFile = "ink.onnx";

    /// <summary>Name of the number network's file, beside the classifier's.</summary>
    public const string NumberFile = "number.onnx";

    private readonly RowReader _rows = new(classifier, numberNetwork);

    /// <summary>Loads the networks that come with this library: those that the service ships.</summary>
    /// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>A reader that the caller disposes.</returns>
    public static DigitReader CreateDefault(ImageLimits? limits = null)
    {
        return Load(Inside("mnist.onnx"), Inside(InkFile), Inside(NumberFile), limits);

        static (byte[], string) Inside(string name)
        {
            using var resource = typeof(DigitReader).Assembly.GetManifestResourceStream(name)!;
            var content = new byte[resource.Length];
            resource.ReadExactly(content);
            return (content, $"{name} in MnistReader");
        }
    }

    /// <summary>Loads model files that the trainer wrote.</summary>
    /// <param name="path">
    /// Path of the classifier's ONNX file; the others are taken from <see cref="InkFile"/> and <see cref="NumberFile"/> beside it, where these are.
    /// </param>
    /// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>A reader that the caller disposes.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A file is no model of ours: not ONNX, another input or output, or no model card.</exception>
    public static DigitReader Load(string path, ImageLimits? limits = null)
    {
        return Load((ModelFile.Read(path), path), Beside(InkFile), Beside(NumberFile), limits);

        (byte[], string)? Beside(string name)
        {
            var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            return File.Exists(file) ? (ModelFile.Read(file), file) : null;
        }
    }

    /// <summary>Loads the contents of model files; where one is bad, nothing stays loaded.</summary>
    /// <param name="digits">The classifier's, and where it was read from, for messages.</param>
    /// <param name="ink">The ink network's; null for none.</param>
    /// <param name="number">The number network's; null for none.</param>
    /// <param name="limits">Limits on bytes, pixels and frames of a picture; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <returns>A reader that the caller disposes.</returns>
    /// <exception cref="InvalidDataException">One is no model of ours, or fails its self-test.</exception>
    internal static DigitReader Load(
        (byte[] Content, string Path) digits, (byte[] Content, string Path)? ink, (byte[] Content, string Path)? number, ImageLimits? limits)
    {
        DigitClassifier? classifier = null;
        InkNetwork? inkNetwork = null;
        try
        {
            classifier = DigitClassifier.Load(digits.Content, digits.Path);
            inkNetwork = ink is { } inkFile ? InkNetwork.Load(inkFile.Content, inkFile.Path) : null;
            return new DigitReader(classifier, inkNetwork, number is { } numberFile ? NumberNetwork.Load(numberFile.Content, numberFile.Path) : null, limits);
        }
        catch
        {
            classifier?.Dispose();
            inkNetwork?.Dispose();
            throw;
        }
    }

    /// <summary>The network that answers, and the card of its file.</summary>
    public DigitClassifier Classifier => classifier;

    /// <summary>The network that finds the ink, and the card of its file; null where there is none.</summary>
    public InkNetwork? InkNetwork => inkNetwork;

    /// <summary>The network that reads lines, and the card of its file; null where there is none.</summary>
    public NumberNetwork? NumberNetwork => numberNetwork;

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
        using var gray = Decode(encoded, stageDone, cancellation);
        var reading = Read(gray, keepInk, stageDone);
        if (reading is not null || !gray.IsColoured)
            return reading;

        using var hues = ImageDecoder.Decode(encoded, limits, byHue: true, cancellation); // red on green may be as bright
        return Read(hues, keepInk, OnceFramed(stageDone));
    }

    private DigitReading? Read(GrayImage gray, bool keepInk, Action<ReadingStage>? stageDone)
    {
        var (plane, writing, _) = Find(gray, asOne: true);
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

    /// <summary>Reads a picture of digits side by side, in one row or several.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="pattern">What each row must be; null for anything.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>Null where the picture is blank.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="MissingNetworkException">The paper has more than one level, and there is no ink network.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public NumberReading? ReadNumber(ReadOnlySpan<byte> encoded, NumberPattern? pattern = null, CancellationToken cancellation = default) =>
        ReadNumber(encoded, pattern, keepInk: false, stageDone: null, cancellation);

    /// <summary>The same, for who wants to know how the reading came about.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="pattern">What each row must be; null for anything.</param>
    /// <param name="keepInk">Whether the readings of lines and digits hold their ink.</param>
    /// <param name="stageDone">Told when each stage is over.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    internal NumberReading? ReadNumber(
        ReadOnlySpan<byte> encoded, NumberPattern? pattern, bool keepInk, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        using var gray = Decode(encoded, stageDone, cancellation);
        var reading = ReadNumber(gray, pattern, keepInk, stageDone);
        if (reading is not null || !gray.IsColoured)
            return reading;

        using var hues = ImageDecoder.Decode(encoded, limits, byHue: true, cancellation);
        return ReadNumber(hues, pattern, keepInk, OnceFramed(stageDone));
    }

    private NumberReading? ReadNumber(GrayImage gray, NumberPattern? pattern, bool keepInk, Action<ReadingStage>? stageDone)
    {
        var (plane, writing, isClean) = Find(gray, asOne: false);
        using var _ = plane;
        return _rows.Read(new WrittenSheet(gray, plane, keepInk), writing, isClean, pattern, stageDone);
    }

    /// <summary>Reads a digit that is framed already, as a row of one.</summary>
    /// <param name="image">As MNIST has them.</param>
    /// <param name="pattern">What the row must be; null for anything.</param>
    /// <param name="stageDone">Told when the network has answered.</param>
    /// <returns>Null where the image is blank: nowhere as much ink as <see cref="InkImage.FaintestInk"/>.</returns>
    internal NumberReading? ReadNumber(DigitImage image, NumberPattern? pattern, Action<ReadingStage>? stageDone) =>
        Read(image, stageDone) is { } digit ? new NumberReading([RowReader.OfOne(digit, pattern)], DigitImage.Side, DigitImage.Side) : null;

    /// <summary>Frees the networks. No call may be running.</summary>
    public void Dispose()
    {
        classifier.Dispose();
        inkNetwork?.Dispose();
        numberNetwork?.Dispose();
    }

    /// <summary>A second look is part of the first stages.</summary>
    private static Action<ReadingStage>? OnceFramed(Action<ReadingStage>? stageDone) => stage =>
    {
        if (stage is not ReadingStage.Frame)
            stageDone?.Invoke(stage);
    };

    private GrayImage Decode(ReadOnlySpan<byte> encoded, Action<ReadingStage>? stageDone, CancellationToken cancellation)
    {
        try
        {
            return ImageDecoder.Decode(encoded, limits, cancellation);
        }
        finally
        {
            stageDone?.Invoke(ReadingStage.Decode);
        }
    }

    /// <summary>Tells ink from paper, by the paper's one level where it has one and nothing else is on it, else by the ink network.</summary>
    private (InkImage Ink, DigitSegmentation Writing, bool IsClean) Find(GrayImage gray, bool asOne)
    {
        var ink = Binarisation.ToInk(gray, out var hasOneLevel);
        if (hasOneLevel && DigitSegmentation.On(ink) is { IsClean: true } clean)
            return (ink, clean, true);

        ink.Dispose();
        ink = (inkNetwork ?? throw new MissingNetworkException()).Find(gray);
        var found = DigitSegmentation.On(ink);
        return (ink, asOne ? found.WithoutNeighbours() : found, false);
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
