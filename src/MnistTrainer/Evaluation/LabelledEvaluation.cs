using MnistReader;
using MnistReader.Imaging;
using MnistTrainer.Datasets;

namespace MnistTrainer.Evaluation;

/// <summary>Labelled pictures of one form, read as the service does; all shares are 0 to 1, of all pictures.</summary>
/// <param name="Readings">Each picture with what was read on it; at least one.</param>
internal sealed record LabelledEvaluation(IReadOnlyList<(LabelledPicture Picture, PictureReading Reading)> Readings)
{
    private const double Z = 1.959964; // 95 % of a normal distribution are within so many deviations

    /// <summary>The share that was read entirely right.</summary>
    public double Right => Share(reading => reading.Outcome == PictureOutcome.Right);

    /// <summary>The 95 % confidence interval of <see cref="Right"/> (Wilson, 1927), which also holds for few pictures and for shares near 0 and 1.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            var (n, z2) = (Readings.Count, Z * Z);
            var centre = (Right + z2 / (2 * n)) / (1 + z2 / n);
            var half = Z / (1 + z2 / n) * Math.Sqrt(Right * (1 - Right) / n + z2 / (4.0 * n * n));
            return (Math.Max(0, centre - half), Math.Min(1, centre + half));
        }
    }

    /// <summary>The share that would have been read entirely right if nothing were rejected.</summary>
    public double GuessedRight => Share(reading => reading.BestGuess == reading.Truth);

    /// <summary>The share of <see cref="PictureReading.IsRefused"/>.</summary>
    public double Refused => Share(reading => reading.IsRefused);

    /// <summary>The share of <see cref="PictureReading.IsConfidentMistake"/>.</summary>
    public double ConfidentMistakes => Share(reading => reading.IsConfidentMistake);

    /// <summary>The mean <see cref="Training.EditDistance.Share"/> between what is written and what was read.</summary>
    public double EditDistance => Readings.Average(one => Training.EditDistance.Share(one.Reading.Truth, one.Reading.Text));

    /// <summary>The share whose text is shorter than what is written: of blank pictures, it is empty.</summary>
    public double TooShort => Share(reading => reading.Text.Length < reading.Truth.Length);

    /// <summary>The share whose text is longer than what is written.</summary>
    public double TooLong => Share(reading => reading.Text.Length > reading.Truth.Length);

    /// <summary>How many pictures came to this.</summary>
    public int Count(PictureOutcome outcome) => Readings.Count(one => one.Reading.Outcome == outcome);

    /// <summary>Reads pictures on all processors. What can't be opened or decoded is <see cref="PictureOutcome.Unreadable"/>.</summary>
    /// <param name="reader">Answers.</param>
    /// <param name="pictures">At least one.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LabelledEvaluation Of(DigitReader reader, IReadOnlyList<LabelledPicture> pictures, CancellationToken cancellation)
    {
        var readings = new (LabelledPicture, PictureReading)[pictures.Count];
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, readings.Length, options, index => readings[index] = (pictures[index], Read(reader, pictures[index], cancellation)));
        return new LabelledEvaluation(readings);
    }

    private static PictureReading Read(DigitReader reader, LabelledPicture picture, CancellationToken cancellation)
    {
        try
        {
            var encoded = File.ReadAllBytes(picture.Path);
            return picture.IsNumber
                ? PictureReading.OfNumber(reader, picture.Truth, encoded, cancellation)
                : PictureReading.OfDigit(reader, picture.Truth, encoded, cancellation);
        }
        catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
        {
            return PictureReading.Nothing(picture.Truth, e.Message);
        }
    }

    private double Share(Func<PictureReading, bool> isCounted) => Readings.Average(one => isCounted(one.Reading) ? 1.0 : 0);
}
