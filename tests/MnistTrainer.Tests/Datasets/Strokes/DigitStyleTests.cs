using MnistTrainer.Datasets.Strokes;
using Xunit;
using static MnistTrainer.Tests.Datasets.Strokes.StrokeFaultsTests;

namespace MnistTrainer.Tests.Datasets.Strokes;

public class DigitStyleTests
{
    private const string Round = "50,0 20,15 0,50 20,85 50,100 80,85 100,50 80,15 50,0";

    [Theory]
    [InlineData("0", Round, "plain zero")]
    [InlineData("0", Round + ";48,48 52,52", "dotted zero")]
    [InlineData("0", Round + ";50,50", "dotted zero")]
    [InlineData("0", Round + ";80,20 20,80", "slashed zero")]
    [InlineData("0", "50,0 20,15 0,50 20,85 50,100 80,85 100,50 80,15 50,0 80,15 20,85", "slashed zero")] // in one stroke: two holes
    [InlineData("0", "50,0 20,15 0,50 20,85 50,100 80,85 100,50 80,15 50,0 60,15 75,15", "plain zero")] // with a tail
    [InlineData("1", "50,0 50,100", "plain one")]
    [InlineData("1", "55,0 45,100", "plain one")]
    [InlineData("1", "0,40 40,0 40,100", "flagged one")]
    [InlineData("1", "0,30 40,0 40,100;5,100 80,100", "one with a foot")]
    [InlineData("2", "0,20 40,0 70,20 60,50 0,100 80,100", "plain two")]
    [InlineData("2", "0,20 40,0 70,20 40,95 10,95 0,75 15,60 80,100", "looped two")]
    [InlineData("4", "0,0 0,60 70,60;50,20 50,100", "open four")]
    [InlineData("4", "50,100 50,0 0,60 80,60", "closed four")]
    [InlineData("7", "0,0 60,0 20,100", "plain seven")]
    [InlineData("7", "0,0 60,0 20,100;15,50 60,50", "crossed seven")]
    [InlineData("7", "0,20 0,0 60,0;60,0 20,100", "plain seven")] // the roof is no bar
    [InlineData("3", "0,0 40,20 10,50 40,80 0,100", null)]
    [InlineData("K", "0,0 0,100;50,0 0,50 50,100", null)]
    public void Each_way_to_write_a_digit_has_its_name(string text, string strokes, string? style) =>
        Assert.Equal(style, DigitStyle.Of(Sign(text, strokes)));

    [Fact]
    public void Rare_styles_are_repeated_up_to_an_eighth_of_their_digit_and_six_times()
    {
        var (plain, crossed) = (Sign("7", "0,0 60,0 20,100"), Sign("7", "0,0 60,0 20,100;15,50 60,50"));
        var (open, closed) = (Sign("4", "0,0 0,60 70,60;50,20 50,100"), Sign("4", "50,100 50,0 0,60 80,60"));
        var three = Sign("3", "0,0 40,20 10,50 40,80 0,100");

        var balanced = DigitStyle.Balance(
        [
            .. Enumerable.Repeat(plain, 96), .. Enumerable.Repeat(crossed, 4), // 12 of 100 are asked for: each three times
            .. Enumerable.Repeat(open, 199), closed, // 24 of 200, and six at most
            three,
        ]);

        Assert.Equal([96, 12, 199, 6, 1], new[] { plain, crossed, open, closed, three }.Select(digit => balanced.Count(same => ReferenceEquals(same, digit))));
    }

    [Fact]
    public void Common_styles_are_shown_as_often_as_they_are_written()
    {
        var digits = Enumerable.Range(0, 40).Select(n => Sign("7", n % 2 == 0 ? "0,0 60,0 20,100" : "0,0 60,0 20,100;15,50 60,50")).ToList();

        Assert.Equal(digits.ToHashSet(ReferenceEqualityComparer.Instance), DigitStyle.Balance(digits).ToHashSet(ReferenceEqualityComparer.Instance));
        Assert.Equal(40, DigitStyle.Balance(digits).Count);
    }
}
