using System.Numerics.Tensors;
using MnistReader.Imaging;
using SkiaSharp;

namespace MnistReader.Ink;

/// <summary>A picture reduced to how much ink each pixel holds, 0 = paper, 255 = full ink, whatever the colours of ink and paper were.</summary>
internal sealed class InkImage : PixelPlane
{
    /// <summary>A picture whose strongest ink is weaker than this (of 255) is blank.</summary>
    public const byte FaintestInk = 32;

    /// <summary>Wraps the bytes without copying them.</summary>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    /// <param name="ink">width × height bytes in row order, 0 = paper, 255 = full ink.</param>
    /// <exception cref="ArgumentException">The number of bytes isn't width × height, or a side is below 1.</exception>
    public InkImage(int width, int height, byte[] ink)
        : base(width, height, ink)
    {
    }

    /// <summary>An image in rented memory, of any content, to be written by who makes it.</summary>
    /// <param name="width">In pixels, at least 1.</param>
    /// <param name="height">In pixels, at least 1.</param>
    public InkImage(int width, int height)
        : base(width, height)
    {
    }

    /// <summary>Decodes an image whose paper has one level, and tells its ink from it.</summary>
    /// <param name="encoded">A PNG, JPEG, WebP, GIF or BMP file.</param>
    /// <param name="limits">Limits on bytes, pixels and frames; the defaults of <see cref="ImageLimits"/> when null.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    /// <returns>An image of its own, to be disposed. Large pictures are reduced.</returns>
    /// <exception cref="ImageException">Too large, not an image, or damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static InkImage Decode(ReadOnlySpan<byte> encoded, ImageLimits? limits = null, CancellationToken cancellation = default)
    {
        using var gray = ImageDecoder.Decode(encoded, limits, cancellation);
        return Binarisation.ToInk(gray, out _);
    }

    /// <summary>The box around all ink, in pixels of this image; null where it is blank: nowhere as much ink as <see cref="FaintestInk"/>.</summary>
    public PixelBox? BoundingBox()
    {
        int left = Width, right = -1, top = Height, bottom = -1;
        byte strongest = 0;
        for (var y = 0; y < Height; y++)
        {
            var row = Row(y);
            var first = row.IndexOfAnyExcept((byte)0);
            if (first < 0)
                continue;

            left = Math.Min(left, first);
            right = Math.Max(right, row.LastIndexOfAnyExcept((byte)0));
            top = Math.Min(top, y);
            bottom = y;
            strongest = Math.Max(strongest, TensorPrimitives.Max(row));
        }

        return strongest < FaintestInk ? null : new PixelBox(left, top, right - left + 1, bottom - top + 1);
    }

    /// <summary>The ink alone, cut to its box.</summary>
    /// <returns>An image of its own, to be disposed; null where this one is blank.</returns>
    public InkImage? Crop()
    {
        if (BoundingBox() is not { } box)
            return null;

        return Cut(box);
    }

    /// <summary>A part of the ink.</summary>
    /// <param name="box">In pixels of this image, within it.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public InkImage Cut(PixelBox box)
    {
        var part = new InkImage(box.Width, box.Height);
        for (var y = 0; y < box.Height; y++)
            Row(box.Y + y).Slice(box.X, box.Width).CopyTo(part.Writable[(y * box.Width)..]);
        return part;
    }

    /// <summary>The same ink on a larger image without other ink.</summary>
    /// <param name="left">Where, in pixels; what doesn't fit is cut.</param>
    /// <param name="top">Where, in pixels.</param>
    /// <param name="width">Of the larger image.</param>
    /// <param name="height">Of the larger image.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public InkImage Place(int left, int top, int width, int height)
    {
        var larger = new InkImage(width, height) { PictureWidth = PictureWidth, PictureHeight = PictureHeight };
        larger.Writable.Clear();
        for (var y = 0; y < Height && y + top < height; y++)
            Row(y)[..Math.Min(Width, width - left)].CopyTo(larger.Writable[((y + top) * width + left)..]);
        return larger;
    }

    /// <summary>The same ink at a size to be looked at.</summary>
    /// <param name="mostSide">The longer side is at most this many pixels; larger images are scaled down, at least 1.</param>
    /// <returns>An image of its own, to be disposed.</returns>
    public unsafe InkImage Shrink(int mostSide)
    {
        var scale = Math.Min(1, (double)mostSide / Math.Max(Width, Height));
        var small = new InkImage(Math.Max(1, (int)Math.Round(Width * scale)), Math.Max(1, (int)Math.Round(Height * scale)));
        fixed (byte* from = Pixels, to = small.Writable)
        {
            using var source = new SKPixmap(new SKImageInfo(Width, Height, SKColorType.Gray8), (nint)from);
            using var target = new SKPixmap(new SKImageInfo(small.Width, small.Height, SKColorType.Gray8), (nint)to);
            if (!source.ScalePixels(target, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)))
                throw new InvalidOperationException($"An image of {Width}×{Height} pixels can't be scaled.");
        }

        return small;
    }
}
