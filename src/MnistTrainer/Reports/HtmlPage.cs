using System.Text;
using MnistReader.Imaging;
using MnistTrainer.Storage;
using SkiaSharp;

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

    /// <summary>A picture that stands in the page itself.</summary>
    /// <param name="plane">One byte a pixel, shown as grey.</param>
    /// <param name="alt">What is on it, in words.</param>
    public static Html Image(PixelPlane plane, string alt)
    {
        using var image = SKImage.FromPixelCopy(new SKImageInfo(plane.Width, plane.Height, SKColorType.Gray8, SKAlphaType.Opaque), plane.Pixels, plane.Width);
        using var png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return $"""<img src="{DataUrl(png.ToArray())}" alt="{alt}" width="{plane.Width}" height="{plane.Height}" />""";
    }

    /// <summary>A plot for a light page and one for a dark page.</summary>
    /// <param name="name">What it shows, in words.</param>
    /// <param name="draw">Makes the PNG.</param>
    public static Html Plot(string name, Func<Plots.Theme, byte[]> draw) => $"""
        <picture>
        <source media="(prefers-color-scheme: dark)" srcset="{DataUrl(draw(Plots.Theme.Dark))}" />
        <img src="{DataUrl(draw(Plots.Theme.Light))}" alt="{name}" width="{Plots.Width}" height="{Plots.Height}" />
        </picture>

        """;

    /// <summary>The address of a picture that stands in the page itself.</summary>
    /// <param name="png">A PNG file.</param>
    public static string DataUrl(byte[] png) => "data:image/png;base64," + Convert.ToBase64String(png);
}
