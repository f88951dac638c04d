using System.Numerics;
using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class WrittenDigitTests
{
    private const int Folds = 5;

    /// <summary>12 writers, of 3 to 14 digits each.</summary>
    private static readonly IReadOnlyList<WrittenDigit> Digits =
        [.. Enumerable.Range(1, 12).SelectMany(writer => Enumerable.Range(0, writer + 2).Select(n => new WrittenDigit((byte)(n % 10), 100 * writer, [[new Vector2(n)]])))];

    [Fact]
    public void No_writer_is_in_both_parts_and_no_digit_is_lost()
    {
        for (var fold = 1; fold <= Folds; fold++)
        {
            var (training, validation) = WrittenDigit.Cut(Digits, Folds, fold, seed: 1);

            Assert.Empty(Writers(training).Intersect(Writers(validation)));
            Assert.Equal(Digits.Order(ByPlace), training.Concat(validation).Order(ByPlace));
        }
    }

    [Fact]
    public void The_folds_hold_back_every_writer_once_and_their_share_each()
    {
        var folds = Enumerable.Range(1, Folds).Select(fold => Writers(WrittenDigit.Cut(Digits, Folds, fold, seed: 1).Validation)).ToList();

        Assert.Equal(Writers(Digits).Order(), folds.SelectMany(writers => writers).Order());
        Assert.All(folds, writers => Assert.InRange(writers.Count, 2, 3));
    }

    [Fact]
    public void The_seed_decides_the_cut()
    {
        Assert.Equal(Held(seed: 1), Held(seed: 1));
        Assert.NotEqual(Held(seed: 1), Held(seed: 2));

        static IReadOnlyList<int> Held(int seed) => Writers(WrittenDigit.Cut(Digits, Folds, 1, seed).Validation);
    }

    private static readonly Comparer<WrittenDigit> ByPlace = Comparer<WrittenDigit>.Create((one, other) => Place(one) - Place(other));

    private static int Place(WrittenDigit digit) => digit.Writer + (int)digit.Strokes[0][0].X;

    private static IReadOnlyList<int> Writers(IEnumerable<WrittenDigit> digits) => [.. digits.Select(digit => digit.Writer).Distinct()];
}
