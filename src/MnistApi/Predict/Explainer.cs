using MnistApi.Model;
using MnistReader.Explanation;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;

namespace MnistApi.Predict;

/// <summary>How an answer came about, as pictures.</summary>
internal static class Explainer
{
    private const int MostStepPx = 280;

    // on black, and told apart by all eyes
    private static readonly (float Red, float Green, float Blue) Neutral = (150, 150, 150), For = (255, 140, 0), Against = (40, 150, 255);

    /// <summary>A step before the network's input.</summary>
    /// <param name="name"><c>ink</c> or <c>crop</c>.</param>
    /// <param name="plane">The ink at that step.</param>
    public static ExplainedStep Step(string name, InkImage plane)
    {
        using var small = plane.Shrink(MostStepPx);
        return new ExplainedStep(name, small.Width, small.Height, Png.ToDataUrl(Png.OfGrey(small.Pixels, small.Width, small.Height)));
    }

    /// <summary>The network's input.</summary>
    public static ExplainedStep Input(DigitImage digit) => new("input", DigitImage.Side, DigitImage.Side, Png.ToDataUrl(Png.Of(digit)));

    /// <summary>All of it.</summary>
    /// <param name="model">Answered.</param>
    /// <param name="digit">What it saw.</param>
    /// <param name="prediction">What it answered.</param>
    /// <param name="steps">Before its input.</param>
    public static Explanation Explain(LoadedModel model, DigitImage digit, Prediction prediction, IEnumerable<ExplainedStep> steps)
    {
        var runnerUp = prediction.Probabilities.Index().Where(some => some.Index != prediction.Digit).MaxBy(some => some.Item).Index;
        var maps = Saliency.Of(model.Classifier, digit, prediction.Digit, runnerUp);
        var full = Math.Max(1, maps.Max(map => map.Max(value => Math.Abs(value)))); // nothing shines where nothing matters
        var layers = model.FeatureMaps.Compute(digit);
        return new Explanation(
            [.. steps, Input(digit)],
            new ExplainedDigit(prediction.Digit, Colour(digit, maps[0], full)),
            new ExplainedDigit(runnerUp, Colour(digit, maps[1], full)),
            [.. layers.Select((layer, index) => new ExplainedLayer($"conv{index + 1}", layer.Channels, layer.Width, layer.Height, Tile(layer)))]);
    }

    private static string Colour(DigitImage digit, float[] map, float full)
    {
        Span<byte> pixels = stackalloc byte[4 * DigitImage.PixelCount];
        for (var i = 0; i < DigitImage.PixelCount; i++)
        {
            var (towards, strength, ink) = (map[i] > 0 ? For : Against, Math.Abs(map[i]) / full, digit.Pixels[i] / 255f);
            pixels[4 * i] = (byte)(ink * float.Lerp(Neutral.Red, towards.Red, strength));
            pixels[4 * i + 1] = (byte)(ink * float.Lerp(Neutral.Green, towards.Green, strength));
            pixels[4 * i + 2] = (byte)(ink * float.Lerp(Neutral.Blue, towards.Blue, strength));
            pixels[4 * i + 3] = byte.MaxValue;
        }

        return Png.ToDataUrl(Png.OfColours(pixels, DigitImage.Side, DigitImage.Side));
    }

    private static string Tile(FeatureMap layer)
    {
        const byte between = 64;
        var columns = (int)Math.Ceiling(Math.Sqrt(layer.Channels));
        var rows = (layer.Channels + columns - 1) / columns;
        var (width, height) = (columns * (layer.Width + 1) - 1, rows * (layer.Height + 1) - 1);
        var levels = new byte[width * height];
        Array.Fill(levels, between);
        var strongest = layer.Values.Max();
        for (var channel = 0; channel < layer.Channels; channel++)
        {
            var corner = channel / columns * (layer.Height + 1) * width + channel % columns * (layer.Width + 1);
            for (var i = 0; i < layer.Height * layer.Width; i++)
            {
                var value = layer.Values[channel * layer.Height * layer.Width + i];
                levels[corner + i / layer.Width * width + i % layer.Width] = strongest > 0 ? (byte)(255 * Math.Max(0, value) / strongest + 0.5f) : (byte)0;
            }
        }

        return Png.ToDataUrl(Png.OfGrey(levels, width, height));
    }
}
