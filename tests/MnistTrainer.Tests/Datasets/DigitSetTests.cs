using MnistReader.Framing;
using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class DigitSetTests
{
    // as uneven as a real set: 100 zeros, 90 ones, … 10 nines
    private static readonly DigitSet Uneven = Create([.. Enumerable.Range(0, 10).SelectMany(digit => Enumerable.Repeat((byte)digit, 100 - 10 * digit))]);

    [Fact]
    public void The_stratified_order_has_every_image_once() => Assert.Equal(Enumerable.Range(0, Uneven.Count), Uneven.StratifiedOrder(1).Order());

    [Theory]
    [InlineData(0, 110)]
    [InlineData(110, 110)]
    [InlineData(300, 55)]
    public void Every_stretch_of_the_stratified_order_holds_each_digit_in_its_share(int start, int length)
    {
        var stretch = Uneven.Take([.. Uneven.StratifiedOrder(1).Skip(start).Take(length)]);

        for (var digit = 0; digit < 10; digit++)
            Assert.InRange(stretch.Labels.Span.Count((byte)digit), length * (100 - 10 * digit) / 550.0 - 1.5, length * (100 - 10 * digit) / 550.0 + 1.5);
    }

    [Fact]
    public void The_seed_decides_the_order()
    {
        Assert.Equal(Uneven.StratifiedOrder(7), Uneven.StratifiedOrder(7));
        Assert.NotEqual(Uneven.StratifiedOrder(7), Uneven.StratifiedOrder(8));
    }

    [Fact]
    public void A_split_shares_the_images_out_without_overlap()
    {
        var (training, validation) = Uneven.Split(150, seed: 3);

        Assert.NotNull(validation);
        Assert.Equal((400, 150), (training.Count, validation.Count));
        Assert.Equal(Enumerable.Range(0, Uneven.Count), Numbers(training).Concat(Numbers(validation)).Order());
    }

    [Fact]
    public void Of_the_images_that_are_not_held_back_a_split_keeps_as_many_as_are_asked_for()
    {
        var (all, held) = Uneven.Split(150, seed: 3);
        var (some, sameHeld) = Uneven.Split(150, seed: 3, trainingCount: 55);
        var (half, none) = Uneven.Split(0, seed: 3, trainingCount: 275);

        Assert.Equal(Numbers(held!), Numbers(sameHeld!));
        Assert.Subset(Numbers(all).ToHashSet(), Numbers(some).ToHashSet());
        Assert.Equal((55, 275, null), (some.Count, half.Count, none));
        for (var digit = 0; digit < 10; digit++)
            Assert.InRange(half.Labels.Span.Count((byte)digit), (100 - 10 * digit) / 2 - 1, (100 - 10 * digit) / 2 + 1);
        Assert.Equal("There are 400 images to learn from, not 401.",
            Assert.Throws<ArgumentException>(() => Uneven.Split(150, seed: 3, trainingCount: 401)).Message);
    }

    /// <summary>Each image carries its position in its first two pixels.</summary>
    private static DigitSet Create(byte[] labels)
    {
        var pixels = new byte[labels.Length * DigitImage.PixelCount];
        for (var i = 0; i < labels.Length; i++)
            (pixels[i * DigitImage.PixelCount], pixels[i * DigitImage.PixelCount + 1]) = ((byte)(i / 256), (byte)i);
        return new DigitSet(pixels, labels);
    }

    private static IEnumerable<int> Numbers(DigitSet set) => Enumerable.Range(0, set.Count).Select(index => 256 * set[index].Pixels[0] + set[index].Pixels[1]);
}
