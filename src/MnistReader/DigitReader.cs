using System.Numerics.Tensors;
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

    /// <summary>Paper around the ink of a line, as a share of its height; chosen on generated lines of held-back writers.</summary>
    private const double LineMargin = 0.15;

    /// <summary>A digit of a line whose probability is below this isn't read.</summary>
    private const double LeastOfLine = 0.5;

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
        return new DigitReader(DigitClassifier.Load(path), Beside(InkFile, InkNetwork.Load), Beside(NumberFile, NumberNetwork.Load), limits);

        T? Beside<T>(string name, Func<string, T> load)
            where T : class
        {
            var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            return File.Exists(file) ? load(file) : null;
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
        using var gray = Decode(encoded, stageDone, cancellation);
        var (plane, writing, isClean) = Find(gray, asOne: false);
        using var _ = plane;
        if (!isClean && numberNetwork is not null && writing.IsOneRow && plane.BoundingBox() is { } ink)
            return ReadLine(gray, plane, ink, keepInk, stageDone);

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
        numberNetwork?.Dispose();
    }

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

    /// <summary>Reads the line of writing whose ink was found.</summary>
    /// <param name="gray">The picture.</param>
    /// <param name="plane">Its ink.</param>
    /// <param name="ink">The box around it, in pixels of the plane.</param>
    /// <param name="keepInk">Whether each digit's reading holds its ink.</param>
    /// <param name="stageDone">Told when each stage is over.</param>
    private NumberReading? ReadLine(GrayImage gray, InkImage plane, PixelBox ink, bool keepInk, Action<ReadingStage>? stageDone)
    {
        var (scaleX, scaleY) = ((double)gray.Width / plane.Width, (double)gray.Height / plane.Height);
        var margin = LineMargin * ink.Height * scaleY;
        var (left, top) = ((int)Math.Max(0, ink.X * scaleX - margin), (int)Math.Max(0, ink.Y * scaleY - margin));
        var (right, bottom) = (
            (int)Math.Min(gray.Width, (ink.X + ink.Width) * scaleX + margin), (int)Math.Min(gray.Height, (ink.Y + ink.Height) * scaleY + margin));
        using var line = gray.Cut(new PixelBox(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top)));
        stageDone?.Invoke(ReadingStage.Frame);
        var read = numberNetwork!.Read(line);
        stageDone?.Invoke(ReadingStage.Infer);
        var digits = new List<DigitReading>();
        foreach (var character in read.Characters.Where(character => char.IsAsciiDigit(character.Symbol)))
        {
            var (from, to) = ((int)((left + character.From) / scaleX), (int)Math.Ceiling((left + character.To) / scaleX));
            var alone = plane.Cut(from, to);
            digits.Add(new DigitReading(DigitFraming.Frame(alone) ?? DigitImage.Blank, Predict(character))
            {
                Box = alone.BoundingBox() is { } box ? InPicture(box with { X = box.X + from }) : InPicture(new PixelBox(from, ink.Y, to - from, ink.Height)),
                Ink = keepInk ? alone : null,
            });
            if (!keepInk)
                alone.Dispose();
        }

        return digits.Count == 0 ? null : new NumberReading(digits, [], plane.PictureWidth, plane.PictureHeight) { Written = Written(read) };

        PixelBox InPicture(PixelBox box)
        {
            var (x, y) = ((double)plane.PictureWidth / plane.Width, (double)plane.PictureHeight / plane.Height);
            return new PixelBox((int)(box.X * x), (int)(box.Y * y), (int)Math.Ceiling(box.Width * x), (int)Math.Ceiling(box.Height * y));
        }

        static string Written(LineReading read) => string.Concat(read.Characters.Select(character =>
            char.IsAsciiDigit(character.Symbol) && character.Probability < LeastOfLine ? NumberReading.Unread : character.Symbol));
    }

    /// <summary>What a line's network thinks of one of its digits, in the classifier's terms.</summary>
    private Prediction Predict(LineCharacter character)
    {
        var probabilities = new float[DigitClassifier.Digits];
        foreach (var (symbol, probability) in character.Alternatives.Append((character.Symbol, character.Probability)))
        {
            if (char.IsAsciiDigit(symbol))
                probabilities[symbol - '0'] = (float)Math.Max(probability, 1e-6); // not 0: they are divided by their sum
        }

        TensorPrimitives.Divide(probabilities, TensorPrimitives.Sum<float>(probabilities), probabilities);
        return Prediction.From(probabilities, (float)character.Probability, LeastOfLine, classifier.Card.CandidateThreshold ?? 1);
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
