using System.Globalization;
using MnistModel;
using MnistTrainer.Data;

namespace MnistTrainer.Training;

/// <summary>What became of pictures of one kind; all shares are 0 to 1.</summary>
/// <param name="Pictures">How many.</param>
/// <param name="Right">Of pictures whose only digit was read right, all ink taken as one.</param>
/// <param name="Several">Of pictures that were taken for several digits.</param>
/// <param name="RowsRight">Of pictures whose every digit was read right, and none that isn't there.</param>
/// <param name="DigitsRight">Of written digits that were read right, the others of their row counted as most of them can be matched in order.</param>
public readonly record struct PictureResult(int Pictures, double Right, double Several, double RowsRight, double DigitsRight);

/// <summary>Reads made pictures as the service does.</summary>
/// <param name="classifier">Answers.</param>
/// <param name="samplesFolder">Gets some of the pictures and all that are read wrongly; null for none.</param>
/// <param name="cancellation">Ends the work.</param>
public sealed class PictureEvaluation(DigitClassifier classifier, string? samplesFolder, CancellationToken cancellation)
{
    private const int SamplesPerKind = 10;

    /// <summary>Makes and reads pictures of one kind, on all processors.</summary>
    /// <param name="kind">Its name, for the samples' files.</param>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes the picture of an index.</param>
    public PictureResult Run(string kind, int count, Func<int, DigitPicture> make)
    {
        var (one, several, rows, digits, matched) = (0, 0, 0, 0, 0);
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            var picture = make(index);
            var (whole, row, found) = Read(picture.Encoded);
            var right = picture.Text.Length == 1 ? whole == picture.Text : row == picture.Text;
            Interlocked.Add(ref one, whole == picture.Text ? 1 : 0);
            Interlocked.Add(ref several, found > 1 ? 1 : 0);
            Interlocked.Add(ref rows, row == picture.Text ? 1 : 0);
            Interlocked.Add(ref digits, picture.Text.Length);
            Interlocked.Add(ref matched, LongestCommonSubsequence(picture.Text, row));
            if (samplesFolder is not null && (index < SamplesPerKind || !right || (picture.Text.Length == 1 && found > 1)))
                Save(picture, string.Create(CultureInfo.InvariantCulture, $"{kind}-{index}-{picture.Text}-{(right ? "" : $"not-{whole}-{row}")}{(found > 1 ? $"-{found}-digits" : "")}"));
        });
        return new PictureResult(count, (double)one / count, (double)several / count, (double)rows / count, (double)matched / digits);
    }

    private (string Whole, string Row, int Found) Read(byte[] encoded)
    {
        using var plane = ImageDecoder.Decode(encoded);
        var writing = Writing.On(plane);
        var whole = writing.FrameAll() is { } digit ? classifier.Classify(digit).Digit.ToString(CultureInfo.InvariantCulture) : "";
        var digits = Enumerable.Range(0, writing.Digits).Select(writing.Frame).OfType<DigitImage>().ToList();
        return (whole, string.Concat(classifier.Classify(digits).Select(prediction => prediction.Digit)), writing.Digits);
    }

    private void Save(DigitPicture picture, string name)
    {
        Directory.CreateDirectory(samplesFolder!);
        File.WriteAllBytes(Path.Combine(samplesFolder!, name.Replace(' ', '-').Replace(",", "", StringComparison.Ordinal) + (picture.Encoded[0] == 0xFF ? ".jpg" : ".png")), picture.Encoded);
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
