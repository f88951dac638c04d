using System.Security.Cryptography;
using Google.Protobuf;
using MnistReader.Inference;
using MnistReader.Ink;
using MnistReader.Numbers;
using MnistReader.Onnx;
using MnistTrainer.Datasets;
using MnistTrainer.Networks;
using MnistTrainer.Storage;
using MnistTrainer.Training;

namespace MnistTrainer.Export;

/// <summary>Trained network → model file: the graph, the card in its metadata; kept only where it answers as the network does.</summary>
internal static class OnnxExporter
{
    /// <summary>How far the file's probabilities may be from the network's: other libraries add in another order.</summary>
    public const float MaxDifference = 1e-4f;

    /// <summary>How far the logarithms of a number network's probabilities may be from the file's.</summary>
    public const float MaxLogDifference = 1e-3f;

    /// <summary>The SHA-256 of a network's weights, batch normalisation's statistics included, in hexadecimal: the same weights, the same hash.</summary>
    /// <param name="network">A network.</param>
    public static string HashWeights(Network network)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in network.state_dict().Values)
            hash.AppendData(tensor.bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Writes the model file, reads it back with the classifier of the service, and keeps it only where both agree: no probability further apart than
    /// <see cref="MaxDifference"/>, and no other answer unless the network's two best are no further apart than that.
    /// </summary>
    /// <param name="network">(N, 1, 28, 28) → (N, classes) logits, trained.</param>
    /// <param name="card">Goes into the file, with the SHA-256 of the network there; its temperature divides the logits.</param>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="images">Images to compare the file with the network on.</param>
    /// <param name="expected">What the network answers for them.</param>
    /// <exception cref="NotSupportedException">The network has a layer that has no counterpart here.</exception>
    /// <exception cref="InvalidDataException">The file answers otherwise than the network; nothing was written.</exception>
    public static void Write(Network network, ModelCard card, string path, DigitSet images, IReadOnlyList<Prediction> expected)
    {
        Write(OnnxGraph.OfDigits(network, card.Temperature), card, path, file =>
        {
            using var classifier = DigitClassifier.Load(file);
            CheckParity(Evaluator.Predict(classifier, images), expected);
        });
    }

    /// <summary>
    /// Writes the model file of an ink network, reads it back as the service does, and keeps it only where both find the same ink: no probability further
    /// apart than <see cref="MaxDifference"/>.
    /// </summary>
    /// <param name="network">(N, 1, H, W) → (N, 1, H, W) logits, trained; it is left in evaluation mode.</param>
    /// <param name="card">Goes into the file, with the SHA-256 of the network there.</param>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="pictures">To compare the file with the network on.</param>
    /// <exception cref="InvalidDataException">The file answers otherwise than the network; nothing was written.</exception>
    public static void Write(Network network, InkCard card, string path, IEnumerable<InkInput> pictures) =>
        Write(OnnxGraph.OfInk(network), card, path, file =>
        {
            using var exported = InkNetwork.Load(file);
            var largest = pictures.Max(picture => exported.Run(picture).Zip(Evaluator.Ink(network, picture), (one, other) => Math.Abs(one - other)).Max());
            if (!(largest <= MaxDifference))
                throw Differs($"probabilities up to {largest:G2} apart");
        });

    /// <summary>
    /// Writes the model file of a number network, reads it back as the service does, and keeps it only where both read the same texts, with no logarithm of a
    /// probability further apart than <see cref="MaxLogDifference"/>.
    /// </summary>
    /// <param name="network">(N, 1, 40, W) → (N, 16, 1, W/4) logits, trained; it is left in evaluation mode.</param>
    /// <param name="card">Goes into the file, with the SHA-256 of the network there; its temperature divides the logits.</param>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="lines">To compare the file with the network on.</param>
    /// <exception cref="InvalidDataException">The file answers otherwise than the network; nothing was written.</exception>
    public static void Write(Network network, NumberCard card, string path, IEnumerable<NumberInput> lines) =>
        Write(OnnxGraph.OfNumber(network, card.Temperature), card, path, file =>
        {
            using var exported = NumberNetwork.Load(file);
            var (largest, changed) = (0f, 0);
            foreach (var line in lines)
            {
                var (actual, expected) = (exported.Run(line), Evaluator.Steps(network, line, card.Temperature));
                largest = Math.Max(largest, actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max()); // NaN stays
                changed += Ctc.Best(NumberNetwork.ToSteps(actual)).SequenceEqual(Ctc.Best(NumberNetwork.ToSteps(expected))) ? 0 : 1;
            }

            if (changed > 0 || !(largest <= MaxLogDifference))
                throw Differs($"{changed} other texts, logarithms of probabilities up to {largest:G2} apart");
        });

    private static void Write(GraphProto graph, NetworkCard card, string path, Action<string> checkParity)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = OnnxGraph.Producer, ProducerVersion = card.Version, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        card = card with { NetworkSha256 = NetworkHash.Of(model.ToByteArray()) };
        model.MetadataProps.Add(new StringStringEntryProto { Key = NetworkCard.MetadataKey, Value = card.ToJson() });
        AtomicFile.Write(path, temporary =>
        {
            File.WriteAllBytes(temporary, model.ToByteArray());
            checkParity(temporary);
        });
    }

    private static InvalidDataException Differs(string how) =>
        new($"The exported file differs from the network: {how}. It was not written; the run's checkpoint has the weights.");

    private static void CheckParity(IReadOnlyList<Prediction> actual, IReadOnlyList<Prediction> expected)
    {
        // where the two best are as good as equal, the last bit decides, and another library may well decide otherwise
        var changed = actual.Zip(expected).Count(pair => pair.First.Digit != pair.Second.Digit
            && pair.Second.Probabilities[pair.Second.Digit] - pair.Second.Probabilities[pair.First.Digit] > MaxDifference);
        var largest = actual.Zip(expected).Max(pair => pair.First.Probabilities.Append(pair.First.DigitProbability)
            .Zip(pair.Second.Probabilities.Append(pair.Second.DigitProbability)).Max(both => Math.Abs(both.First - both.Second)));
        if (changed > 0 || !(largest <= MaxDifference))
            throw Differs($"{changed} other answers, probabilities up to {largest:G2} apart");
    }
}
