using System.Globalization;
using System.Numerics;
using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests.Datasets.Strokes;

public class StrokeFaultsTests
{
    private const string Round = "50,0 20,15 0,50 20,85 50,100 80,85 100,50 80,15 50,0";

    [Theory]
    [InlineData("7", "50,50", "a dot")]
    [InlineData(".", "50,50", "a dot")]
    [InlineData("4", "50,0 50,100", "a line alone")]
    [InlineData("7", "0,0 100,100;40,40 42,45", "a line alone")] // what is beside it is hardly longer than a dot
    [InlineData("x", "0,0 100,100", "a line alone")]
    [InlineData("8", Round, "a round alone")]
    [InlineData("9", Round, "a round alone")]
    [InlineData("e", Round, "a round alone")]
    [InlineData("1", "0,0 50,10 100,0;50,10 50,30", "a one without its stem")]
    [InlineData("4", "0,0 0,60 70,60", "a four without its stem")]
    [InlineData("7", "0,0 50,0 20,100;70,0 100,50 70,100", "a stroke apart")]
    [InlineData("3", "0,0 40,20 10,50 40,80 0,100;60,0 100,100", "a stroke apart")]
    public void A_sign_whose_strokes_do_not_make_it_has_its_reason(string text, string strokes, string reason) =>
        Assert.Equal(reason, StrokeFaults.Of(Sign(text, strokes)));

    [Theory]
    [InlineData("1", "50,0 50,100")]
    [InlineData("-", "0,0 100,0")]
    [InlineData("_", "0,0 100,0")]
    [InlineData("~", "0,0 50,-2 100,0")]
    [InlineData(":", "0,0;0,50")]
    [InlineData("0", Round)]
    [InlineData("6", "60,0 20,40 0,70 25,100 50,70 25,50 5,70")]
    [InlineData("8", "50,50 20,25 50,0 80,25 50,50 20,75 50,100 80,75 50,50")]
    [InlineData("9", "70,20 40,40 10,20 40,0 70,20 60,100")]
    [InlineData("1", "0,20 50,0 50,100;20,100 80,100")]
    [InlineData("4", "0,0 0,60 70,60;50,20 50,100")]
    [InlineData("4", "0,0 0,60 70,60 70,20 70,100")]
    [InlineData("4", "0,0 0,60 40,60;60,20 60,100")] // its stem may stand apart
    [InlineData("5", "0,0 0,50 40,60 20,100;60,0 90,0")] // and so may a five's roof
    [InlineData("7", "0,0 50,0 20,100;10,50 60,50")]
    [InlineData("7", "0,0 50,0 20,100")]
    [InlineData("H", "0,0 0,100;40,50 60,50;100,0 100,100")]
    public void A_good_sign_has_none(string text, string strokes) => Assert.Null(StrokeFaults.Of(Sign(text, strokes)));

    [Fact]
    public void The_size_and_place_of_a_sign_change_nothing()
    {
        foreach (var scale in new[] { 0.01f, 1, 300 })
        {
            Assert.Equal("a round alone", StrokeFaults.Of(Scaled(Sign("8", Round), scale)));
            Assert.Null(StrokeFaults.Of(Scaled(Sign("0", Round), scale)));
        }

        static WrittenSign Scaled(WrittenSign sign, float scale) =>
            sign with { Strokes = [.. sign.Strokes.Select(stroke => stroke.Select(point => new Vector2(7, -5) + scale * point).ToArray())] };
    }

    /// <summary>Strokes as <c>x,y x,y;x,y</c>, y down.</summary>
    internal static WrittenSign Sign(string text, string strokes) => new(text, "w", "s",
        [.. strokes.Split(';').Select(stroke => stroke.Split(' ').Select(point => point.Split(',')).Select(point => new Vector2(
            float.Parse(point[0], CultureInfo.InvariantCulture), float.Parse(point[1], CultureInfo.InvariantCulture))).ToArray())]);
}
