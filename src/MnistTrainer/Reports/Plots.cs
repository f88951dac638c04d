using MnistTrainer.Training;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace MnistTrainer.Reports;

/// <summary>The report's plots: PNG on a transparent ground, for a light page or a dark one.</summary>
internal static class Plots
{
    /// <summary>Size on the page, in CSS pixels; the pictures are twice as large, for dense screens.</summary>
    public const int Width = 480, Height = 320;

    private const string Font = "DejaVu Sans";

    private static readonly double[] LossTicks =
        [.. Enumerable.Range(-5, 8).SelectMany(power => new[] { 1, 2, 5 }.Select(first => first * Math.Pow(10, power)))];
    private static readonly double[] AccuracyTicks = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999];

    // SkiaSharp is built without fontconfig and finds no font of the system: without this, plots have no text
    static Plots() => Fonts.AddFontFile(Font, Path.Combine(AppContext.BaseDirectory, "Reports", "DejaVuSans.ttf"));

    /// <summary>Training and validation loss by epoch, on a logarithmic scale.</summary>
    public static byte[] Loss(IReadOnlyList<EpochResult> history, Theme theme)
    {
        var plot = New("epoch", "loss (nats)", theme);
        AddCurves(plot, history, theme, epoch => epoch.TrainingLoss, epoch => epoch.ValidationLoss,
            LossTicks, loss => Math.Log10(Math.Max(loss, LossTicks[0])), loss => $"{loss:0.#####}", Alignment.UpperRight);
        return Draw(plot);
    }

    /// <summary>Training and validation accuracy by epoch, on a scale where half the errors is everywhere the same step.</summary>
    public static byte[] Accuracy(IReadOnlyList<EpochResult> history, Theme theme)
    {
        var plot = New("epoch", "accuracy", theme);
        AddCurves(plot, history, theme, epoch => epoch.TrainingAccuracy, epoch => epoch.ValidationAccuracy,
            AccuracyTicks, ToPlace, accuracy => $"{accuracy * 100:0.##}%", Alignment.LowerRight);
        return Draw(plot);
    }

    /// <summary>Learning rate at the end of each epoch.</summary>
    public static byte[] LearningRate(IReadOnlyList<EpochResult> history, Theme theme)
    {
        var plot = New("epoch", "learning rate", theme);
        AddCurve(plot, history, epoch => epoch.LearningRate, theme.Validation);
        plot.Axes.AutoScale();
        plot.Axes.Left.TickGenerator = new NumericAutomatic { TickDensity = 0.5 };
        plot.Axes.SetLimitsY(0, 1.1 * Math.Max(history.Max(epoch => epoch.LearningRate), 1e-9));
        return Draw(plot);
    }

    /// <summary>Accuracy by confidence: bars on the diagonal are calibrated; each has its number of images above it.</summary>
    public static byte[] Reliability(Calibration calibration, Theme theme)
    {
        var plot = New("confidence", "accuracy", theme);
        var diagonal = plot.Add.Line(0, 0, 1, 1);
        (diagonal.LineColor, diagonal.LinePattern, diagonal.LineWidth) = (theme.Text, LinePattern.Dashed, 1);
        var width = 1.0 / Calibration.BinCount;
        var bars = plot.Add.Bars(calibration.Bins.Index().Where(bin => bin.Item.Count > 0).Select(bin => new Bar
        {
            Position = (bin.Index + 0.5) * width,
            Size = 0.86 * width,
            Value = bin.Item.Accuracy,
            FillColor = theme.Validation.WithAlpha(0.75),
            LineWidth = 0,
            Label = bin.Item.Count < 1_000 ? $"{bin.Item.Count}" : $"{bin.Item.Count / 1e3:0.0}k", // four digits are wider than the bar
        }).ToList());
        (bars.ValueLabelStyle.FontName, bars.ValueLabelStyle.FontSize, bars.ValueLabelStyle.ForeColor) = (Font, 9, theme.Text);
        foreach (var axis in new IAxis[] { plot.Axes.Left, plot.Axes.Bottom })
            axis.TickGenerator = new NumericManual([0, 0.2, 0.4, 0.6, 0.8, 1], ["0%", "20%", "40%", "60%", "80%", "100%"]);
        plot.Axes.SetLimits(width, 1.02, 0, 1.1); // the highest of ten probabilities is above a tenth
        return Draw(plot);
    }

    /// <summary>
    /// Accuracy by the number of images learned from, on the scale of <see cref="Accuracy"/>; a stroke from the lowest to the highest of the seeds.
    /// </summary>
    public static byte[] Learning(IReadOnlyList<LearningCurve> curves)
    {
        var theme = Theme.Light;
        var plot = New("images learned from", "validation accuracy", theme);
        plot.FigureBackground.Color = Colors.White; // it stands alone
        foreach (var (index, curve) in curves.Index())
        {
            var colour = ColourOf(index, theme);
            double[] places = [.. curve.Points.Select(point => Math.Log10(point.Images))];
            var line = plot.Add.Scatter(places, [.. curve.Points.Select(point => ToPlace(point.Accuracies.Average()))], colour);
            (line.LineWidth, line.MarkerSize, line.LegendText) = (2, 6, curve.Name);
            foreach (var (place, point) in places.Zip(curve.Points))
                plot.Add.Line(place, ToPlace(point.Accuracies.Min()), place, ToPlace(point.Accuracies.Max())).LineColor = colour;
        }

        plot.Axes.AutoScale();
        SetTicks(plot, AccuracyTicks, ToPlace, accuracy => $"{accuracy * 100:0.##}%");
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. curves[0].Points.Select(point => Math.Log10(point.Images))], [.. curves[0].Points.Select(point => $"{point.Images:N0}")]);
        plot.ShowLegend(Alignment.LowerRight);
        return Draw(plot);
    }

    /// <summary>Validation accuracy by epoch of several runs.</summary>
    /// <param name="runs">Name and history of each.</param>
    /// <param name="theme">Colours.</param>
    public static byte[] Runs(IReadOnlyList<(string Name, IReadOnlyList<EpochResult> History)> runs, Theme theme)
    {
        var plot = New("epoch", "validation accuracy", theme);
        foreach (var (index, (name, history)) in runs.Index())
            AddCurve(plot, history, epoch => ToPlace(epoch.ValidationAccuracy), ColourOf(index, theme)).LegendText = name;
        plot.Axes.AutoScale();
        SetTicks(plot, AccuracyTicks, ToPlace, accuracy => $"{accuracy * 100:0.##}%");
        plot.ShowLegend(Alignment.LowerRight);
        return Draw(plot);
    }

    /// <summary>Smoothed loss by learning rate, and the rate to take.</summary>
    /// <param name="steps">Rate and smoothed loss of each step.</param>
    /// <param name="rate">Marked.</param>
    public static byte[] RateSweep(IReadOnlyList<(double Rate, double Loss)> steps, double rate)
    {
        var theme = Theme.Light;
        var plot = New("learning rate", "loss (nats), smoothed", theme);
        plot.FigureBackground.Color = Colors.White; // it stands alone
        var line = plot.Add.Scatter(steps.Select(step => Math.Log10(step.Rate)).ToArray(), steps.Select(step => step.Loss).ToArray(), theme.Validation);
        (line.LineWidth, line.MarkerSize) = (2, 0);
        var mark = plot.Add.VerticalLine(Math.Log10(rate), 1, theme.Training, LinePattern.Dashed);
        mark.LegendText = $"{rate:G2}";
        plot.Axes.AutoScale();
        int[] powers = [.. Enumerable.Range(-8, 12)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. powers.Select(power => (double)power)], [.. powers.Select(power => $"{Math.Pow(10, power):G1}")]);
        plot.ShowLegend(Alignment.UpperLeft);
        return Draw(plot);
    }

    /// <summary>The best accuracy of a search over its time, and each result as a dot.</summary>
    /// <param name="results">Minutes of training until each, and its accuracy, in the order in which they came.</param>
    /// <param name="theme">Colours.</param>
    public static byte[] BestSoFar(IReadOnlyList<(double Minutes, double Accuracy)> results, Theme theme)
    {
        var plot = New("minutes of training, all processes together", "validation accuracy", theme);
        List<double> best = [];
        foreach (var (_, accuracy) in results)
            best.Add(Math.Max(best.LastOrDefault(), accuracy));
        double[] minutes = [.. results.Select(result => result.Minutes)];
        var dots = plot.Add.ScatterPoints(minutes, [.. results.Select(result => ToPlace(result.Accuracy))], theme.Training.WithAlpha(0.6));
        (dots.MarkerSize, dots.LegendText) = (4, "a trial, at a rung");
        var line = plot.Add.Scatter(minutes, [.. best.Select(ToPlace)], theme.Validation);
        (line.LineWidth, line.MarkerSize, line.ConnectStyle, line.LegendText) = (2, 0, ConnectStyle.StepHorizontal, "the best so far");
        plot.Axes.AutoScale();
        plot.Axes.SetLimitsY(ToPlace(Math.Max(0.8, best[0] - 0.1)), ToPlace(best[^1]));
        SetTicks(plot, AccuracyTicks, ToPlace, accuracy => $"{accuracy * 100:0.##}%");
        plot.ShowLegend(Alignment.LowerRight);
        return Draw(plot);
    }

    /// <summary>Accuracy by the time of an answer; a line joins those that nothing beats in both.</summary>
    /// <param name="models">Median time of an answer, accuracy, and whether it is on the front.</param>
    /// <param name="theme">Colours.</param>
    public static byte[] Front(IReadOnlyList<(double Microseconds, double Accuracy, bool IsOnFront)> models, Theme theme)
    {
        var plot = New("microseconds an image, one thread", "validation accuracy", theme);
        var others = models.Where(model => !model.IsOnFront).ToList();
        plot.Add.ScatterPoints(
            others.Select(model => model.Microseconds).ToArray(), others.Select(model => ToPlace(model.Accuracy)).ToArray(), theme.Training).MarkerSize = 5;
        var front = models.Where(model => model.IsOnFront).OrderBy(model => model.Microseconds).ToList();
        var line = plot.Add.Scatter(
            front.Select(model => model.Microseconds).ToArray(), front.Select(model => ToPlace(model.Accuracy)).ToArray(), theme.Validation);
        (line.LineWidth, line.MarkerSize, line.LegendText) = (2, 7, "nothing is both faster and better");
        plot.Axes.AutoScale();
        SetTicks(plot, AccuracyTicks, ToPlace, accuracy => $"{accuracy * 100:0.##}%");
        plot.ShowLegend(Alignment.LowerRight);
        return Draw(plot);
    }

    private static Color ColourOf(int index, Theme theme)
    {
        Color[] colours = [theme.Validation, theme.Training, .. new ScottPlot.Palettes.Category10().Colors];
        return colours[index % colours.Length];
    }

    private static double ToPlace(double accuracy) => -Math.Log10(Math.Max(1 - accuracy, 1e-4));

    private static void AddCurves(
        Plot plot, IReadOnlyList<EpochResult> history, Theme theme, Func<EpochResult, double> training, Func<EpochResult, double> validation,
        double[] ticks, Func<double, double> scale, Func<double, string> label, Alignment corner)
    {
        AddCurve(plot, history, epoch => scale(training(epoch)), theme.Training).LegendText = "training";
        if (history.Any(epoch => !double.IsNaN(epoch.ValidationLoss)))
            AddCurve(plot, history, epoch => scale(validation(epoch)), theme.Validation).LegendText = "validation";
        plot.Axes.AutoScale();
        SetTicks(plot, ticks, scale, label);
        plot.ShowLegend(corner);
    }

    /// <summary>From a tick to a tick, so that there are at least two.</summary>
    private static void SetTicks(Plot plot, double[] ticks, Func<double, double> scale, Func<double, string> label)
    {
        var (low, high) = (plot.Axes.GetLimits().Bottom, plot.Axes.GetLimits().Top);
        var places = ticks.Select(scale).ToArray();
        plot.Axes.SetLimitsY(places.LastOrDefault(place => place <= low, places[0]), places.FirstOrDefault(place => place >= high, places[^1]));
        plot.Axes.Left.TickGenerator = new NumericManual(places, [.. ticks.Select(label)]);
    }

    private static ScottPlot.Plottables.Scatter AddCurve(Plot plot, IReadOnlyList<EpochResult> history, Func<EpochResult, double> value, Color color)
    {
        var curve = plot.Add.Scatter(history.Select(epoch => (double)epoch.Epoch).ToArray(), history.Select(value).ToArray(), color);
        (curve.LineWidth, curve.MarkerSize) = (2, history.Count <= 40 ? 6 : 0);
        return curve;
    }

    private static Plot New(string x, string y, Theme theme)
    {
        var plot = new Plot { ScaleFactor = 2 };
        plot.Font.Set(Font);
        plot.FigureBackground.Color = plot.DataBackground.Color = plot.Legend.BackgroundColor = Colors.Transparent;
        plot.Axes.Color(theme.Text);
        plot.Grid.MajorLineColor = theme.Grid;
        (plot.Legend.FontColor, plot.Legend.FontSize) = (theme.Text, 13);
        (plot.Legend.OutlineWidth, plot.Legend.ShadowColor) = (0, Colors.Transparent);
        foreach (var side in new IAxis[] { plot.Axes.Top, plot.Axes.Right })
            (side.FrameLineStyle.IsVisible, side.MinimumSize) = (false, 14); // room for half a tick label
        foreach (var (axis, name) in new (IAxis, string)[] { (plot.Axes.Bottom, x), (plot.Axes.Left, y) })
        {
            (axis.Label.Text, axis.Label.Bold, axis.Label.FontSize, axis.TickLabelStyle.FontSize) = (name, false, 14, 13);
            axis.MinorTickStyle.Length = 0;
        }

        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true };
        return plot;
    }

    private static byte[] Draw(Plot plot) => plot.GetImageBytes(2 * Width, 2 * Height, ImageFormat.Png);

    /// <summary>Colours that stand out from the page.</summary>
    public sealed record Theme(Color Text, Color Grid, Color Training, Color Validation)
    {
        public static readonly Theme Light = new(Color.FromHex("#63646f"), Color.FromHex("#dfddd7"), Color.FromHex("#c2700f"), Color.FromHex("#4f46e5"));
        public static readonly Theme Dark = new(Color.FromHex("#a2a4b1"), Color.FromHex("#32353f"), Color.FromHex("#f0a64f"), Color.FromHex("#a5a1ff"));
    }
}

/// <summary>What a recipe reaches with more and more images.</summary>
/// <param name="Name">Of the recipe.</param>
/// <param name="Points">By the number of images, the validation accuracies of all seeds, 0 to 1.</param>
internal sealed record LearningCurve(string Name, IReadOnlyList<(int Images, IReadOnlyList<double> Accuracies)> Points);
