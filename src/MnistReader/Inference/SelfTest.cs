using Microsoft.ML.OnnxRuntime;
using MnistReader.Framing;

namespace MnistReader.Inference;

/// <summary>
/// A digit that the trained network read rightly. It travels in the model card, so that whoever loads the file can see that it still does.
/// </summary>
/// <param name="Pixels">784 bytes in row order, 0 = paper, 255 = full ink.</param>
/// <param name="Digit">What the network answers, 0 to 9.</param>
/// <example><code>
/// using var classifier = DigitClassifier.Load("models/mnist.onnx");
/// SelfTest.Run(classifier, "models/mnist.onnx"); // throws where the network doesn't read its card's digit
/// </code></example>
public sealed record SelfTest(byte[] Pixels, int Digit)
{
    /// <summary>Runs the network of a loaded file once, on its card's self-test digit.</summary>
    /// <param name="classifier">Just loaded.</param>
    /// <param name="path">Where it was loaded from, for the message.</param>
    /// <exception cref="InvalidDataException">
    /// The card's digit isn't 28×28, the network can't run,
    /// its ten probabilities aren't finite or don't sum to 1, or it reads the digit otherwise than the card says.
    /// </exception>
    public static void Run(DigitClassifier classifier, string path)
    {
        var test = classifier.Card.SelfTest;
        if (test.Pixels.Length != DigitImage.PixelCount)
            throw new InvalidDataException(
                $"The model in '{path}' fails its self-test: the digit in its card has {test.Pixels.Length} pixels, not {DigitImage.PixelCount}.");

        Prediction answer;
        try
        {
            answer = classifier.Classify(new DigitImage(test.Pixels));
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidDataException($"The model in '{path}' fails its self-test: {e.Message}", e);
        }

        if (!answer.Probabilities.All(float.IsFinite) || Math.Abs(answer.Probabilities.Sum() - 1) > 1e-3)
            throw new InvalidDataException($"The model in '{path}' fails its self-test: its answers are no probabilities.");

        if (answer.Digit != test.Digit)
            throw new InvalidDataException($"The model in '{path}' fails its self-test: it reads the card's {test.Digit} as {answer.Digit}.");
    }
}
