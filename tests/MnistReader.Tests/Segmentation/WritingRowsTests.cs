using MnistReader.Imaging;
using MnistReader.Segmentation;
using Xunit;

namespace MnistReader.Tests.Segmentation;

public class WritingRowsTests
{
    [Fact]
    public void Rows_come_from_above_and_their_digits_from_the_left() => Assert.Equal(
        [[3, 1], [2, 0]],
        WritingRows.Of([Box(60, 100), Box(60, 10), Box(10, 105), Box(10, 5)]));

    [Fact]
    public void A_row_that_rises_is_one_row() => Assert.Equal(
        [[0, 1, 2, 3, 4]],
        WritingRows.Of([.. Enumerable.Range(0, 5).Select(place => Box(50 * place, 160 - 25 * place))]));

    [Fact]
    public void A_wide_gap_does_not_make_two_rows() => Assert.Equal([[0, 1]], WritingRows.Of([Box(0, 10), Box(900, 25)]));

    [Fact]
    public void Two_rows_that_rise_stay_two() => Assert.Equal(
        [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]],
        WritingRows.Of([.. Enumerable.Range(0, 12).Select(index => Box(40 * (index % 6), 100 + 60 * (index / 6) - 10 * (index % 6)))]));

    private static PixelBox Box(int x, int y) => new(x, y, 30, 50);
}
