using System.Security.Cryptography;
using Google.Protobuf;
using MnistReader.Onnx;

namespace MnistReader.Inference;

/// <summary>What tells a damaged model file from a whole one: the trainer writes it into the card, and <see cref="DigitClassifier"/> compares.</summary>
internal static class NetworkHash
{
    /// <summary>
    /// The SHA-256 of a file's network: its layers and weights, the bytes of ONNX's <c>graph</c> as they stand in the file. The metadata around it isn't part
    /// of it.
    /// </summary>
    /// <param name="model">The bytes of an ONNX file.</param>
    /// <returns>64 hexadecimal digits in lower case.</returns>
    /// <exception cref="InvalidProtocolBufferException">They aren't the bytes of an ONNX file.</exception>
    public static string Of(byte[] model)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new CodedInputStream(model);
        while (file.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == ModelProto.GraphFieldNumber)
                hash.AppendData(file.ReadBytes().Span);
            else
                file.SkipLastField();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
