using MnistReader.Numbers;
using Xunit;

namespace MnistReader.Tests.Numbers;

public class CtcTests
{
    private const double Tolerance = 1e-12;

    /// <summary>Five steps of a blank and two characters, and all texts that they can write.</summary>
    private static readonly double[][] Steps = Draw(steps: 5, classes: 3, seed: 1);

    private static readonly int[][] Texts = [.. Enumerable.Range(0, 6).SelectMany(length => Enumerable.Range(0, 1 << length)
        .Select(bits => Enumerable.Range(0, length).Select(place => 1 + ((bits >> place) & 1)).ToArray()))];

    [Theory]
    [InlineData("33", "3")]
    [InlineData("3_3", "33")]
    [InlineData("_3__355_", "335")]
    [InlineData("____", "")]
    public void Repeats_are_one_character_and_a_blank_keeps_doubles_apart(string steps, string text)
    {
        var classes = steps.Select(step => step == '_' ? NumberAlphabet.Blank : NumberAlphabet.ClassesOf($"{step}")[0]).ToArray();
        var sure = Array.ConvertAll(classes, of => Enumerable.Range(0, NumberAlphabet.Classes).Select(other => other == of ? 0.99 : 0.01 / 15).ToArray());

        Assert.Equal(text, NumberAlphabet.TextOf(NumberAlphabet.Merge(classes)));
        Assert.Equal(text, NumberAlphabet.TextOf(Ctc.Best(sure)));
    }

    [Fact]
    public void The_probabilities_of_all_texts_sum_to_one() => Assert.Equal(1, Texts.Sum(text => Ctc.Probability(Steps, text)), Tolerance);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_best_text_is_the_most_probable_of_all_though_its_best_path_may_not_be(int seed)
    {
        var steps = Draw(steps: 5, classes: 3, seed);

        Assert.Equal(Texts.MaxBy(text => Ctc.Probability(steps, text)), Ctc.Best(steps));
    }

    [Fact]
    public void A_text_is_more_probable_than_its_best_path_alone()
    {
        double[][] steps = [[0.6, 0.4], [0.6, 0.4]]; // blank, blank: 0.36; one character, in three ways: 0.64

        Assert.Equal([1], Ctc.Best(steps));
        Assert.Equal(0.64, Ctc.Probability(steps, [1]), Tolerance);
    }

    [Fact]
    public void The_search_finds_the_most_probable_texts_in_order()
    {
        var expected = Texts.OrderByDescending(text => Ctc.Probability(Steps, text)).Take(4);

        Assert.Equal(expected, Ctc.Search(Steps, width: 64).Take(4));
    }

    [Fact]
    public void The_search_finds_the_most_probable_text_of_a_pattern()
    {
        var pattern = NumberPattern.Parse("00|11|01");
        int[][] valid = [[1, 1], [2, 2], [1, 2]];

        var found = Ctc.Search(Steps, width: 64, pattern);

        Assert.Equal(valid.OrderByDescending(text => Ctc.Probability(Steps, text)), found);
    }

    [Fact]
    public void Characters_stand_one_after_the_other()
    {
        var steps = Draw(steps: 12, classes: 3, seed: 4);
        int[] text = [1, 2, 2, 1];

        var places = text.Select((_, place) => Ctc.StepOf(steps, text, place)).ToList();

        Assert.Equal(places.Order(), places);
        Assert.InRange(places[0], 0, 11);
        Assert.InRange(places[^1], places[0], 11);
    }

    private static double[][] Draw(int steps, int classes, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, steps).Select(_ =>
        {
            var of = Enumerable.Range(0, classes).Select(_ => random.NextDouble()).ToArray();
            return Array.ConvertAll(of, one => one / of.Sum());
        })];
    }
}
