using System.Numerics.Tensors;
using MnistReader.Framing;

namespace MnistReader.Inference;

/// <summary>
/// What images and answers were like, as counts: of a model's validation data in its card, of what comes in at the service. The bins are the same for both.
/// </summary>
/// <param name="Digits">By answer: the digits 0 to 9, and no digit; eleven.</param>
/// <param name="Confidence">Of the answers that are digits, by their probability; eleven bins, which end at <see cref="ConfidenceEdges"/> and 1.</param>
/// <param name="Ink">By the mean of the pixels, 0 to 1; nine bins, which end at <see cref="InkEdges"/> and 1.</param>
/// <param name="Size">
/// By the shorter side of the box around the ink, in pixels (the longer has 20 in what was framed); nine bins, which end at <see cref="SizeEdges"/> and 28.
/// </param>
/// <example><code>
/// using var reader = DigitReader.CreateDefault();
/// if (reader.Classifier.Card.Reference is { } reference)
///     Console.WriteLine($"{reference.Digits[7]} of the held-back images were read as sevens.");
/// </code></example>
public sealed record AnswerHistograms(
    IReadOnlyList<long> Digits, IReadOnlyList<long> Confidence, IReadOnlyList<long> Ink, IReadOnlyList<long> Size)
{
    /// <summary>Where bins of confidence end; an edge belongs to the bin above it.</summary>
    public static IReadOnlyList<float> ConfidenceEdges { get; } = [0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f, 0.95f, 0.99f, 0.999f];

    /// <summary>Where bins of ink end; an edge belongs to the bin above it.</summary>
    public static IReadOnlyList<float> InkEdges { get; } = [0.04f, 0.06f, 0.08f, 0.1f, 0.12f, 0.14f, 0.17f, 0.2f];

    /// <summary>Where bins of size end, in pixels; an edge belongs to the bin above it.</summary>
    public static IReadOnlyList<float> SizeEdges { get; } = [4, 6, 8, 10, 12, 14, 16, 18];

    /// <summary>Of no images.</summary>
    internal static AnswerHistograms Empty { get; } = new AnswerCounts().ToHistograms();

    /// <summary>Whether these have the bins of this version; those of a card may have others.</summary>
    internal bool HasOurBins => (Digits?.Count, Confidence?.Count, Ink?.Count, Size?.Count)
        == (Empty.Digits.Count, Empty.Confidence.Count, Empty.Ink.Count, Empty.Size.Count);

    /// <summary>Of images and their answers.</summary>
    internal static AnswerHistograms Of(IEnumerable<(DigitImage Image, Prediction Answer)> answers)
    {
        var counts = new AnswerCounts();
        var pixels = new float[DigitImage.PixelCount];
        foreach (var (image, answer) in answers)
        {
            DigitClassifier.ToInput(image, pixels);
            counts.Add(pixels, answer);
        }

        return counts.ToHistograms();
    }

    /// <summary>
    /// How far counts are from others: the population stability index, the sum over the bins of (p − q) ln(p / q) of their shares. By custom (Siddiqi, Credit
    /// Risk Scorecards, 2006) below 0.1 is no change and above 0.25 a large one. Half a count is added to each bin, so that empty ones count and end the sum.
    /// </summary>
    /// <param name="counts">Of one population.</param>
    /// <param name="reference">Of the other, as many bins.</param>
    /// <returns>At least 0.</returns>
    internal static double StabilityIndex(IReadOnlyList<long> counts, IReadOnlyList<long> reference)
    {
        var (all, allOfReference) = (counts.Sum() + counts.Count / 2.0, reference.Sum() + counts.Count / 2.0);
        return counts.Zip(reference, (count, ofReference) =>
        {
            var (p, q) = ((count + 0.5) / all, (ofReference + 0.5) / allOfReference);
            return (p - q) * Math.Log(p / q);
        }).Sum();
    }
}

/// <summary>Counts images and answers as they come. Not safe to use from several threads at once.</summary>
internal sealed class AnswerCounts
{
    // a pixel with less is the edge of a stroke
    private const float LeastInk = 0.2f;

    private readonly long[] _digits = new long[DigitClassifier.Digits + 1];
    private readonly long[] _confidence = new long[AnswerHistograms.ConfidenceEdges.Count + 1];
    private readonly long[] _ink = new long[AnswerHistograms.InkEdges.Count + 1];
    private readonly long[] _size = new long[AnswerHistograms.SizeEdges.Count + 1];

    /// <summary>Counts an image.</summary>
    /// <param name="pixels">784 numbers, 0 = paper, 1 = full ink.</param>
    /// <param name="answer">What the model answered.</param>
    public void Add(ReadOnlySpan<float> pixels, Prediction answer)
    {
        _digits[answer.IsDigit ? answer.Digit : DigitClassifier.Digits]++;
        if (answer.IsDigit)
            _confidence[Bin(AnswerHistograms.ConfidenceEdges, answer.Confidence)]++;
        _ink[Bin(AnswerHistograms.InkEdges, TensorPrimitives.Sum(pixels) / pixels.Length)]++;
        _size[Bin(AnswerHistograms.SizeEdges, ShorterSide(pixels))]++;
    }

    /// <summary>What was counted up to now.</summary>
    public AnswerHistograms ToHistograms() => new([.. _digits], [.. _confidence], [.. _ink], [.. _size]);

    private static int Bin(IReadOnlyList<float> edges, float value) => edges.Count(edge => value >= edge);

    private static int ShorterSide(ReadOnlySpan<float> pixels)
    {
        var (left, right, top, bottom) = (DigitImage.Side, -1, DigitImage.Side, -1);
        for (var i = 0; i < pixels.Length; i++)
        {
            if (pixels[i] < LeastInk)
                continue;

            var (y, x) = Math.DivRem(i, DigitImage.Side);
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
        }

        return Math.Max(0, Math.Min(right - left, bottom - top) + 1);
    }
}
