using System.Runtime.InteropServices;
using SkiaSharp;

namespace MnistTrainer.Synthesis.Pictures;

/// <summary>A picture in the making: paper, what is on it, the light that falls on it, and what the camera adds.</summary>
internal sealed class PaperScene : IDisposable
{
    private readonly Random _random;
    private SKBitmap _bitmap;
    private SKCanvas _canvas;

    /// <summary>Lays the paper; transparent where it has no colour.</summary>
    public PaperScene(int width, int height, SKColor paper, Random random)
    {
        _random = random;
        _bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        _canvas = new SKCanvas(_bitmap);
        _canvas.Clear(paper);
    }

    /// <summary>In pixels.</summary>
    public int Width => _bitmap.Width;

    /// <summary>In pixels.</summary>
    public int Height => _bitmap.Height;

    private float Short => Math.Min(Width, Height);

    /// <summary>Tilts what is drawn from now on as a camera held askew sees it, by a few degrees and a little perspective.</summary>
    /// <param name="degrees">The most that it is turned.</param>
    /// <param name="perspective">The most that one side is farther away, as a share.</param>
    public void Tilt(float degrees, float perspective)
    {
        var view = SKMatrix.CreateRotationDegrees(_random.Between(-degrees, degrees), Width / 2f, Height / 2f);
        view.Persp0 = _random.Between(-perspective, perspective) / Width;
        view.Persp1 = _random.Between(-perspective, perspective) / Height;
        _canvas.SetMatrix(in view);
    }

    /// <summary>Rules the paper: lines across, and down as well where it is squared.</summary>
    public void Rule(float spacingPx, float widthPx, SKColor colour, bool squared)
    {
        using var pen = new SKPaint { Color = colour, IsAntialias = true, StrokeWidth = widthPx };
        for (var y = -Height + _random.Between(0, spacingPx); y < 2 * Height; y += spacingPx)
            _canvas.DrawLine(-Width, y, 2 * Width, y, pen);
        for (var x = -Width + _random.Between(0, spacingPx); squared && x < 2 * Width; x += spacingPx)
            _canvas.DrawLine(x, -Height, x, 2 * Height, pen);
    }

    /// <summary>Stamps a digit so that the corner of its ink comes to a place.</summary>
    public void Write(DigitStamp digit, float left, float top, SKColor ink)
    {
        using var paint = new SKPaint { Color = ink };
        _canvas.DrawImage(digit.Ink, left - digit.Bounds.Left, top - digit.Bounds.Top, new SKSamplingOptions(SKFilterMode.Linear), paint);
    }

    /// <summary>Draws a frame: ruled, or by hand with sides that aren't quite straight; its corners may be round.</summary>
    public void DrawFrame(SKRect box, float widthPx, SKColor ink, bool byHand)
    {
        using var pen = new SKPaint
        {
            Color = ink,
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = widthPx,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeCap = SKStrokeCap.Round,
        };
        if (!byHand)
        {
            var radius = _random.Next(2) * _random.Between(0, 0.06f) * box.Width;
            _canvas.DrawRoundRect(box, radius, radius, pen);
            return;
        }

        var off = 0.015f * box.Width;
        SKPoint[] corners = [new(box.Left, box.Top), new(box.Right, box.Top), new(box.Right, box.Bottom), new(box.Left, box.Bottom)];
        corners = [.. corners.Select(corner => corner + new SKPoint(_random.Between(-off, off), _random.Between(-off, off)))];
        using var path = new SKPathBuilder();
        path.MoveTo(corners[0]);
        for (var i = 0; i < 4; i++)
        {
            var (from, to) = (corners[i], corners[(i + 1) % 4]);
            path.QuadTo(new SKPoint((from.X + to.X) / 2 + _random.Between(-off, off), (from.Y + to.Y) / 2 + _random.Between(-off, off)), to);
        }

        using var frame = path.Detach();
        _canvas.DrawPath(frame, pen);
    }

    /// <summary>Scatters specks of dirt: round and long ones.</summary>
    public void Dirty(int specks, float largestPx, SKColor colour)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        for (var i = 0; i < specks; i++)
        {
            var (size, long_) = (_random.Between(0.3f, 1) * largestPx, _random.Between(1, 1.8f));
            _canvas.DrawOval(_random.Between(0, Width), _random.Between(0, Height), size / 2 * long_, size / 2 / long_, paint);
        }
    }

    /// <summary>Lays a light over all that falls off from one side to the other.</summary>
    /// <param name="darkest">What is left of it at the dark end, 0 to 1.</param>
    public void Light(float darkest)
    {
        var (angle, reach) = (_random.Between(0, MathF.Tau), new SKPoint(Width / 2f, Height / 2f));
        var way = new SKPoint(MathF.Cos(angle) * reach.X, MathF.Sin(angle) * reach.Y);
        using var shader = SKShader.CreateLinearGradient(reach - way, reach + way, [SKColors.White, Grey(darkest)], SKShaderTileMode.Clamp);
        Multiply(shader);
    }

    /// <summary>Darkens the corners, as lenses do.</summary>
    public void Vignette(float darkest)
    {
        using var shader = SKShader.CreateRadialGradient(new SKPoint(Width / 2f, Height / 2f), new SKPoint(Width, Height).Length / 2,
            [SKColors.White, SKColors.White, Grey(darkest)], [0, 0.3f, 1], SKShaderTileMode.Clamp);
        Multiply(shader);
    }

    /// <summary>Throws the shadow of a hand or phone over a part: one straight, more or less soft edge across the picture.</summary>
    public void Shadow(float darkness, float softnessPx)
    {
        _canvas.ResetMatrix();
        using var blur = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, softnessPx);
        using var paint = new SKPaint { Color = Grey(darkness), BlendMode = SKBlendMode.Multiply, MaskFilter = blur, IsAntialias = true };
        var far = 2f * Math.Max(Width, Height);
        _canvas.Save();
        _canvas.Translate(_random.Between(0.2f, 0.8f) * Width, _random.Between(0.2f, 0.8f) * Height);
        _canvas.RotateDegrees(_random.Between(0, 360));
        _canvas.DrawRect(0, -far, far, 2 * far, paint);
        _canvas.Restore();
    }

    /// <summary>Blurs all, as a lens out of focus.</summary>
    public void Blur(float sigmaPx)
    {
        using var image = SKImage.FromBitmap(_bitmap);
        using var filter = SKImageFilter.CreateBlur(sigmaPx, sigmaPx, SKShaderTileMode.Clamp);
        using var paint = new SKPaint { ImageFilter = filter };
        _canvas.ResetMatrix();
        _canvas.DrawImage(image, 0, 0, SKSamplingOptions.Default, paint);
    }

    /// <summary>Adds the noise of a sensor to each pixel: mostly of brightness, a little of colour.</summary>
    /// <param name="sigma">In grey levels.</param>
    public void Noise(float sigma)
    {
        var noise = new int[4096]; // drawn once: normal numbers are dear, and nobody sees that they repeat at random
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (int)MathF.Round(sigma * MathF.Sqrt(-2 * MathF.Log(1 - _random.NextSingle())) * MathF.Cos(MathF.Tau * _random.NextSingle()));
        _canvas.Flush();
        foreach (ref var pixel in MemoryMarshal.Cast<byte, uint>(_bitmap.GetPixelSpan()))
        {
            var draw = _random.Next();
            var (all, red, blue) = (noise[draw & 4095], noise[(draw >> 8) & 4095] / 3, noise[(draw >> 16) & 4095] / 3);
            pixel = Level(pixel & 255, all + red) | Level((pixel >> 8) & 255, all) << 8 | Level((pixel >> 16) & 255, all + blue) << 16 | 0xFF000000;
        }

        static uint Level(uint level, int noise) => (uint)Math.Clamp((int)level + noise, 0, 255);
    }

    /// <summary>Makes the picture larger, as a sensor of more pixels than the lens resolves.</summary>
    public void Enlarge(float times)
    {
        var larger = _bitmap.Resize(_bitmap.Info.WithSize((int)(Width * times), (int)(Height * times)), new SKSamplingOptions(SKFilterMode.Linear));
        _canvas.Dispose();
        _bitmap.Dispose();
        (_bitmap, _canvas) = (larger, new SKCanvas(larger));
    }

    /// <summary>The picture as a file.</summary>
    public byte[] Encode(SKEncodedImageFormat format, int quality)
    {
        _canvas.Flush();
        using var encoded = _bitmap.Encode(format, quality);
        return encoded.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _canvas.Dispose();
        _bitmap.Dispose();
    }

    private void Multiply(SKShader shader)
    {
        _canvas.ResetMatrix();
        using var paint = new SKPaint { Shader = shader, BlendMode = SKBlendMode.Multiply };
        _canvas.DrawPaint(paint);
    }

    private static SKColor Grey(float level) => new((byte)(255 * level), (byte)(255 * level), (byte)(255 * level));
}
