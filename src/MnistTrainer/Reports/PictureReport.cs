using System.Globalization;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Numbers;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;

namespace MnistTrainer.Reports;

/// <summary>The report of a run that learned from generated pictures, as one page: its figures and curves, and what the network makes of some pictures.</summary>
internal static class PictureReport
{
    /// <summary>Writes the page of an ink network. It holds all that it shows and asks for no other file.</summary>
    /// <param name="run">That made the model.</param>
    /// <param name="history">One entry an epoch; at least one.</param>
    /// <param name="pictures">To look at; they are disposed.</param>
    public static void OfInk(Run run, IReadOnlyList<EpochResult> history, IEnumerable<WrittenPicture> pictures)
    {
        using var network = InkNetwork.Load(run.Model);
        var card = network.Card;
        Write(run, history, card,
            card.Dice is { } dice ? Text($"Dice's coefficient is {dice:P2} on {card.HeldBackPictures:N0} pictures with the ink of other people.") : "",
            "96×96 pixels", "Generated pictures, and beside each the ink that the network finds.", pictures, picture =>
            {
                using var ink = network.Find(picture.Gray);
                return (HtmlPage.Image(ink, ""), TextOf(picture));
            });
    }

    /// <summary>Writes the page of a number network. It holds all that it shows and asks for no other file.</summary>
    /// <param name="run">That made the model.</param>
    /// <param name="history">One entry an epoch; at least one.</param>
    /// <param name="lines">To look at; they are disposed.</param>
    public static void OfNumbers(Run run, IReadOnlyList<EpochResult> history, IEnumerable<WrittenPicture> lines)
    {
        using var network = NumberNetwork.Load(run.Model);
        var card = network.Card;
        Write(run, history, card,
            card is { LinesRight: { } right, CharacterErrorRate: { } errors }
                ? Text($"It reads {right:P1} of {card.HeldBackLines:N0} lines with the ink of other people entirely right; {errors:P1} of the characters are wrong.")
                : "",
            "160×40 pixels", "Generated lines, with what is written and what the network reads where that is something else.", lines, line =>
            {
                var (gray, written) = (line.Gray, TextOf(line));
                var reading = network.Read(gray, new PixelBox(0, 0, gray.Width, gray.Height));
                var read = NumberDecoder.Decode([(reading, 1)]).FirstOrDefault()?.Written is { Length: > 0 } text ? text : Blank;
                return ($"", read == written ? written : $"{written}, read {read}");
            });
    }

    private const string Blank = "blank";

    private static string TextOf(WrittenPicture picture) => picture.Lines.Count == 0 ? Blank : string.Join(" / ", picture.Lines.Select(line => line.Text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Write(
        Run run, IReadOnlyList<EpochResult> history, NetworkCard card, string measured, string size, string shown, IEnumerable<WrittenPicture> pictures,
        Func<WrittenPicture, (Html Beside, string Caption)> look)
    {
        HtmlPage.Write(run.Report, $"{card.Name} {card.Version}", $"""
            <header>
            <h1>{card.Name} <span>{card.Version}</span></h1>
            <p>Network {card.Network}, recipe {run.Options.RecipeName}, seed {run.Options.Seed}.
            Made {card.Created:yyyy-MM-dd HH:mm} UTC by MnistTrainer {ProgramVersion.Code}.
            {measured}
            {card.Parameters:N0} weights, {card.MultiplyAdds / 1e6:F1} M multiply-adds for {size}.</p>
            </header>
            <main>
            {HtmlReport.Learning(run.Options.Recipe, history)}
            <section id="pictures">
            <h2>Pictures</h2>
            <p>{shown}</p>
            <div class="gallery wide">
            {pictures.Select(Figure)}
            </div>
            </section>
            {HtmlReport.Options(card)}
            </main>
            """);

        Html Figure(WrittenPicture picture)
        {
            using (picture)
            {
                var (beside, caption) = look(picture);
                return $"""
                    <figure>
                    {HtmlPage.Image(picture.Gray, TextOf(picture))}
                    {beside}
                    <figcaption><span>{caption}</span></figcaption>
                    </figure>

                    """;
            }
        }
    }
}
