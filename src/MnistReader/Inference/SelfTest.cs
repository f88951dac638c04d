namespace MnistReader.Inference;

/// <summary>
/// A digit that the trained network read rightly. It travels in the model card, so that whoever loads the file can see that it still does.
/// </summary>
/// <param name="Pixels">784 bytes in row order, 0 = paper, 255 = full ink.</param>
/// <param name="Digit">What the network answers, 0 to 9.</param>
/// <example><code>
/// using var classifier = DigitClassifier.Load("models/mnist.onnx"); // which has passed it
/// Console.WriteLine(classifier.Card.SelfTest.Digit);
/// </code></example>
public sealed record SelfTest(byte[] Pixels, int Digit);
