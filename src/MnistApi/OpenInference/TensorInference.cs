using System.Diagnostics;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;
using MnistApi.Model;
using MnistApi.Predict;
using MnistReader.Inference;

namespace MnistApi.OpenInference;

/// <summary>The one road from a request's tensor to its outputs, whichever protocol it came by. One per request.</summary>
/// <param name="served">Answers.</param>
/// <param name="recogniser">Runs the network.</param>
/// <param name="clock">Is told how long it took.</param>
/// <param name="statistics">Count it.</param>
internal sealed class TensorInference(LoadedModel served, Recogniser recogniser, StageClock clock, InferStatistics statistics)
{
    /// <summary>Infers.</summary>
    /// <param name="input">The tensor <c>pixels</c> or <c>image</c>.</param>
    /// <param name="request">Says which outputs are wanted, and how.</param>
    /// <param name="hungUp">Ends the work.</param>
    /// <returns>Each output that is wanted: what stands in the JSON, and the bytes behind it, empty where it isn't binary.</returns>
    /// <exception cref="InferException">The tensor or an output that is wanted isn't one of the model's.</exception>
    /// <exception cref="BadHttpRequestException">The data is malformed.</exception>
    /// <exception cref="OperationCanceledException">The client hung up, or its time was over.</exception>
    public IReadOnlyList<(InferOutput Json, byte[] Binary)> Infer(InputTensor input, InferRequest request, CancellationToken hungUp)
    {
        var wanted = OutputTensor.Wanted(request, served.Classifier.OutputNames);
        var predictions = Predict(input, hungUp);

        var start = Stopwatch.GetTimestamp();
        var outputs = wanted.Select(output => output.Of(predictions)).ToList();
        var batchSize = input.Name is DigitClassifier.InputName ? predictions.Count : 1;
        statistics.Succeeded(served, predictions.Count, batchSize, clock, Stopwatch.GetElapsedTime(start));
        return outputs;
    }

    private IReadOnlyList<Prediction> Predict(InputTensor input, CancellationToken hungUp)
    {
        switch (input.Name)
        {
            case DigitClassifier.InputName:
                clock.Start();
                var pixels = input.ReadPixels();
                clock.Lap(Stage.Decode);
                return recogniser.Infer(pixels);

            case InputTensor.ImageName:
                var predictions = recogniser.Infer(input.ReadPictures(), out var fault, hungUp);
                return fault is not var (index, problem)
                    ? predictions
                    : throw new InferException($"\"{input.Name}\" can't be read at [{index}]. {problem.Detail}", problem.Status!.Value);

            default:
                throw new InferException($"\"inputs\" has \"{input.Name}\", which the model doesn't take. Send \"pixels\" or \"image\".");
        }
    }
}
