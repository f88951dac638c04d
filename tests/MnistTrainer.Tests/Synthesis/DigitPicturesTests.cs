using MnistReader;
using MnistTrainer.Evaluation;
using MnistTrainer.Synthesis.Pictures;
using Xunit;

namespace MnistTrainer.Tests.Synthesis;

/// <summary>Few pictures of each kind; <c>evaluate --pictures</c> measures with many.</summary>
public class DigitPicturesTests
{
    private const int Few = 24;

    private static readonly Lazy<DigitReader> Reader = new(() => DigitReader.Load(Repository.ServedModel));

    public static TheoryData<string> Conditions => [.. DigitPictures.Conditions];

    [Fact]
    public void The_same_seed_makes_the_same_pictures_and_another_makes_others()
    {
        Assert.Equal(Make(seed: 1).Encoded, Make(seed: 1).Encoded);
        Assert.NotEqual(Make(seed: 1).Encoded, Make(seed: 2).Encoded);

        static DigitPicture Make(int seed) => Pictures(seed).OneDigit("uneven light and shadow", index: 3);
    }

    [Fact]
    public void A_kind_of_paper_that_there_is_not_is_refused() =>
        Assert.StartsWith("There is no condition 'wet paper'. There are: dark on light, ",
            Assert.Throws<ArgumentException>(() => Pictures(seed: 1).OneDigit("wet paper", 1)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Conditions))]
    public void A_digit_is_read_on_every_kind_of_paper(string condition)
    {
        var pictures = Pictures(seed: 3);
        var few = condition == DigitPictures.Photo ? Few / 4 : Few;

        var result = new PictureEvaluation(Reader.Value, null, TestContext.Current.CancellationToken)
            .Run(condition, few, index => pictures.OneDigit(condition, index));

        Assert.Equal(few, result.Pictures);
        Assert.InRange(result.Right, 0.66, 1); // two errors in six photos are chance; how well they are read is what the command measures
        Assert.InRange(result.Several, 0, 0.34);
    }

    [Theory]
    [InlineData(2, RowForm.Drawn)]
    [InlineData(5, RowForm.Touching)]
    [InlineData(8, RowForm.Drawn)]
    [InlineData(3, RowForm.Photographed)]
    internal void A_row_of_digits_is_read_from_left_to_right(int length, RowForm form)
    {
        var pictures = Pictures(seed: 3);

        var result = new PictureEvaluation(Reader.Value, null, TestContext.Current.CancellationToken)
            .Run("row", form == RowForm.Photographed ? 4 : Few, index => pictures.Row(length, form, index));

        var isHard = form == RowForm.Touching; // how well they are read is what the command measures
        Assert.InRange(result.Right, isHard ? 0.25 : 0.5, 1);
        Assert.InRange(result.DigitsRight, isHard ? 0.6 : 0.8, 1);
        Assert.InRange(result.Several, isHard ? 0.6 : 0.75, 1);
    }

    [Theory]
    [InlineData("2024", "2024", 4)]
    [InlineData("2024", "204", 3)]
    [InlineData("2024", "20124", 4)]
    [InlineData("2024", "", 0)]
    [InlineData("12", "21", 1)]
    public void Digits_of_a_row_that_is_read_with_gaps_are_counted_in_order(string written, string read, int matched) =>
        Assert.Equal(matched, PictureEvaluation.LongestCommonSubsequence(written, read));

    private static DigitPictures Pictures(int seed) => new(RealMnist.Test, RealStrokes.Digits, seed);
}
