using MnistReader.Imaging;
using MnistTrainer.Datasets;
using MnistTrainer.Evaluation;

namespace MnistTrainer.Reports;

/// <summary>The worst answers to a folder of labelled pictures, as a page: each picture with what is written, what was read and how surely.</summary>
internal static class PictureSheet
{
    private const int MostOfAKind = 120, LongerSide = 480; // px

    /// <summary>Writes the page: confident mistakes first, then other mistakes, then what was refused; of each, the surest first.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="name">Of the folder.</param>
    /// <param name="answers">All pictures of the folder, with what was read on them.</param>
    public static void Write(string path, string name, IReadOnlyList<(LabelledPicture Picture, PictureReading Reading)> answers)
    {
        var right = answers.Count(answer => answer.Reading.Outcome == PictureOutcome.Right);
        HtmlPage.Write(path, $"{name} – pictures read wrongly", $"""
            <header>
            <h1>{name} <span>pictures read wrongly</span></h1>
            <p>{right:N0} of {answers.Count:N0} pictures were read right and are not shown; the others are shown in grey, as they were decoded.</p>
            </header>
            <main>
            {Section("confident", "Confident mistakes", answers.Where(answer => answer.Reading.IsConfidentMistake))}
            {Section("mistakes", "Other mistakes", answers.Where(answer => answer.Reading is { Outcome: PictureOutcome.Wrong, IsConfidentMistake: false }))}
            {Section("refused", "Refused", answers.Where(answer => answer.Reading.IsRefused))}
            </main>
            """);
    }

    private static Html Section(string id, string heading, IEnumerable<(LabelledPicture Picture, PictureReading Reading)> answers)
    {
        var surest = answers.OrderByDescending(answer => answer.Reading.Confidence).ToList();
        var shown = surest.Take(MostOfAKind).ToList();
        return $"""
            <section id="{id}">
            <h2>{heading}</h2>
            <p>{shown.Count:N0} of {surest.Count:N0}</p>
            <div class="gallery wide">
            {shown.Select(answer => Figure(answer.Picture, answer.Reading))}
            </div>
            </section>

            """;
    }

    private static Html Figure(LabelledPicture picture, PictureReading reading)
    {
        var file = picture.IsNumber ? Path.GetFileName(picture.Path) : $"{picture.Truth}/{Path.GetFileName(picture.Path)}";
        var note = reading.Outcome switch
        {
            PictureOutcome.Rejected => $"best guess {reading.BestGuess}",
            PictureOutcome.Blank => "blank",
            PictureOutcome.Unreadable => reading.Fault,
            _ => "",
        };
        return $"""
            <figure>
            {Image(picture)}
            <figcaption>
            <span><strong>{(reading.Text.Length > 0 ? reading.Text : "–")}</strong> {reading.Confidence:P1}</span>
            <span>written {picture.Truth}</span>
            <small>{note}</small>
            <small>{file}</small>
            </figcaption>
            </figure>

            """;
    }

    private static Html Image(LabelledPicture picture)
    {
        try
        {
            using var decoded = ImageDecoder.Decode(File.ReadAllBytes(picture.Path));
            var times = Math.Clamp(Math.Max(decoded.Width, decoded.Height) / LongerSide, 1, Math.Min(decoded.Width, decoded.Height));
            using var small = decoded.Reduce(times);
            return HtmlPage.Image(small, picture.Truth);
        }
        catch (Exception e) when (e is ImageException or IOException or UnauthorizedAccessException)
        {
            return $""; // the caption says why
        }
    }
}
