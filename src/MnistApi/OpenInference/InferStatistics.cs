using System.Diagnostics;
using System.Runtime.CompilerServices;
using MnistApi.Hosting.Errors;
using MnistApi.Hosting.Telemetry;
using MnistApi.Model;

namespace MnistApi.OpenInference;

/// <summary>
/// Counts the requests for inference of each model since it was loaded, for <c>/v2/models/{model}/stats</c>. Other roads, such as <c>/predict</c>, aren't
/// counted: the protocol knows nothing of them. One per service.
/// </summary>
internal sealed class InferStatistics
{
    private readonly ConditionalWeakTable<LoadedModel, Tally> _tallies = []; // a model's goes with it

    /// <summary>A request was answered.</summary>
    /// <param name="model">By whom.</param>
    /// <param name="images">How many it had.</param>
    /// <param name="batchSize">How many of them went through the network at once.</param>
    /// <param name="clock">Where its time went.</param>
    /// <param name="output">What making the answer took.</param>
    public void Succeeded(LoadedModel model, int images, int batchSize, StageClock clock, TimeSpan output) =>
        _tallies.GetOrCreateValue(model).Add(images, images / batchSize, batchSize,
            new Times(clock[Stage.Queue], clock[Stage.Decode] + clock[Stage.Frame], clock[Stage.Infer], output));

    /// <summary>A request wasn't answered.</summary>
    /// <param name="model">Who was asked.</param>
    /// <param name="spent">Since its headers arrived.</param>
    public void Failed(LoadedModel model, TimeSpan spent) => _tallies.GetOrCreateValue(model).AddFailure(spent);

    /// <summary>What was counted for a model.</summary>
    public ModelStatistics Of(LoadedModel model) => _tallies.GetOrCreateValue(model).Read(model.Classifier.Card.Name, model.Classifier.Card.Version);

    private sealed record Times(TimeSpan Queue, TimeSpan Input, TimeSpan Infer, TimeSpan Output)
    {
        public static Times operator +(Times a, Times b) => new(a.Queue + b.Queue, a.Input + b.Input, a.Infer + b.Infer, a.Output + b.Output);

        public TimeSpan Sum => Queue + Input + Infer + Output;
    }

    private sealed class Tally
    {
        private readonly Lock _lock = new();
        private readonly SortedDictionary<int, (long Runs, Times Times)> _batches = [];
        private Times _times = new(default, default, default, default);
        private TimeSpan _failureTime;
        private long _successes, _failures, _images, _runs, _lastMs;

        public void Add(int images, int runs, int batchSize, Times times)
        {
            lock (_lock)
            {
                _times += times;
                _successes++;
                _images += images;
                _runs += runs;
                _lastMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                _batches[batchSize] = _batches.TryGetValue(batchSize, out var before) ? (before.Runs + runs, before.Times + times) : (runs, times);
            }
        }

        public void AddFailure(TimeSpan spent)
        {
            lock (_lock)
            {
                _failures++;
                _failureTime += spent;
            }
        }

        public ModelStatistics Read(string name, string version)
        {
            lock (_lock)
            {
                var requests = new RequestStatistics(
                    Of(_successes, _times.Sum), Of(_failures, _failureTime), Of(_successes, _times.Queue),
                    Of(_successes, _times.Input), Of(_successes, _times.Infer), Of(_successes, _times.Output), Of(0, default), Of(0, default));
                return new ModelStatistics(name, version, _lastMs, _images, _runs, requests, [.. _batches.Select(batch => new BatchStatistics(
                    batch.Key, Of(batch.Value.Runs, batch.Value.Times.Input), Of(batch.Value.Runs, batch.Value.Times.Infer),
                    Of(batch.Value.Runs, batch.Value.Times.Output)))]);
            }
        }

        private static CountAndTime Of(long count, TimeSpan spent) => new(count, spent.Ticks * TimeSpan.NanosecondsPerTick);
    }
}

/// <summary>Counts requests for inference that fail, wherever that happens.</summary>
internal static class InferStatisticsExtensions
{
    /// <summary>Adds what counts; before everything that may refuse a request.</summary>
    public static void UseInferStatistics(this WebApplication app) => app.Use(static async (context, next) =>
    {
        var start = Stopwatch.GetTimestamp();
        var isInfer = context.GetEndpoint()?.Metadata.GetMetadata<InferRoute>() is not null;
        var address = context.Request.RouteValues; // those who handle exceptions take other ones
        await next(context);
        if (!isInfer || GrpcErrors.StatusOf(context) < StatusCodes.Status400BadRequest)
            return;

        var served = context.RequestServices.GetRequiredService<LoadedModel>();
        var card = served.Classifier.Card;
        if (address["model"] as string == card.Name && (address["version"] is null || address["version"] as string == card.Version))
            context.RequestServices.GetRequiredService<InferStatistics>().Failed(served, Stopwatch.GetElapsedTime(start));
    });
}

/// <summary>Marks a route that infers.</summary>
internal sealed record InferRoute;
