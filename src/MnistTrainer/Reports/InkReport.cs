using MnistReader.Inference;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Pictures;
using MnistTrainer.Training;

namespace MnistTrainer.Reports;

/// <summary>The report of a run that trained an ink network, as one page: its figures and curves, and pictures with the ink that it finds.</summary>
internal static class InkReport
{
    /// <summary>Writes the page. It holds all that it shows and asks for no other file.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="options">All that decides the run's result.</param>
    /// <param name="history">One entry an epoch; at least one.</param>
    /// <param name="model">Path of the model that the run made.</param>
    /// <param name="pictures">To look at; they are disposed.</param>
    public static void Write(string path, RunOptions options, IReadOnlyList<EpochResult> history, string model, IEnumerable<WrittenPicture> pictures)
    {
        using var network = InkNetwork.Load(model);
        var card = network.Card;
        HtmlPage.Write(path, $"{card.Name} {card.Version}", $"""
            <header>
            <h1>{card.Name} <span>{card.Version}</span></h1>
            <p>Network {card.Network}, recipe {options.RecipeName}, seed {options.Seed}.
            Made {card.Created:yyyy-MM-dd HH:mm} UTC by MnistTrainer {ProgramVersion.Code}.
            {(card.Dice is { } dice ? $"Dice's coefficient is {dice:P2} on {card.HeldBackPictures:N0} pictures with the ink of other people." : "")}
            {card.Parameters:N0} weights, {card.MultiplyAdds / 1e6:F1} M multiply-adds for 96×96 pixels.</p>
            </header>
            <main>
            {HtmlReport.Learning(options.Recipe, history)}
            <section id="pictures">
            <h2>What it finds</h2>
            <p>Generated pictures, and beside each the ink that the network finds.</p>
            <div class="gallery wide">
            {pictures.Select(picture => Figure(network, picture))}
            </div>
            </section>
            {HtmlReport.Options(card)}
            </main>
            """);
    }

    private static Html Figure(InkNetwork network, WrittenPicture picture)
    {
        using (picture)
        {
            using var ink = network.Find(picture.Gray);
            var text = picture.Lines.Count == 0 ? "blank" : string.Join(" / ", picture.Lines.Select(line => line.Text));
            return $"""
                <figure>
                {HtmlPage.Image(picture.Gray, text)}
                {HtmlPage.Image(ink, "")}
                <figcaption><span>{text}</span></figcaption>
                </figure>

                """;
        }
    }
}
