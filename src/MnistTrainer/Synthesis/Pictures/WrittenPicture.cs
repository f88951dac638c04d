using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>A picture that was made to learn from, and the truth about it. Dispose it when done.</summary>
/// <param name="Gray">What a camera, a scanner or a program gives.</param>
/// <param name="Ink">Of the same size: where the writing is, 0 = none, 255 = full; neighbours that the edge cuts, print and lines have none.</param>
/// <param name="Lines">The writing, from above; empty where nothing is written.</param>
internal sealed record WrittenPicture(GrayImage Gray, InkImage Ink, IReadOnlyList<WrittenLine> Lines) : IDisposable
{
    /// <summary>
    /// How far the grey of the ink is from that of the paper beside it, in standard deviations of this paper: what is below 1 is hard to see. The mean of
    /// squares of a quarter of the height; infinite without ink.
    /// </summary>
    public double Contrast
    {
        get
        {
            var side = Math.Max(4, Gray.Height / 4);
            var (sum, count) = (0.0, 0);
            for (var top = 0; top < Gray.Height; top += side)
            {
                for (var left = 0; left < Gray.Width; left += side)
                {
                    if (ContrastIn(left, top, Math.Min(side, Gray.Width - left), Math.Min(side, Gray.Height - top)) is { } contrast)
                        (sum, count) = (sum + contrast, count + 1);
                }
            }

            return count == 0 ? double.PositiveInfinity : sum / count;
        }
    }

    private double? ContrastIn(int left, int top, int width, int height)
    {
        double ink = 0, paper = 0, squares = 0;
        int inks = 0, papers = 0;
        for (var y = top; y < top + height; y++)
        {
            var grays = Gray.Row(y).Slice(left, width);
            var inked = Ink.Row(y).Slice(left, width);
            for (var x = 0; x < width; x++)
            {
                var (gray, covered) = ((double)grays[x], inked[x]);
                if (covered > 127)
                    (ink, inks) = (ink + gray, inks + 1);
                else if (covered == 0)
                    (paper, squares, papers) = (paper + gray, squares + gray * gray, papers + 1);
            }
        }

        if (inks < 3 || papers < 3)
            return null;

        var mean = paper / papers;
        return Math.Abs(ink / inks - mean) / Math.Sqrt(Math.Max(1, squares / papers - mean * mean));
    }

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
