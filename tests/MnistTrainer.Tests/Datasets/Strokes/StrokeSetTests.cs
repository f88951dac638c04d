using System.Globalization;
using System.Numerics;
using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests.Datasets.Strokes;

public class StrokeSetTests
{
    private const int Folds = 5;

    /// <summary>12 sites, of 3 to 14 digits each.</summary>
    private static readonly StrokeSet Set = new("set", "credit",
        [.. Enumerable.Range(1, 12).SelectMany(site => Enumerable.Range(0, site + 2)
            .Select(n => new WrittenSign($"{n % 10}", $"{site}-{n % 2}", $"{site}", [[new Vector2(n)]])))], []);

    [Fact]
    public void No_site_is_in_both_parts_and_no_digit_is_lost()
    {
        for (var fold = 1; fold <= Folds; fold++)
        {
            var (training, validation) = StrokeSet.Cut([Set], Folds, fold, seed: 1);

            Assert.Empty(Sites(training).Intersect(Sites(validation)));
            Assert.Equal(Set.Signs.Order(ByPlace), training.Concat(validation).Order(ByPlace));
        }
    }

    [Fact]
    public void The_folds_hold_back_every_site_once_and_their_share_each()
    {
        var folds = Enumerable.Range(1, Folds).Select(fold => Sites(StrokeSet.Cut([Set], Folds, fold, seed: 1).Validation)).ToList();

        Assert.Equal(Sites(Set.Signs).Order(), folds.SelectMany(sites => sites).Order());
        Assert.All(folds, sites => Assert.InRange(sites.Count, 2, 3));
    }

    [Fact]
    public void The_seed_decides_the_cut()
    {
        Assert.Equal(Held(seed: 1), Held(seed: 1));
        Assert.NotEqual(Held(seed: 1), Held(seed: 2));

        static IReadOnlyList<string> Held(int seed) => Sites(StrokeSet.Cut([Set], Folds, 1, seed).Validation);
    }

    [Fact]
    public void Each_set_is_cut_by_itself()
    {
        var other = Set with { Signs = [.. Set.Signs.Select(sign => sign with { Site = $"other {sign.Site}" })] };

        var folds = Enumerable.Range(1, Folds).Select(fold => Sites(StrokeSet.Cut([Set, other], Folds, fold, seed: 1).Validation)).ToList();

        Assert.All(folds, sites => Assert.Equal(sites.Count, 2 * sites.Count(site => site.StartsWith("other ", StringComparison.Ordinal))));
    }

    private static readonly Comparer<WrittenSign> ByPlace = Comparer<WrittenSign>.Create((one, other) => Place(one) - Place(other));

    private static int Place(WrittenSign sign) => 100 * int.Parse(sign.Site, CultureInfo.InvariantCulture) + (int)sign.Strokes[0][0].X;

    private static IReadOnlyList<string> Sites(IEnumerable<WrittenSign> signs) => [.. signs.Select(sign => sign.Site).Distinct()];
}
