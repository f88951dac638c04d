using MnistReader.Explanation;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Onnx;
using Xunit;

namespace MnistReader.Tests.Explanation;

/// <summary>The insides of the committed model, against computations of their own.</summary>
public sealed class ExplanationTests : IDisposable
{
    private static readonly byte[] File = ModelFile.Read(CommittedModel.Path);

    private readonly DigitClassifier _classifier = DigitClassifier.Load(File, "committed");

    public void Dispose() => _classifier.Dispose();

    [Fact]
    public void The_first_layers_maps_are_a_plain_convolution_with_the_files_weights()
    {
        var graph = ModelProto.Parser.ParseFrom(File).Graph;
        var conv = graph.Node.First(node => node.OpType == "Conv");
        var (weight, bias) = (Floats(conv.Input[1]), Floats(conv.Input[2]));
        var side = (int)conv.Attribute.Single(attribute => attribute.Name == "kernel_shape").Ints[0];
        var image = Drawn(Four);
        using var maps = FeatureMaps.Load(File);

        var all = maps.Compute(image);

        Assert.Equal(graph.Node.Count(node => node.OpType == "Conv"), all.Count);
        var first = all[0];
        // no padding in any of our first layers
        Assert.Equal((bias.Length, DigitImage.Side - side + 1, DigitImage.Side - side + 1), (first.Channels, first.Width, first.Height));
        Assert.Contains(first.Values, value => value > 0.1);
        for (var i = 0; i < first.Values.Length; i++)
        {
            var (channel, top, left) = (i / (first.Width * first.Height), i / first.Width % first.Height, i % first.Width);
            var sum = bias[channel];
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < side; x++)
                    sum += weight[(channel * side + y) * side + x] * image.Pixels[(top + y) * DigitImage.Side + left + x] / 255f;
            }

            Assert.Equal(Math.Max(0, sum), first.Values[i], 1e-4);
        }

        float[] Floats(string name) => System.Runtime.InteropServices.MemoryMarshal
            .Cast<byte, float>(graph.Initializer.Single(tensor => tensor.Name == name).RawData.Span).ToArray();
    }

    [Fact]
    public void The_saliency_is_what_taking_patches_away_one_by_one_gives()
    {
        var image = Drawn(Nine);
        var expected = new double[DigitImage.PixelCount];
        for (var top = -2; top < 28; top += 2)
        {
            for (var left = -2; left < 28; left += 2)
            {
                var without = image.Pixels.ToArray();
                for (var i = 0; i < without.Length; i++)
                    without[i] = IsInside(i, top, left) ? (byte)0 : without[i];
                var difference = LogOdds(_classifier.Classify(image), 9) - LogOdds(_classifier.Classify(new DigitImage(without)), 9);
                for (var i = 0; i < expected.Length; i++)
                    expected[i] += IsInside(i, top, left) ? difference / 4 : 0;
            }
        }

        var map = Saliency.Of(_classifier, image, 9)[0];

        Assert.Equal(expected, map.Select(value => (double)value), (one, other) => Math.Abs(one - other) < 0.01);

        static bool IsInside(int pixel, int top, int left) => pixel / 28 - top is >= 0 and < 4 && pixel % 28 - left is >= 0 and < 4;
    }

    [Fact]
    public void The_stroke_that_makes_a_four_a_nine_speaks_for_the_nine_and_against_the_four()
    {
        var (nine, four) = (Drawn(Nine), Drawn(Four));
        Assert.Equal((9, 4), (_classifier.Classify(nine).Digit, _classifier.Classify(four).Digit));

        var maps = Saliency.Of(_classifier, nine, 9, 4);

        // the bar on top is all that tells them apart
        var bar = Enumerable.Range(0, DigitImage.PixelCount).Where(i => nine.Pixels[i] > 128 && i / 28 < 7 && i % 28 is >= 11 and < 17).ToList();
        Assert.NotEmpty(bar);
        Assert.True(bar.Average(i => maps[0][i]) > 0.5, $"{bar.Average(i => maps[0][i])}");
        Assert.True(bar.Average(i => maps[1][i]) < -0.5, $"{bar.Average(i => maps[1][i])}");
    }

    [Fact]
    public void Paper_says_nothing()
    {
        var image = Drawn(Four);

        var map = Saliency.Of(_classifier, image, 4)[0];

        Assert.All(Enumerable.Range(0, DigitImage.PixelCount).Where(i => !Enumerable.Range(0, DigitImage.PixelCount).Any(j =>
            image.Pixels[j] > 0 && Math.Abs(i / 28 - j / 28) < Saliency.PatchSide && Math.Abs(i % 28 - j % 28) < Saliency.PatchSide)),
                i => Assert.Equal(0, map[i]));
        Assert.All(Saliency.Of(_classifier, new DigitImage(new byte[DigitImage.PixelCount]), 0, 1),
            blank => Assert.All(blank, value => Assert.Equal(0, value)));
    }

    // as (x, y) of 28×28
    private static readonly (double X, double Y)[][] Four = [[(9, 5), (9, 14), (18.5, 14)], [(18.5, 5), (18.5, 23)]];
    private static readonly (double X, double Y)[][] Nine = [.. Four, [(9, 5), (18.5, 5)]];

    /// <summary>Strokes of a pen two pixels wide, with soft edges.</summary>
    private static DigitImage Drawn((double X, double Y)[][] strokes) => new(Enumerable.Range(0, DigitImage.PixelCount).Select(i =>
    {
        var distance = strokes.Min(stroke => stroke.Zip(stroke.Skip(1)).Min(part => Distance(i % 28, i / 28, part.First, part.Second)));
        return (byte)(255 * Math.Clamp(2 - distance, 0, 1));
    }).ToArray());

    private static double Distance(double x, double y, (double X, double Y) from, (double X, double Y) to)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var along = Math.Clamp(((x - from.X) * dx + (y - from.Y) * dy) / (dx * dx + dy * dy), 0, 1);
        return Math.Sqrt(Math.Pow(x - from.X - along * dx, 2) + Math.Pow(y - from.Y - along * dy, 2));
    }

    private static double LogOdds(Prediction answer, int digit) =>
        Math.Log(answer.Probabilities[digit] / answer.Probabilities.Where((_, other) => other != digit).Sum(p => (double)p));
}
