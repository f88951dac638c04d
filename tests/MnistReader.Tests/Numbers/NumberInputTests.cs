using MnistReader.Imaging;
using MnistReader.Numbers;
using Xunit;

namespace MnistReader.Tests.Numbers;

public class NumberInputTests
{
    [Theory]
    [InlineData(40, 40, 40)]
    [InlineData(300, 60, 200)]
    [InlineData(99, 20, 200)] // 198, and two columns that nothing stands in
    [InlineData(1, 90, 16)]
    [InlineData(5_000, 20, 640)]
    public void Lines_of_every_size_get_one_height_and_a_bounded_width_in_whole_steps(int width, int height, int expected)
    {
        using var line = Line(width, height);

        var input = NumberInput.Of(line);

        Assert.Equal(expected, input.Width);
        Assert.Equal(expected / NumberInput.StepPx, input.Steps);
        Assert.Equal(expected * NumberInput.Height, input.Values.Length);
    }

    [Fact]
    public void A_line_and_its_negative_give_the_same_numbers()
    {
        using var line = Line(120, 30);
        using var negative = new GrayImage(120, 30);
        for (var i = 0; i < 120 * 30; i++)
            negative.Writable[i] = (byte)(255 - line.Pixels[i]);

        var (one, other) = (NumberInput.Of(line).Values, NumberInput.Of(negative).Values);

        Assert.Equal(0, one.Zip(other, (a, b) => Math.Abs(a - b)).Max(), 1e-4);
    }

    /// <summary>A stroke across light paper.</summary>
    private static GrayImage Line(int width, int height)
    {
        var line = new GrayImage(width, height);
        for (var i = 0; i < width * height; i++)
            line.Writable[i] = (byte)(i / width == height / 2 ? 20 : 200 + i % 7);
        return line;
    }
}
