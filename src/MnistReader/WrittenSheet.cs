using MnistReader.Framing;
using MnistReader.Imaging;
using MnistReader.Inference;
using MnistReader.Ink;

namespace MnistReader;

/// <summary>A picture and its ink, of which either may be reduced: the way from the one to the other, and to the picture as it is looked at.</summary>
/// <param name="Gray">The picture.</param>
/// <param name="Plane">Its ink.</param>
/// <param name="KeepInk">Whether readings hold their ink.</param>
internal sealed record WrittenSheet(GrayImage Gray, InkImage Plane, bool KeepInk)
{
    private double ScaleX => (double)Gray.Width / Plane.Width;

    private double ScaleY => (double)Gray.Height / Plane.Height;

    /// <summary>A digit's ink, if it is to be kept; it is disposed otherwise.</summary>
    public InkImage? Kept(InkImage ink)
    {
        if (KeepInk)
            return ink;

        ink.Dispose();
        return null;
    }

    /// <summary>The same of ink that is taken only if it is to be kept.</summary>
    public InkImage? Kept(Func<InkImage> take) => KeepInk ? take() : null;

    /// <summary>The part of the grey around a box of ink.</summary>
    /// <param name="ink">In pixels of the plane.</param>
    /// <param name="beside">Paper on the left and on the right, as a share of the ink's height.</param>
    /// <param name="above">The same above and below.</param>
    public PixelBox Around(PixelBox ink, double beside, double above)
    {
        var (wide, high) = (beside * ink.Height * ScaleY, above * ink.Height * ScaleY);
        var (left, top) = ((int)Math.Max(0, ink.X * ScaleX - wide), (int)Math.Max(0, ink.Y * ScaleY - high));
        var right = (int)Math.Min(Gray.Width, (ink.X + ink.Width) * ScaleX + wide);
        var bottom = (int)Math.Min(Gray.Height, (ink.Y + ink.Height) * ScaleY + high);
        return new PixelBox(left, top, Math.Max(1, right - left), Math.Max(1, bottom - top));
    }

    /// <summary>Share of a digit's width that its edges are moved at most, to where there is paper.</summary>
    private const double MostMoved = 0.35;

    /// <summary>The digit between two places of a row, or near them, where its ink ends.</summary>
    /// <param name="from">In pixels of the grey.</param>
    /// <param name="to">In pixels of the grey.</param>
    /// <param name="row">In pixels of the plane.</param>
    /// <param name="prediction">What it is.</param>
    public DigitReading Cut(double from, double to, PixelBox row, Prediction prediction)
    {
        var reach = (int)(MostMoved * (to - from) / ScaleX);
        var left = Math.Clamp(ToPaper((int)(from / ScaleX)), row.X, row.X + row.Width - 1);
        var part = row with { X = left, Width = Math.Clamp(ToPaper((int)Math.Ceiling(to / ScaleX)), left + 1, row.X + row.Width) - left };
        var alone = Plane.Cut(part);
        return new DigitReading(DigitFraming.Frame(alone) ?? DigitImage.Blank, prediction)
        {
            Box = InPicture(alone.BoundingBox() is { } ink ? new PixelBox(part.X + ink.X, part.Y + ink.Y, ink.Width, ink.Height) : part),
            Ink = Kept(alone),
        };

        // the nearest column without ink; where digits touch, there is none
        int ToPaper(int column)
        {
            for (var away = 0; away <= reach; away++)
            {
                if (IsPaper(column + away))
                    return column + away;
                if (IsPaper(column - away))
                    return column - away;
            }

            return column;
        }

        bool IsPaper(int column)
        {
            for (var y = row.Y; y < row.Y + row.Height; y++)
            {
                if (column >= row.X && column < row.X + row.Width && Plane.Row(y)[column] > 0)
                    return false;
            }

            return true;
        }
    }

    /// <summary>A box of the plane in pixels of the picture as it is looked at.</summary>
    public PixelBox InPicture(PixelBox box)
    {
        var (x, y) = ((double)Plane.PictureWidth / Plane.Width, (double)Plane.PictureHeight / Plane.Height);
        return new PixelBox((int)(box.X * x), (int)(box.Y * y), (int)Math.Ceiling(box.Width * x), (int)Math.Ceiling(box.Height * y));
    }
}
