using MnistReader.Numbers;
using MnistTrainer.Synthesis.Pictures;
using Xunit;

namespace MnistTrainer.Tests.Synthesis;

/// <summary>Pictures to learn from, with the truth about them; written with generated digits.</summary>
public class PictureGeneratorTests
{
    private const int Many = 80;

    private static readonly PictureGenerator Generator = new(new Handwriting(GeneratedDigits.Create(100, seed: 1), []), seed: 1);

    [Fact]
    public void The_same_seed_and_index_make_the_same_picture_whichever_were_made_before()
    {
        var other = new PictureGenerator(new Handwriting(GeneratedDigits.Create(100, seed: 1), []), seed: 1);
        using var first = Generator.Make(7, most: 5);
        using var second = other.Make(8, most: 5);
        using var again = other.Make(7, most: 5);

        Assert.Equal(first.Gray.Pixels.ToArray(), again.Gray.Pixels.ToArray());
        Assert.Equal(first.Ink.Pixels.ToArray(), again.Ink.Pixels.ToArray());
        Assert.NotEqual(first.Gray.Pixels.ToArray(), second.Gray.Pixels.ToArray());
    }

    [Fact]
    public void Where_nothing_is_written_there_is_no_ink_and_elsewhere_there_is()
    {
        var blank = 0;
        for (var index = 0; index < Many; index++)
        {
            using var picture = Generator.Make(index, most: 3);
            blank += picture.Lines.Count == 0 ? 1 : 0;
            Assert.Equal(picture.Lines.Count > 0, picture.Ink.Pixels.ContainsAnyExcept((byte)0));
        }

        Assert.InRange(blank, 1, Many / 5);
    }

    [Fact]
    public void Each_character_has_a_box_that_holds_ink_and_the_boxes_hold_all_ink()
    {
        for (var index = 0; index < Many / 4; index++)
        {
            using var picture = Generator.Make(index, most: 6);
            var boxes = picture.Lines.SelectMany(line => line.Boxes).ToList();
            Assert.All(picture.Lines, line => Assert.Equal(line.Text.Length, line.Boxes.Count));
            for (var y = 0; y < picture.Ink.Height; y++)
            {
                for (var x = 0; x < picture.Ink.Width; x++)
                {
                    if (picture.Ink.Row(y)[x] > 128)
                        Assert.Contains(boxes, box => x >= box.X - 2 && y >= box.Y - 2 && x < box.X + box.Width + 2 && y < box.Y + box.Height + 2);
                }
            }
        }
    }

    [Fact]
    public void Pictures_are_of_all_sizes_within_bounds_dark_on_light_and_light_on_dark()
    {
        var (light, least, most) = (0, int.MaxValue, 0);
        for (var index = 0; index < Many; index++)
        {
            using var picture = Generator.Make(index, most: 2);
            least = Math.Min(least, Math.Min(picture.Gray.Width, picture.Gray.Height));
            most = Math.Max(most, Math.Max(picture.Gray.Width, picture.Gray.Height));
            light += MeanWhere(picture, ink => ink > 200) > MeanWhere(picture, ink => ink == 0) ? 1 : 0;
        }

        Assert.InRange(least, 16, 30);
        Assert.InRange(most, 300, 480);
        Assert.InRange(light, Many / 10, Many / 2);

        static double MeanWhere(WrittenPicture picture, Func<byte, bool> isWanted)
        {
            var levels = picture.Gray.Pixels.ToArray().Zip(picture.Ink.Pixels.ToArray()).Where(pixel => isWanted(pixel.Second)).Select(pixel => (int)pixel.First);
            return levels.DefaultIfEmpty().Average();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    public void A_number_has_as_many_digits_as_were_asked_for_unless_it_is_a_date_time_or_amount(int digits)
    {
        var random = new Random(1);
        var texts = Enumerable.Range(0, Many).Select(_ => NumberText.Draw(digits, random)).ToList();

        Assert.All(texts, text => Assert.All(text, symbol => Assert.True(char.IsAsciiDigit(symbol) || NumberAlphabet.Separators.Contains(symbol))));
        Assert.InRange(texts.Count(text => text.Count(char.IsAsciiDigit) == digits), Many / 2, Many);
        Assert.Contains(texts, text => text.EndsWith('-'));
    }
}
