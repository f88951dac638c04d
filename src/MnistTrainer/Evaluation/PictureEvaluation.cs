using System.Globalization;
using MnistReader;
using MnistTrainer.Synthesis.Pictures;

namespace MnistTrainer.Evaluation;

/// <summary>What became of pictures of one kind; all shares are 0 to 1. What the model rejects is not read right.</summary>
/// <param name="Pictures">How many.</param>
/// <param name="Right">Of pictures that were read entirely right.</param>
/// <param name="Unread">Of pictures that were not answered, or with a <c>?</c>: blank, rejected, or pieces of a row that can't be read.</param>
/// <param name="Several">Of pictures that were taken for several digits.</param>
/// <param name="DigitsRight">Of written digits that were read right, those of a row counted as most of them can be matched in order.</param>
internal readonly record struct PictureResult(int Pictures, double Right, double Unread, double Several, double DigitsRight);

/// <summary>Reads made pictures as the service does: one digit as <c>POST /predict</c>, several as <c>POST /read</c>.</summary>
/// <param name="reader">Answers.</param>
/// <param name="samplesFolder">Gets some of the pictures and all that are read wrongly; null for none.</param>
/// <param name="cancellation">Ends the work.</param>
internal sealed class PictureEvaluation(DigitReader reader, string? samplesFolder, CancellationToken cancellation)
{
    private const int SamplesPerKind = 10;

    /// <summary>Makes and reads pictures of one kind, on all processors.</summary>
    /// <param name="kind">Its name, for the samples' files.</param>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes the picture of an index.</param>
    public PictureResult Run(string kind, int count, Func<int, DigitPicture> make)
    {
        var (right, unread, several, digits, matched) = (0, 0, 0, 0, 0);
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            var picture = make(index);
            var reading = picture.Text.Length == 1
                ? PictureReading.OfDigit(reader, picture.Text, picture.Encoded, cancellation)
                : PictureReading.OfNumber(reader, picture.Text, picture.Encoded, cancellation);
            var (isRight, found) = (reading.Outcome == PictureOutcome.Right, reading.DigitsSeen);
            Interlocked.Add(ref right, isRight ? 1 : 0);
            Interlocked.Add(ref unread, reading.Outcome is PictureOutcome.Rejected or PictureOutcome.Blank ? 1 : 0);
            Interlocked.Add(ref several, found > 1 ? 1 : 0);
            Interlocked.Add(ref digits, picture.Text.Length);
            Interlocked.Add(ref matched, LongestCommonSubsequence(picture.Text, reading.Text));
            if (samplesFolder is not null && (index < SamplesPerKind || !isRight || (picture.Text.Length == 1 && found > 1)))
            {
                var misreading = isRight ? "" : $"-not-{(reading.Text.Length == 0 ? "blank" : reading.Text.Replace(NumberReading.Unread, 'x'))}";
                Save(picture, string.Create(CultureInfo.InvariantCulture,
                    $"{kind}-{index}-{picture.Text}{misreading}{(found > 1 ? $"-{found}-digits" : "")}"));
            }
        });
        return new PictureResult(count, (double)right / count, (double)unread / count, (double)several / count, (double)matched / digits);
    }

    private void Save(DigitPicture picture, string name)
    {
        Directory.CreateDirectory(samplesFolder!);
        var file = name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal) + (picture.Encoded[0] == 0xFF ? ".jpg" : ".png");
        File.WriteAllBytes(Path.Combine(samplesFolder!, file), picture.Encoded);
    }

    /// <summary>How many digits of a row were read, where some are missing or too many.</summary>
    /// <param name="written">What is on the picture.</param>
    /// <param name="read">What was read.</param>
    public static int LongestCommonSubsequence(string written, string read)
    {
        var lengths = new int[written.Length + 1, read.Length + 1];
        for (var i = 1; i <= written.Length; i++)
        {
            for (var j = 1; j <= read.Length; j++)
                lengths[i, j] = written[i - 1] == read[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
        }

        return lengths[written.Length, read.Length];
    }
}
