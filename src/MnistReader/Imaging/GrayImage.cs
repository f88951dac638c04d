using SkiaSharp;

namespace MnistReader.Imaging;

/// <summary>A decoded picture: grey levels, 0 = black, 255 = white; ink and paper are not told apart yet.</summary>
/// <param name="width">In pixels, at least 1.</param>
/// <param name="height">In pixels, at least 1.</param>
internal sealed class GrayImage(int width, int height) : PixelPlane(width, height)
{
    /// <summary>Whether the picture's format leaves ripples around strokes, as JPEG does.</summary>
    public bool IsLossy { get; init; }

    /// <summary>Whether it was made of colours, of which two may be equally bright.</summary>
    public bool IsColoured { get; set; }

    /// <summary>
    /// The same picture at a whole part of its size, each pixel the mean of a square of pixels; what is left over at right and bottom is cut off.
    /// </summary>
    /// <param name="times">At least 1, and at most the shorter side.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public GrayImage Reduce(int times)
    {
        var small = new GrayImage(Width / times, Height / times)
        {
            PictureWidth = PictureWidth,
            PictureHeight = PictureHeight,
            IsLossy = IsLossy,
            IsColoured = IsColoured,
        };
        if (times == 1)
        {
            Pixels.CopyTo(small.Writable);
            return small;
        }

        var sums = new int[small.Width];
        for (var y = 0; y < small.Height; y++)
        {
            Array.Clear(sums);
            for (var dy = 0; dy < times; dy++)
                AddUp(Row(y * times + dy), sums, times);
            for (var x = 0; x < sums.Length; x++)
                small.Writable[y * small.Width + x] = (byte)(sums[x] / (times * times));
        }

        return small;
    }

    /// <summary>A part of the picture.</summary>
    /// <param name="box">In pixels of this image, within it.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public GrayImage Cut(PixelBox box)
    {
        var part = new GrayImage(box.Width, box.Height) { IsLossy = IsLossy };
        for (var y = 0; y < box.Height; y++)
            Row(box.Y + y).Slice(box.X, box.Width).CopyTo(part.Writable[(y * box.Width)..]);
        return part;
    }

    /// <summary>The same picture turned the way the camera was held (EXIF orientation 2 to 8).</summary>
    /// <returns>An image of its own, to be disposed.</returns>
    public GrayImage Turn(SKEncodedOrigin origin)
    {
        var isTransposed = origin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
        var upright = new GrayImage(isTransposed ? Height : Width, isTransposed ? Width : Height)
        {
            PictureWidth = isTransposed ? PictureHeight : PictureWidth,
            PictureHeight = isTransposed ? PictureWidth : PictureHeight,
            IsLossy = IsLossy,
            IsColoured = IsColoured,
        };
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (sourceX, sourceY) = origin switch
                {
                    SKEncodedOrigin.TopRight => (Width - 1 - x, y),
                    SKEncodedOrigin.BottomRight => (Width - 1 - x, Height - 1 - y),
                    SKEncodedOrigin.BottomLeft => (x, Height - 1 - y),
                    SKEncodedOrigin.LeftTop => (y, x),
                    SKEncodedOrigin.RightTop => (y, Height - 1 - x),
                    SKEncodedOrigin.RightBottom => (Width - 1 - y, Height - 1 - x),
                    _ => (Width - 1 - y, x),
                };
                upright.Writable[y * upright.Width + x] = Pixels[sourceY * Width + sourceX];
            }
        }

        return upright;
    }

    /// <summary>Adds each stretch of a row to the sum of a column.</summary>
    /// <param name="row">Levels, at least <paramref name="times"/> for each sum.</param>
    /// <param name="sums">One a column; they grow.</param>
    /// <param name="times">Levels of a stretch.</param>
    public static void AddUp(ReadOnlySpan<byte> row, Span<int> sums, int times)
    {
        for (int i = 0, x = 0; i < sums.Length; i++)
        {
            var sum = 0;
            for (var end = x + times; x < end; x++)
                sum += row[x];
            sums[i] += sum;
        }
    }
}
