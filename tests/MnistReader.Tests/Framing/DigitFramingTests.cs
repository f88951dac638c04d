using MnistReader.Framing;
using MnistReader.Ink;
using Xunit;

namespace MnistReader.Tests.Framing;

public class DigitFramingTests
{
    [Fact]
    public void A_blank_plane_holds_no_digit() => Assert.Null(DigitFraming.Frame(new InkImage(40, 30, new byte[1200])));

    [Fact]
    public void Ink_fainter_than_the_limit_holds_no_digit()
    {
        Assert.Null(DigitFraming.Frame(Bar(280, 280, 130, 40, 20, 200, InkImage.FaintestInk - 1)));
        Assert.NotNull(DigitFraming.Frame(Bar(280, 280, 130, 40, 20, 200, InkImage.FaintestInk)));
    }

    [Fact]
    public void A_bar_fills_the_height_of_the_20_pixel_box_and_becomes_full_ink()
    {
        var image = Frame(Bar(280, 280, 130, 40, 20, 200, 100));

        // 20×200 becomes 2×20, centred: columns 13 and 14 or so, rows 5 to 24 (15 − 10 = 5)
        Assert.Equal(40, image.Pixels.Count((byte)255));
        Assert.Equal(5, RowsWithInk(image).Min());
        Assert.Equal(24, RowsWithInk(image).Max());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(260, 80)]
    [InlineData(130, 40)]
    public void Where_the_ink_stands_on_the_canvas_makes_no_difference(int left, int top)
    {
        var image = Frame(Bar(280, 280, left, top, 20, 200, 255));

        Assert.Equal(Frame(Bar(280, 280, 77, 33, 20, 200, 255)).Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void How_large_the_ink_is_drawn_makes_no_difference()
    {
        var small = Frame(Bar(100, 100, 10, 10, 4, 40, 255));
        var large = Frame(Bar(1000, 1000, 300, 100, 80, 800, 255));

        Assert.Equal(small.Pixels.ToArray(), large.Pixels.ToArray());
    }

    [Fact]
    public void A_single_pixel_of_ink_becomes_a_full_box()
    {
        var image = Frame(Bar(1, 1, 0, 0, 1, 1, 200));

        Assert.Equal(400, image.Pixels.Count((byte)255));
    }

    private static DigitImage Frame(InkImage plane) => DigitFraming.Frame(plane) ?? throw new InvalidOperationException("The plane is blank.");

    private static InkImage Bar(int width, int height, int left, int top, int barWidth, int barHeight, byte ink)
    {
        var plane = new byte[width * height];
        for (var y = top; y < top + barHeight; y++)
            plane.AsSpan(y * width + left, barWidth).Fill(ink);
        return new InkImage(width, height, plane);
    }

    private static IEnumerable<int> RowsWithInk(DigitImage image) =>
        Enumerable.Range(0, DigitImage.Side).Where(y => image.Pixels.Slice(y * DigitImage.Side, DigitImage.Side).ContainsAnyExcept((byte)0));
}
