using System.Globalization;
using MnistReader.Framing;

namespace MnistTrainer.Datasets;

/// <summary>Labelled digit images.</summary>
/// <param name="Pixels">N×784 bytes, 0 = paper, 255 = full ink.</param>
/// <param name="Labels">N bytes: 0 to 9; <see cref="NonDigit"/> for an image that is none.</param>
internal sealed record DigitSet(ReadOnlyMemory<byte> Pixels, ReadOnlyMemory<byte> Labels)
{
    /// <summary>Label of an image that is no digit: 10.</summary>
    public const byte NonDigit = 10;

    /// <summary>Label of what was written: 0 to 9 for a digit, <see cref="NonDigit"/> for any other sign.</summary>
    /// <param name="text">As <c>7</c> or <c>A</c>.</param>
    public static byte LabelOf(string text) => text is [>= '0' and <= '9' and var digit] ? (byte)(digit - '0') : NonDigit;

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>One image, without a copy.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1.</param>
    public DigitImage this[int index] => new(Pixels.Slice(index * DigitImage.PixelCount, DigitImage.PixelCount));

    /// <summary>The images at some positions, copied.</summary>
    /// <param name="indices">Positions, in the order wanted.</param>
    public DigitSet Take(IReadOnlyList<int> indices)
    {
        var pixels = new byte[indices.Count * DigitImage.PixelCount];
        var labels = new byte[indices.Count];
        for (var i = 0; i < indices.Count; i++)
        {
            this[indices[i]].Pixels.CopyTo(pixels.AsSpan(i * DigitImage.PixelCount));
            labels[i] = Labels.Span[indices[i]];
        }

        return new DigitSet(pixels, labels);
    }

    /// <summary>
    /// An order drawn by a seed in which every stretch holds each digit in the share that it has in the whole, to within one image:
    /// stretches of it are stratified folds and splits.
    /// </summary>
    /// <param name="seed">Another seed draws another order; the same seed the same one.</param>
    /// <returns>All positions, each once.</returns>
    public IReadOnlyList<int> StratifiedOrder(int seed)
    {
        var positions = Enumerable.Range(0, Count).ToArray();
        new Random(seed).Shuffle(positions);
        // within its digit, image r of n comes at (r + ½) / n of the way: digits are spread evenly over the order
        var labels = Labels;
        return [.. positions.GroupBy(position => labels.Span[position])
            .SelectMany(digit => digit.Select((position, rank) => (position, at: (rank + 0.5) / digit.Count())))
            .OrderBy(image => image.at).Select(image => image.position)];
    }

    /// <summary>Holds back a stratified part for validation.</summary>
    /// <param name="validationCount">Number of images to hold back; with 0 there is no validation part.</param>
    /// <param name="seed">Draws which.</param>
    /// <param name="trainingCount">Number of the others to keep, as stratified; null for all.</param>
    /// <exception cref="ArgumentException">There aren't as many others.</exception>
    public (DigitSet Training, DigitSet? Validation) Split(int validationCount, int seed, int? trainingCount = null)
    {
        var left = Count - validationCount;
        if (trainingCount > left)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There are {left:N0} images to learn from, not {trainingCount:N0}."));
        if (validationCount == 0 && trainingCount is null)
            return (this, null);

        var order = StratifiedOrder(seed);
        return (Take([.. order.Skip(validationCount).Take(trainingCount ?? left).Order()]),
            validationCount == 0 ? null : Take([.. order.Take(validationCount).Order()]));
    }
}
