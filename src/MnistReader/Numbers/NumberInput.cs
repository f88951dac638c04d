using MnistReader.Imaging;
using MnistReader.Ink;

namespace MnistReader.Numbers;

/// <summary>
/// A line of writing as the number network takes it: of one height, its width in proportion, and such that brightness, contrast and polarity make no
/// difference. Training and serving prepare lines here.
/// </summary>
/// <param name="Values"><see cref="Height"/> × width numbers in row order, as those of <see cref="InkInput"/>; 0 on the right of the line.</param>
/// <param name="Width">In pixels, a multiple of <see cref="StepPx"/>.</param>
/// <param name="Zoom">Pixels of the input for one of the line, across.</param>
internal sealed record NumberInput(float[] Values, int Width, double Zoom)
{
    /// <summary>Of each line, in pixels.</summary>
    public const int Height = 40;

    /// <summary>Pixels from one step of the network to the next.</summary>
    public const int StepPx = 4;

    /// <summary>The widest line, in pixels; a longer one is squeezed. Some twenty digits, or ten with wide margins.</summary>
    public const int MostWidth = 640;

    /// <summary>The narrowest, in pixels.</summary>
    private const int LeastWidth = 16;

    /// <summary>Steps of the network.</summary>
    public int Steps => Width / StepPx;

    /// <summary>Scales and normalises a line.</summary>
    /// <param name="line">Only read.</param>
    public static NumberInput Of(GrayImage line)
    {
        var width = (int)Math.Clamp(Math.Round((double)line.Width * Height / line.Height), LeastWidth, MostWidth);
        var values = InkInput.Resample(line, width, Height);
        InkInput.Normalise(values);
        var padded = (width + StepPx - 1) / StepPx * StepPx;
        var zoom = (double)width / line.Width;
        if (padded == width)
            return new NumberInput(values, width, zoom);

        var input = new float[padded * Height];
        for (var y = 0; y < Height; y++)
            values.AsSpan(y * width, width).CopyTo(input.AsSpan(y * padded));
        return new NumberInput(input, padded, zoom);
    }
}
