namespace MnistReader;

/// <summary>A picture can't be read without a network that was not loaded.</summary>
public sealed class MissingNetworkException()
    : Exception($"Only drawings on paper of one level can be read: there is no ink network, a file '{DigitReader.InkFile}' beside the model.");
