using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Data;
using MnistReader.Framing;
using MnistReader.Inference;
using MnistTrainer.Datasets;
using MnistTrainer.Recipes;
using MnistTrainer.Storage;
using MnistTrainer.Training;
using SkiaSharp;
using static TorchSharp.torch;

namespace MnistTrainer.Reports;

/// <summary>A run as one page to look at: figures, learning curves, confusion matrix, worst mistakes, calibration, first-layer filters, options.</summary>
internal static class HtmlReport
{
    private const int MaxMistakes = 60;

    /// <summary>Writes the page. It holds all that it shows and asks for no other file; it follows the reader's choice of light or dark.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="options">All that decides the run's result.</param>
    /// <param name="card">Of the model that the run made.</param>
    /// <param name="history">One entry an epoch; at least one.</param>
    /// <param name="test">The test images, in MNIST's order; the held-back images where the card says that the test images were left alone.</param>
    /// <param name="predictions">What the model answers for them.</param>
    /// <param name="filters">Weights of the first convolution, float32 (out, in, height, width); of each, the first input is shown; null for none.</param>
    public static void Write(
        string path, RunOptions options, ModelCard card, IReadOnlyList<EpochResult> history,
        DigitSet test, IReadOnlyList<Prediction> predictions, Tensor? filters)
    {
        var metrics = Evaluator.Measure(predictions, test);
        var calibration = Calibration.Measure(predictions, test);
        var code = ProgramVersion.Code.Length > 13 ? ProgramVersion.Code[..13] : ProgramVersion.Code;
        HtmlPage.Write(path, $"{Percent(metrics.MicroAccuracy)} – {card.Name} {card.Version}", $"""
            <header>
            <h1>{card.Name} <span>{card.Version}</span></h1>
            <p>Network {card.Network}, recipe {options.RecipeName}, seed {options.Seed}. Made {card.Created:yyyy-MM-dd HH:mm} UTC by MnistTrainer {code}.</p>
            </header>
            <main>
            {Figures(metrics, calibration, card, history, test.Count, NameOf(card))}
            {Learning(options.Recipe, history)}
            {Confusion(metrics.ConfusionMatrix)}
            {Digits(metrics)}
            {Mistakes(test, predictions, isTest: card.TestAccuracy is not null)}
            {Reliability(calibration)}
            {(filters is null ? [] : (IEnumerable<Html>)[Filters(filters)])}
            {Options(card, ("temperature", card.Temperature.ToString(CultureInfo.InvariantCulture)))}
            </main>
            """);
    }

    /// <summary>Which images the figures are of: "test", or "validation".</summary>
    public static string NameOf(ModelCard card) => card.TestAccuracy is null ? "validation" : "test";

    private static Html Figures(
        MulticlassClassificationMetrics metrics, Calibration calibration, ModelCard card, IReadOnlyList<EpochResult> history, int images,
        string of)
    {
        var right = metrics.ConfusionMatrix.Counts.Select((row, digit) => row[digit]).Sum();
        var training = TimeSpan.FromSeconds(history.Sum(epoch => epoch.Seconds));
        return $"""
            <section id="figures" aria-label="Figures"><dl>
            {Figure($"{of} accuracy", $"{Percent(metrics.MicroAccuracy)}", $"top-2 {Percent(metrics.TopKAccuracy)}")}
            {Figure("errors", $"{images - right:N0}", $"in {images:N0} {of} images")}
            {Figure("validation accuracy", $"{Percent(history[^1].ValidationAccuracy)}", $"of the last epoch")}
            {Figure("calibration error", $"{Percent(calibration.Error)}", $"log-loss {metrics.LogLoss:F4}")}
            {Figure("weights", $"{card.Parameters:N0}", $"{card.MultiplyAdds / 1e6:F2} M multiply-adds an image")}
            {Figure("training time", $"{(int)training.TotalMinutes}:{training.Seconds:D2}", $"min, {history.Count} epochs")}
            </dl></section>
            """;

        static Html Figure(string name, Html value, Html note) => $"<div><dt>{name}</dt><dd>{value}</dd><dd>{note}</dd></div>\n";
    }

    /// <summary>How training went, epoch by epoch.</summary>
    public static Html Learning(Recipe recipe, IReadOnlyList<EpochResult> history)
    {
        var images = recipe.Augmentation is null ? "" : ", on augmented images, which are harder to read";
        var loss = recipe.LabelSmoothing > 0 ? ", its loss with label smoothing, which keeps it from 0" : "";
        return $"""
            <section id="learning">
            <h2>How it learned</h2>
            <p>Validation is measured after each epoch; training while the weights still move{images}{loss}.</p>
            <div class="plots">
            {HtmlPage.Plot("Loss by epoch", theme => Plots.Loss(history, theme))}
            {HtmlPage.Plot("Accuracy by epoch", theme => Plots.Accuracy(history, theme))}
            {HtmlPage.Plot("Learning rate by epoch", theme => Plots.LearningRate(history, theme))}
            </div>
            </section>
            """;
    }

    private static Html Confusion(ConfusionMatrix confusion)
    {
        var most = confusion.Counts.SelectMany((row, digit) => row.Where((_, answer) => answer != digit)).Max();
        return $"""
            <section id="confusion">
            <h2>What it took for what</h2>
            <p>Rows: the label. Columns: the answer. The redder, the more often; the scale is logarithmic.</p>
            <table>
            <thead><tr><td></td>{Each(answer => $"""<th scope="col">{answer}</th>""")}</tr></thead>
            <tbody>
            {Each(digit => $"""<tr><th scope="row">{digit}</th>{Each(answer => Cell(digit, answer, confusion.Counts[digit][answer]))}</tr>{'\n'}""")}
            </tbody>
            </table>
            </section>
            """;

        Html Cell(int digit, int answer, double count)
        {
            if (digit == answer)
                return $"""<td class="right">{count}</td>""";
            if (count == 0)
                return $"""<td class="none">·</td>""";
            return $"""<td style="--heat: {Math.Log(1 + count) / Math.Log(1 + most):F2}">{count}</td>""";
        }
    }

    private static Html Digits(MulticlassClassificationMetrics metrics) => $"""
        <section id="digits">
        <h2>Digit by digit</h2>
        <p>Precision: of the answers, the share that is right. Recall: of the images, the share that is found.</p>
        <table>
        <thead><tr><th scope="col">digit</th><th scope="col">precision</th><th scope="col">recall</th>
        <th scope="col">log-loss</th><th scope="col">images</th></tr></thead>
        <tbody>
        {Each(digit => $"""
            <tr><th scope="row">{digit}</th><td>{Percent(metrics.ConfusionMatrix.PerClassPrecision[digit])}</td>
            <td>{Percent(metrics.ConfusionMatrix.PerClassRecall[digit])}</td><td>{metrics.PerClassLogLoss[digit]:F4}</td>
            <td>{metrics.ConfusionMatrix.Counts[digit].Sum():N0}</td></tr>

            """)}
        </tbody>
        </table>
        </section>
        """;

    private static Html Mistakes(DigitSet test, IReadOnlyList<Prediction> predictions, bool isTest)
    {
        var mistakes = predictions.Index().Where(image => image.Item.Digit != test.Labels.Span[image.Index])
            .OrderBy(image => image.Item.Probabilities[test.Labels.Span[image.Index]]).ToList();
        var doubtful = mistakes.Count(image => IsDoubtful(image.Index));
        var shown = mistakes.Where((image, rank) => rank < MaxMistakes || IsDoubtful(image.Index)).ToList();
        Html none = $"";
        return $"""
            <section id="mistakes">
            <h2>Its worst mistakes</h2>
            <p>{shown.Count} of {mistakes.Count}, those first whose label it thought least likely.
            The bars are its probabilities of 0 to 9, with the label's in green.
            {(isTest ? Doubtful(doubtful) : none)}</p>
            <div class="gallery">
            {shown.Select(image => Mistake(image.Index, test, image.Item, isTest, IsDoubtful(image.Index)))}
            </div>
            </section>
            """;

        bool IsDoubtful(int index) => isTest && MnistDataset.DoubtfulTestImages.Contains(index);

        static Html Doubtful(int count) => $"""
            <span class="badge">doubtful label</span> marks {count} of the {MnistDataset.DoubtfulTestImages.Count} test images
            whose label no majority of people agrees with (source: cleanlab/label-errors).
            """;
    }

    private static Html Mistake(int index, DigitSet test, Prediction prediction, bool isTest, bool isDoubtful)
    {
        var label = test.Labels.Span[index];
        Html none = $"", badge = $"""<span class="badge">doubtful label</span>""";
        var name = $"{(isTest ? "Test" : "Validation")} image {index}, labelled {label}, read as {prediction.Digit}";
        var picture = Picture("digit", name, DigitImage.Side, DigitImage.Side,
            (x, y) => Ink(test[index].Pixels[y * DigitImage.Side + x]));
        var bars = Each(digit =>
            $"""<li class="{(digit == label ? "label" : "")}" style="--p: {prediction.Probabilities[digit]:F3}">{digit}</li>""");
        return $"""
            <figure id="image-{index}">
            {picture}
            <figcaption>
            <span><strong>{prediction.Digit}</strong> {Percent(prediction.Confidence)}</span>
            <span>label {label} <small>{Percent(prediction.Probabilities[label])}</small></span>
            <small>image {index}</small>
            {(isDoubtful ? badge : none)}
            </figcaption>
            <ol aria-hidden="true">{bars}</ol>
            </figure>

            """;

        static SKColor Ink(byte ink) => new((byte)(255 - ink), (byte)(255 - ink), (byte)(255 - ink));
    }

    private static Html Reliability(Calibration calibration) => $"""
        <section id="reliability">
        <h2>How far it can be believed</h2>
        <p>Answers by their confidence, in {Calibration.BinCount} bins, the number of images above each.
        On the dashed line, as many answers are right as the confidence says; expected calibration error {Percent(calibration.Error)}.</p>
        {HtmlPage.Plot("Accuracy by confidence", theme => Plots.Reliability(calibration, theme))}
        </section>
        """;

    private static Html Filters(Tensor filters)
    {
        var (height, width) = ((int)filters.shape[2], (int)filters.shape[3]);
        var weights = filters.select(1, 0).detach().contiguous().data<float>().ToArray(); // (out, height, width)
        var largest = weights.Max(Math.Abs);
        var pictures = weights.Chunk(height * width).Select((filter, index) =>
            Picture("filter", $"Filter {index}", width, height, (x, y) => Weight(filter[y * width + x] / largest)));
        return $"""
            <section id="filters">
            <h2>What the first layer looks for</h2>
            <p>Its {filters.shape[0]} filters of {width}×{height} weights: orange where it wants ink, blue where it wants paper.</p>
            <div class="filters">
            {pictures}
            </div>
            </section>
            """;

        static SKColor Weight(float weight)
        {
            var (full, share) = (weight > 0 ? new SKColor(0xd9, 0x6c, 0x06) : new SKColor(0x2f, 0x5f, 0xd0), Math.Abs(weight));
            return new SKColor(Mix(full.Red), Mix(full.Green), Mix(full.Blue));

            byte Mix(byte colour) => (byte)(0xf4 + (colour - 0xf4) * share);
        }
    }

    /// <summary>All that decided the result.</summary>
    /// <param name="card">Of the model.</param>
    /// <param name="more">Rows that it has besides.</param>
    public static Html Options(NetworkCard card, params IEnumerable<(string Name, string Value)> more)
    {
        IEnumerable<(string Name, string Value)> rows =
        [
            .. Flatten("", JsonSerializer.SerializeToElement(card.Training, JsonSerializerOptions.Web)),
            .. more,
            ("code", ProgramVersion.Code),
            .. card.DataSha256.Select(file => ($"SHA-256 of {file.Key}", file.Value)),
        ];
        return $"""
            <details id="options">
            <summary>All options, code and data</summary>
            <table><tbody>
            {rows.Select(row => (Html)$"""<tr><th scope="row">{row.Name}</th><td>{row.Value}</td></tr>{'\n'}""")}
            </tbody></table>
            </details>
            """;

        static IEnumerable<(string, string)> Flatten(string name, JsonElement value) => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().SelectMany(member => Flatten(name.Length == 0 ? member.Name : $"{name}.{member.Name}", member.Value))
            : [(name, value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())];
    }

    private static Html Picture(string kind, string name, int width, int height, Func<int, int, SKColor> pixel)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, pixel(x, y));
        }

        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return $"""<img class="{kind}" src="{HtmlPage.DataUrl(png.ToArray())}" alt="{name}" width="{width}" height="{height}" />{'\n'}""";
    }

    private static IEnumerable<Html> Each(Func<int, Html> digit) => Enumerable.Range(0, DigitClassifier.Digits).Select(digit);

    private static string Percent(double share) => double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:F2}%") : "–";
}
