using MnistReader.Framing;
using MnistReader.Inference;

namespace MnistReader.Explanation;

/// <summary>
/// What in an image speaks for a digit, and what against it: ink is taken away patch by patch, and the answer compared (occlusion; M. Zeiler and R. Fergus,
/// 2014), as weight of
/// evidence (M. Robnik-Šikonja and I. Kononenko, 2008). All patches are one run of the network: 226 images at most, about a hundred for a digit.
/// </summary>
internal static class Saliency
{
    /// <summary>Side of a patch, in pixels: about as wide as a stroke.</summary>
    public const int PatchSide = 4;

    private const int Step = PatchSide / 2;
    private const float Least = 1e-30f; // of a probability, so that its logarithm is a number

    /// <summary>Maps for some digits.</summary>
    /// <param name="classifier">Is asked.</param>
    /// <param name="image">A framed digit.</param>
    /// <param name="digits">Each 0 to 9.</param>
    /// <returns>
    /// For each digit 784 numbers in row order: by how much the natural logarithm of its odds falls where a patch with this pixel loses its ink, the mean of
    /// the four patches that hold it. Above 0
    /// the ink speaks for the digit, below 0 against it; 0 where there is none.
    /// </returns>
    public static IReadOnlyList<float[]> Of(DigitClassifier classifier, DigitImage image, params IReadOnlyList<int> digits)
    {
        var images = new List<DigitImage> { image };
        var patches = new List<List<int>>();
        for (var top = -Step; top < DigitImage.Side; top += Step)
        {
            for (var left = -Step; left < DigitImage.Side; left += Step)
            {
                var patch = Inside(top, left);
                if (patch.TrueForAll(pixel => image.Pixels[pixel] == 0))
                    continue;

                var without = image.Pixels.ToArray();
                patch.ForEach(pixel => without[pixel] = 0);
                images.Add(new DigitImage(without));
                patches.Add(patch);
            }
        }

        var answers = classifier.Classify(images); // that of the whole image first
        return [.. digits.Select(digit =>
        {
            var map = new float[DigitImage.PixelCount];
            var whole = LogOdds(answers[0], digit);
            foreach (var (index, patch) in patches.Index())
            {
                var evidence = whole - LogOdds(answers[index + 1], digit);
                foreach (var pixel in patch)
                    map[pixel] += evidence / (PatchSide / Step * (PatchSide / Step));
            }

            return map;
        })];
    }

    private static List<int> Inside(int top, int left) =>
    [
        .. from y in Enumerable.Range(top, PatchSide)
           from x in Enumerable.Range(left, PatchSide)
           where y is >= 0 and < DigitImage.Side && x is >= 0 and < DigitImage.Side
           select y * DigitImage.Side + x,
    ];

    /// <summary>From the others' sum, which is exact where 1 − p would be rounded to 0.</summary>
    private static float LogOdds(Prediction answer, int digit)
    {
        var others = answer.Probabilities.Where((_, other) => other != digit).Sum();
        return MathF.Log(Math.Max(answer.Probabilities[digit], Least) / Math.Max(others, Least));
    }
}
