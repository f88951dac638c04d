namespace MnistReader;

/// <summary>A picture can't be read without a network that was not loaded.</summary>
/// <example><code>
/// using var reader = new DigitReader(DigitClassifier.Load("models/mnist.onnx")); // drawings alone
/// try
/// {
///     reader.Read(File.ReadAllBytes("photo.jpg"));
/// }
/// catch (MissingNetworkException e)
/// {
///     Console.WriteLine(e.Message);
/// }
/// </code></example>
public sealed class MissingNetworkException()
    : Exception($"Only drawings on paper of one level can be read: there is no ink network, a file '{DigitReader.InkFile}' beside the model.");
