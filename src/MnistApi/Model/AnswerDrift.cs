using MnistReader.Framing;
using MnistReader.Inference;

namespace MnistApi.Model;

/// <summary>
/// Whether what comes in is like what the model was validated on: the last images, at least <see cref="Window"/> once there are as many and at most twice as
/// many, against the histograms of the card. Safe to use from many threads at once.
/// </summary>
/// <param name="reference">Of the card.</param>
internal sealed class AnswerDrift(AnswerHistograms reference)
{
    /// <summary>Images after which the older half is forgotten.</summary>
    public const int Window = 5_000;

    /// <summary>Images below which nothing is told: of so few, the index is mostly chance.</summary>
    public const int Least = 500;

    private readonly Lock _gate = new();
    private AnswerHistograms _before = AnswerHistograms.Empty;
    private AnswerCounts _now = new();
    private int _count; // of those in _now

    /// <summary>Counts an image.</summary>
    /// <param name="image">As the network saw it.</param>
    /// <param name="answer">What the model answered.</param>
    public void Add(DigitImage image, Prediction answer)
    {
        Span<float> pixels = stackalloc float[DigitImage.PixelCount];
        DigitClassifier.ToInput(image, pixels);
        Add(pixels, answer);
    }

    /// <summary>Counts an image of a tensor.</summary>
    /// <param name="pixels">784 numbers, 0 = paper, 1 = full ink.</param>
    /// <param name="answer">What the model answered.</param>
    public void Add(ReadOnlySpan<float> pixels, Prediction answer)
    {
        lock (_gate)
        {
            _now.Add(pixels, answer);
            if (++_count == Window)
                (_before, _now, _count) = (_now.ToHistograms(), new AnswerCounts(), 0);
        }
    }

    /// <summary>The population stability indices; null where there are too few images.</summary>
    public DriftResponse? Read()
    {
        AnswerHistograms before, now;
        lock (_gate)
            (before, now) = (_before, _now.ToHistograms());

        var images = Sum(of => of.Digits).Sum();
        return images < Least
            ? null
            : new DriftResponse(images, Index(of => of.Digits), Index(of => of.Confidence), Index(of => of.Ink), Index(of => of.Size));

        double Index(Func<AnswerHistograms, IReadOnlyList<long>> of) => AnswerHistograms.StabilityIndex(Sum(of), of(reference));

        IReadOnlyList<long> Sum(Func<AnswerHistograms, IReadOnlyList<long>> of) => [.. of(before).Zip(of(now), (earlier, later) => earlier + later)];
    }
}
