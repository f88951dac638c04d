using MnistReader.Inference;
using MnistTrainer.Evaluation;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

[Collection(nameof(TorchTests))]
public class ComparisonTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(5, 5, 1)]
    [InlineData(0, 5, 2 / 32.0)] // two-sided: five tosses alike
    [InlineData(1, 5, 2 * (1 + 6) / 64.0)]
    [InlineData(8, 2, 2 * (1 + 10 + 45) / 1024.0)]
    [InlineData(33, 59, 0.0088)] // chi-squared with continuity correction: 25²/92 = 6.79, p = 0.0092
    [InlineData(2_400, 2_600, 0.0049)] // 199²/5000 = 7.92, p = 0.0049; 2^-5000 alone can't be represented
    public void McNemar_with_one_model_each_is_tossing_a_coin_for_every_image_that_only_one_reads(int onlyFirst, int onlySecond, double p)
    {
        int[] leads = [.. Enumerable.Repeat(1, onlyFirst), 0, 0, .. Enumerable.Repeat(-1, onlySecond)];

        Assert.Equal(p, Comparison.McNemar(leads), 4);
    }

    [Fact]
    public void McNemar_over_several_seeds_tosses_once_for_an_image_however_many_seeds_agree_on_it()
    {
        // signs of 3, 2 and 1 add up to 6 or −6 in 2 of 8 cases, and to 4 at least, up or down, in 4 of 8
        Assert.Equal(2 / 8.0, Comparison.McNemar([3, 2, 0, 1]), 12);
        Assert.Equal(4 / 8.0, Comparison.McNemar([3, 2, 0, -1]), 12);
        Assert.Equal(Comparison.McNemar([1, 1, 1, 1, -1]), Comparison.McNemar([3, 3, 3, 3, -3]), 12);
    }

    [Fact]
    public void Images_that_every_model_misreads_are_counted_once()
    {
        TrainedModel[] models = [.. new[] { "0999", "9199" }.Select(answers => new TrainedModel(answers, null, 1, 1, 1, 1, 1))];

        Assert.Equal(2, Comparison.MisreadByAll([0, 1, 2, 3], models));
    }

    [Fact]
    public void Recipes_are_ranked_by_mean_accuracy_and_tested_against_the_best()
    {
        byte[] labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        var ranked = Comparison.Rank(labels, new Dictionary<string, IReadOnlyList<TrainedModel>>
        {
            ["poor"] = [Trees("0000000000", seconds: 90), Trees("0123400000", seconds: 110)], // 1 and 5 right
            ["good"] = [Network("0123456780", strokes: 0.97, microseconds: 40), Network("0123456709", strokes: 0.99, microseconds: 60)], // 9 and 9 right
        });

        Assert.Equal(["good", "poor"], ranked.Select(row => row.Name));
        Assert.Equal([(0.9, 1, 0), (0.3, 7, 9)],
            ranked.Select(row => (Math.Round(row.Accuracies.Average(), 12), Math.Round(row.Errors, 12), row.BestAhead)));
        Assert.Equal([1, 2 / 512.0], ranked.Select(row => Math.Round(row.P, 12)));
        Assert.StartsWith("""
            |  | recipe | accuracy, % | strokes, % | signs rejected, % | candidates | errors | parameters | multiply-adds | s/epoch | s in all | µs/image | best : this | p |
            | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | 1 | good | 90.00 ± 0.00 | 98.00 ± 1.41 | 95.00 ± 0.00 | 1.020 | 1.0 | 98,938 | 3,683,072 | 1.5 | 3 | 50 | – | – |
            | 2 | poor | 30.00 ± 28.28 | – | – | – | 7.0 | – | – | – | 100 | 200 | 9 : 0 | 0.004 |

            Ten digits.


            """, Comparison.ToMarkdown(ranked, "Ten digits."), StringComparison.Ordinal);
        Assert.Equal("""
            rank,recipe,seeds,accuracy_mean,accuracy_sd,strokes_mean,strokes_sd,signs_rejected_mean,candidates_mean,errors_mean,parameters,multiply_adds,epoch_seconds,training_seconds,inference_microseconds,best_ahead,best_behind,p
            1,good,2,0.900000,0.000000,0.980000,0.014142,0.950000,1.020000,1.00,98938,3683072,1.50,3.00,50.00,0,0,1
            2,poor,2,0.300000,0.282843,,,,,7.00,,,,100.00,200.00,9,0,0.00390625

            """, Comparison.ToCsv(ranked));

        static TrainedModel Network(string answers, double strokes, double microseconds) => new(
            answers, new HeldBackFigures(HeldBackReport.AllStrokes, 100, strokes, 0.995, 0.99, 1.02, 50, 0.95), 98_938, 3_683_072, 1.5, 3, microseconds);

        static TrainedModel Trees(string answers, double seconds) => new(answers, null, null, null, null, seconds, 200);
    }

    [Fact]
    public void One_seed_has_no_deviation()
    {
        var row = Assert.Single(Comparison.Rank([7], new Dictionary<string, IReadOnlyList<TrainedModel>> { ["one"] = [new("7", null, 1, 1, 1, 1, 1)] }));

        Assert.Contains("| 1 | one | 100.00 | – | – | – | 0.0 |", Comparison.ToMarkdown([row], ""), StringComparison.Ordinal);
        Assert.Contains("1,one,1,1.000000,,,,,,0.00,", Comparison.ToCsv([row]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ml-linear")]
    [InlineData("ml-lightgbm")]
    public void Classical_baselines_learn_generated_digits(string name)
    {
        var model = ClassicalModel.All.Single(model => model.Name == name);
        var held = GeneratedDigits.Create(500, seed: 2);

        var classify = model.Train(GeneratedDigits.Create(1_000, seed: 1), seed: 1, threads: 1);

        var right = Enumerable.Range(0, held.Count).Count(index => classify(held[index]).Digit == held.Labels.Span[index]);
        Assert.InRange(right / (double)held.Count, 0.5, 1); // 0.1 is chance
        Assert.InRange(classify(held[0]).Probabilities.Sum(), 0.999, 1.001);
    }
}
