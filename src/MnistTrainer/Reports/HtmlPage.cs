using System.Text;
using MnistTrainer.Storage;

namespace MnistTrainer.Reports;

/// <summary>Pages that hold all that they show and ask for no other file; they follow the reader's choice of light or dark.</summary>
internal static class HtmlPage
{
    /// <summary>Writes a page in the reports' style.</summary>
    /// <param name="path">The target; an older file is replaced.</param>
    /// <param name="title">For the browser's tab.</param>
    /// <param name="body">A header, and a main part of sections.</param>
    public static void Write(string path, string title, Html body)
    {
        var css = Html.Raw(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reports", "report.css")));
        Html page = $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>{title}</title>
            <style>
            {css}</style>
            </head>
            <body>
            {body}
            </body>
            </html>

            """;
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(page.ToString()));
    }

    /// <summary>The address of a picture that stands in the page itself.</summary>
    /// <param name="png">A PNG file.</param>
    public static string DataUrl(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);
}
