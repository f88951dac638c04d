using MnistReader.Framing;
using MnistTrainer.Datasets;
using MnistTrainer.Evaluation;
using MnistTrainer.Synthesis.NonDigits;
using Xunit;

namespace MnistTrainer.Tests.Synthesis;

public class NonDigitsTests
{
    private const string Nowhere = "no-such-folder";

    private static readonly DigitSet Digits = GeneratedDigits.Create(50, seed: 1);

    [Fact]
    public void The_same_seed_draws_the_same_images_and_another_seed_others()
    {
        var first = NonDigits.Generate(40, seed: 1, Digits);

        Assert.Equal(first.Pixels.ToArray(), NonDigits.Generate(40, seed: 1, Digits).Pixels.ToArray());
        Assert.NotEqual(first.Pixels.ToArray(), NonDigits.Generate(40, seed: 2, Digits).Pixels.ToArray());
    }

    [Fact]
    public void Every_image_is_framed_labelled_and_unlike_all_others()
    {
        var images = NonDigits.Generate(1_000, seed: 1, Digits);

        AssertFramed(images, 1_000);
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(index => Convert.ToHexString(images[index].Pixels)).Distinct().Count());
    }

    [Fact]
    public void The_mixture_reaches_from_a_few_dots_to_a_full_square()
    {
        var images = NonDigits.Generate(1_000, seed: 1, Digits);

        var ink = Enumerable.Range(0, 1_000).Select(index => images[index].Pixels.ToArray().Average(pixel => pixel / 255.0)).ToList();

        Assert.True(ink.Min() < 0.03, $"The emptiest image holds {ink.Min():P1} of ink.");
        Assert.True(ink.Max() > 0.35, $"The fullest image holds {ink.Max():P1} of ink."); // the box is 51 % of the image
    }

    [Fact]
    public void Unseen_sources_are_framed_and_labelled()
    {
        var (found, missing) = OutOfDistribution.Load(OutOfDistribution.FashionFolder, OutOfDistribution.FontsFolder, perSource: 100, seed: 1);

        Assert.SkipWhen(missing.Count > 0, string.Join(' ', missing));
        Assert.Equal(["clothes", "letters", "scribbles"], found.Select(source => source.Source));
        Assert.All(found, source => AssertFramed(source.Images, 100));
    }

    [Fact]
    public void A_missing_source_is_left_out_and_named_with_the_package_that_has_it()
    {
        var (found, missing) = OutOfDistribution.Load(Nowhere, Nowhere, perSource: 20, seed: 1);

        var source = Assert.Single(found);
        Assert.Equal("scribbles", source.Source);
        AssertFramed(source.Images, 20);
        Assert.Equal(2, missing.Count);
        Assert.Contains("dataset-fashion-mnist", missing[0], StringComparison.Ordinal);
        Assert.Contains("fonts-dejavu", missing[1], StringComparison.Ordinal);
    }

    /// <summary>Full ink somewhere, and all ink within a box of 20×20.</summary>
    private static void AssertFramed(DigitSet images, int count)
    {
        Assert.Equal(count, images.Count);
        Assert.All(images.Labels.ToArray(), label => Assert.Equal(DigitSet.NonDigit, label));
        for (var index = 0; index < count; index++)
        {
            var pixels = images[index].Pixels.ToArray();
            var inked = Enumerable.Range(0, DigitImage.PixelCount).Where(i => pixels[i] > 0).ToList();
            Assert.Equal(255, pixels.Max());
            Assert.InRange(inked.Max(i => i % DigitImage.Side) - inked.Min(i => i % DigitImage.Side), 0, 19);
            Assert.InRange((inked.Max() / DigitImage.Side) - (inked.Min() / DigitImage.Side), 0, 19);
        }
    }
}
