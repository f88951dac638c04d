using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>A picture that was made to learn from, and the truth about it. Dispose it when done.</summary>
/// <param name="Gray">What a camera, a scanner or a program gives.</param>
/// <param name="Ink">Of the same size: where the writing is, 0 = none, 255 = full; neighbours that the edge cuts, print and lines have none.</param>
/// <param name="Lines">The writing, from above; empty where nothing is written.</param>
internal sealed record WrittenPicture(GrayImage Gray, InkImage Ink, IReadOnlyList<WrittenLine> Lines) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Gray.Dispose();
        Ink.Dispose();
    }
}

/// <summary>One line of writing.</summary>
/// <param name="Text">Digits and separators.</param>
/// <param name="Boxes">Where each is, in pixels of the picture.</param>
internal sealed record WrittenLine(string Text, IReadOnlyList<PixelBox> Boxes);
