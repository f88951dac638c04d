using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Synthesis.Strokes;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Synthesis;

public class PenDrawingTests
{
    private const int Side = 280;

    private static readonly WrittenSign One = new("1", "1", "1", [[new(10, 0), new(0, 400)]]);
    private static readonly WrittenSign Seven = new("7", "2", "2", [[new(-0.2f, 0), new(0.3f, 0), new(0, 0.7f)], [new(0, 0.35f), new(0.25f, 0.35f)]]);
    private static readonly WrittenSign Tap = new("0", "3", "3", [[new(250, 250)]]);

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void The_longer_side_of_the_ink_has_the_size_that_was_asked_for(double size)
    {
        foreach (var penWidth in new[] { 0.04, 0.1, 0.16 })
        {
            foreach (var digit in new[] { One, Seven })
            {
                var ink = InkBox(PenDrawing.Draw(digit, size, penWidth, new Random(1)));

                Assert.InRange(Math.Max(ink.Width, ink.Height), size * Side - 2, size * Side + 2);
            }
        }
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.95)]
    public void The_ink_is_anywhere_on_the_canvas_and_never_cut_off(double size)
    {
        var random = new Random(1);

        var boxes = Enumerable.Range(0, 100).Select(_ => InkBox(PenDrawing.Draw(Seven, size, 0.1, random))).ToList();

        var free = (1 - size) * Side;
        Assert.InRange(Spread(boxes.Select(ink => ink.Top)), 0.8 * free, free + 2);
        Assert.InRange(Spread(boxes.Select(ink => ink.Left)), 0.8 * free, Side); // it is higher than wide
        Assert.InRange(Spread(boxes.Select(ink => ink.Width)), 0, 1); // by where it falls between pixels
        Assert.InRange(Spread(boxes.Select(ink => ink.Height)), 0, 1);

        static int Spread(IEnumerable<int> values) => values.Max() - values.Min();
    }

    [Fact]
    public void A_tap_is_a_dot()
    {
        var plane = PenDrawing.Draw(Tap, 0.5, 0.2, new Random(1));

        var ink = InkBox(plane);
        Assert.InRange(ink.Width, 28, 30); // 0.5 × 0.2 × 280
        Assert.InRange(ink.Height, 28, 30);
        Assert.Equal(255, plane.Row(ink.Top + ink.Height / 2)[ink.Left + ink.Width / 2]);
        Assert.Equal(0, plane.Row(ink.Top)[ink.Left]); // round
    }

    [Fact]
    public void Every_digit_is_framed_with_its_label()
    {
        var images = PenDrawing.Draw([Seven, One, Tap], (0.04, 0.16), (0.25, 0.95), seed: 1);

        Assert.Equal([7, 1, 0], images.Labels.ToArray());
        var right = DigitFraming.Frame(PenDrawing.Draw(Seven, 0.6, 0.1, new Random(1)))!;
        Assert.True(Distance(images[0], right) < Distance(images[1], right));
    }

    [Fact]
    public void Variations_repeat_with_the_same_seed_and_differ_with_another()
    {
        Assert.Equal(Vary(seed: 1), Vary(seed: 1));
        Assert.NotEqual(Vary(seed: 1), Vary(seed: 2));

        static byte[] Vary(int seed) => PenDrawing.Vary([Seven, One], 5, seed).Pixels.ToArray();
    }

    [Fact]
    public void Every_digit_is_varied_as_often_as_asked_and_never_the_same_twice()
    {
        var images = PenDrawing.Vary([Seven, One], copies: 50, seed: 1);

        Assert.Equal(Enumerable.Repeat(new byte[] { 7, 1 }, 50).SelectMany(labels => labels), images.Labels.ToArray());
        Assert.Equal(100, Enumerable.Range(0, 100).Select(index => Convert.ToHexString(images[index].Pixels)).Distinct().Count());
    }

    [Theory]
    [InlineData(false, 0.95)]
    [InlineData(true, 0.9)]
    public void What_was_drawn_is_read_as_the_digit_that_it_is(bool varied, double least)
    {
        IReadOnlyList<WrittenSign> digits = [.. RealStrokes.Digits.Where((_, index) => index % 15 == 0)];
        using var classifier = DigitClassifier.Load(Repository.ServedModel);

        var images = varied ? PenDrawing.Vary(digits, copies: 1, seed: 1) : PenDrawing.Draw(digits, (0.04, 0.16), (0.25, 0.95), seed: 1);

        Assert.Equal(500, images.Count);
        Assert.InRange(Evaluator.Measure(Evaluator.Predict(classifier, images), images).MicroAccuracy, least, 1);
    }

    [Fact]
    public void A_tap_can_be_varied_with_every_pen()
    {
        var images = PenDrawing.Vary([Tap], copies: 200, seed: 1);

        Assert.Equal(200, images.Count);
        Assert.All(Enumerable.Range(0, 200), index => Assert.Equal(255, images[index].Pixels.ToArray().Max()));
    }

    private readonly record struct Box(int Left, int Top, int Width, int Height);

    private static Box InkBox(InkImage plane)
    {
        var inked = (from y in Enumerable.Range(0, plane.Height) from x in Enumerable.Range(0, plane.Width) where plane.Row(y)[x] >= 64 select (x, y)).ToList();
        var (left, top) = (inked.Min(pixel => pixel.x), inked.Min(pixel => pixel.y));
        return new Box(left, top, inked.Max(pixel => pixel.x) - left + 1, inked.Max(pixel => pixel.y) - top + 1);
    }

    private static double Distance(DigitImage one, DigitImage other) =>
        one.Pixels.ToArray().Zip(other.Pixels.ToArray()).Sum(pixels => Math.Pow(pixels.First - pixels.Second, 2));
}
