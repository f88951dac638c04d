using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;
using Xunit;

namespace MnistReader.Tests;

public class WrittenSheetTests
{
    private static readonly Prediction Any = new(1, 1, new float[10], 1, true);

    [Theory]
    [InlineData(5, 25, 10, 20)] // cut through paper
    [InlineData(12, 25, 10, 20)] // through its ink: up to where that ends
    [InlineData(5, 17, 10, 20)]
    [InlineData(-50, 900, 10, 50)] // all of the row
    [InlineData(90, 95, 49, 50)] // beyond it
    public void A_digit_is_cut_where_there_is_paper(double from, double to, int left, int right)
    {
        using var gray = new GrayImage(100, 40);
        using var plane = new InkImage(100, 40);
        plane.Writable.Clear();
        for (var y = 5; y < 35; y++)
        {
            plane.Writable.Slice(y * 100 + 10, 10).Fill(255);
            plane.Writable.Slice(y * 100 + 40, 10).Fill(255);
        }

        var box = new WrittenSheet(gray, plane, KeepInk: false).Cut(from, to, new PixelBox(10, 5, 40, 30), Any).Box;

        Assert.Equal(new PixelBox(left, 5, right - left, 30), box);
    }
}
