using MnistReader.Framing;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

/// <summary>MNIST's own images, put through the framing that serving uses, must come out as they went in.</summary>
public class FramingOfMnistTests
{
    [Fact]
    public void Most_of_MNISTs_test_images_stay_the_same_when_they_are_framed_again()
    {
        var test = RealMnist.Test;

        var same = Enumerable.Range(0, test.Count).Count(index => LargestDifference(test[index], FrameAgain(test[index])) <= 4);

        // measured: 99.95 %; all but 3 of the images have an ink box of 20 pixels, which framing leaves as it is
        Assert.InRange(same, 9_990, 9_999);
    }

    [Fact]
    public void Accuracy_falls_by_at_most_0_03_points_when_the_test_images_are_framed_again()
    {
        var test = RealMnist.Test;
        var again = test with { Pixels = Enumerable.Range(0, test.Count).SelectMany(index => FrameAgain(test[index]).Pixels.ToArray()).ToArray() };
        using var classifier = DigitClassifier.Load(Repository.ServedModel);

        var accuracy = Evaluator.Measure(Evaluator.Predict(classifier, test), test).MicroAccuracy;
        var accuracyAgain = Evaluator.Measure(Evaluator.Predict(classifier, again), again).MicroAccuracy;

        Assert.InRange(accuracyAgain, accuracy - 0.0003, accuracy + 0.0003);
    }

    /// <summary>Puts the image off the middle of a larger plane, and frames that.</summary>
    private static DigitImage FrameAgain(DigitImage image)
    {
        const int side = 50, left = 3, top = 19;
        var ink = new byte[side * side];
        for (var y = 0; y < DigitImage.Side; y++)
            image.Pixels.Slice(y * DigitImage.Side, DigitImage.Side).CopyTo(ink.AsSpan((top + y) * side + left));
        return DigitFraming.Frame(new InkImage(side, side, ink)) ?? throw new InvalidOperationException("The image is blank.");
    }

    private static int LargestDifference(DigitImage one, DigitImage other)
    {
        var largest = 0;
        for (var i = 0; i < DigitImage.PixelCount; i++)
            largest = Math.Max(largest, Math.Abs(one.Pixels[i] - other.Pixels[i]));
        return largest;
    }
}
