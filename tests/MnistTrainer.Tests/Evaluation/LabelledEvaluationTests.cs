using MnistReader;
using MnistTrainer.Datasets;
using MnistTrainer.Evaluation;
using MnistTrainer.Training;
using Xunit;

namespace MnistTrainer.Tests.Evaluation;

public class LabelledEvaluationTests
{
    // what was read as "4?" fails at one digit of two, and has the right length
    private static readonly LabelledEvaluation Numbers = Of(
        new("42", "42", "42", 0.99, 2), new("42", "47", "47", 0.95, 2), new("42", "427", "427", 0.94, 3), new("42", "4", "4", 0.6, 1),
        new("42", "4?", "42", 0.99, 2), PictureReading.Nothing("42"), PictureReading.Nothing("42", "Damaged."), new("42", "?42", "42", 0.99, 2));

    [Theory]
    [InlineData("42", PictureOutcome.Right)]
    [InlineData("24", PictureOutcome.Wrong)]
    [InlineData("4?", PictureOutcome.Rejected)]
    [InlineData("42?", PictureOutcome.Rejected)]
    [InlineData("", PictureOutcome.Blank)]
    public void What_is_rejected_or_blank_is_neither_right_nor_a_mistake(string text, object outcome)
    {
        var reading = new PictureReading("42", text, "42", Confidence: 1, DigitsSeen: 2);

        Assert.Equal(outcome, reading.Outcome);
        Assert.Equal(reading.Outcome == PictureOutcome.Wrong, reading.IsConfidentMistake);
    }

    [Fact]
    public void Shares_are_of_all_pictures()
    {
        Assert.Equal(1 / 8.0, Numbers.Right, 12);
        Assert.Equal(3 / 8.0, Numbers.GuessedRight, 12);
        Assert.Equal(4 / 8.0, Numbers.Refused, 12);
        Assert.Equal((2, 1, 1), (Numbers.Count(PictureOutcome.Rejected), Numbers.Count(PictureOutcome.Blank), Numbers.Count(PictureOutcome.Unreadable)));
        Assert.Equal(1 / 8.0, Numbers.ConfidentMistakes, 12);
        Assert.Equal(3 / 8.0, Numbers.TooShort, 12);
        Assert.Equal(2 / 8.0, Numbers.TooLong, 12);
        Assert.Equal((0 + 0.5 + 1 / 3.0 + 0.5 + 0.5 + 1 + 1 + 1 / 3.0) / 8, Numbers.EditDistance, 12);
    }

    // Wilson's interval without continuity correction, as statsmodels' proportion_confint(method="wilson") gives it
    [Theory]
    [InlineData(0, 20, 0, 0.16112515)]
    [InlineData(20, 20, 0.83887485, 1)]
    [InlineData(5, 20, 0.11186170, 0.46870076)]
    public void The_interval_is_Wilsons(int right, int count, double low, double high)
    {
        var interval = Of([.. Enumerable.Range(0, count).Select(index => new PictureReading("1", index < right ? "1" : "7", "1", 0.5, 1))]).Interval;

        Assert.Equal(low, interval.Low, 6);
        Assert.Equal(high, interval.High, 6);
    }

    [Theory]
    [InlineData("2024", "2024", 0)]
    [InlineData("2024", "204", 0.25)]
    [InlineData("2024", "20124", 0.2)]
    [InlineData("2024", "", 1)]
    [InlineData("12", "21", 1)]
    public void The_edit_distance_is_a_share_of_the_longer_text(string written, string read, double share) =>
        Assert.Equal(share, EditDistance.Share(written, read), 12);

    // nothing has learned from them; the served model reads far more, and how many is what the command measures
    [Theory]
    [InlineData("amounts", 0.6)]
    [InlineData("archive", 0.6)]
    [InlineData("meters", 0.6)]
    [InlineData("photos", 0.6)]
    [InlineData("printed-cells", 0.7)]
    public void Real_pictures_are_decoded_whatever_their_ending_says_and_some_of_them_read(string name, double least)
    {
        var folder = LabelledPictures.Load(RealPictures.Folder(name));
        using var reader = DigitReader.Load(Repository.ServedModel);

        var evaluation = LabelledEvaluation.Of(reader, folder.Pictures, TestContext.Current.CancellationToken);

        Assert.Equal(0, evaluation.Count(PictureOutcome.Unreadable));
        Assert.InRange(evaluation.GuessedRight, least, 1);
        Assert.InRange(evaluation.Right, least / 1.5, 1);
        Assert.InRange(evaluation.ConfidentMistakes, 0, 0.25);
    }

    private static LabelledEvaluation Of(params PictureReading[] readings) =>
        new([.. readings.Select(reading => (new LabelledPicture("any.png", reading.Truth, IsNumber: true), reading))]);
}
