using System.ComponentModel.DataAnnotations;
using MnistReader.Framing;
using MnistTrainer.Networks;
using static TorchSharp.torch;

namespace MnistTrainer.Recipes;

/// <summary>Random changes that leave a digit what it is; each image of a batch draws its own. Amounts are uniform in ± the given one.</summary>
internal sealed record Augmentation
{
    /// <summary>Rotation, in degrees.</summary>
    [Range(0.0, 180.0)]
    public double RotationDegrees { get; init; }

    /// <summary>Change of size as a share: 0.1 draws from 0.9 to 1.1, for width and height each.</summary>
    [Range(0.0, 0.9)]
    public double Scale { get; init; }

    /// <summary>Shift to the side and up or down, in pixels.</summary>
    [Range(0.0, 14.0)]
    public double ShiftPx { get; init; }

    /// <summary>Slant: pixels to the side per pixel upwards.</summary>
    [Range(0.0, 1.0)]
    public double Shear { get; init; }

    /// <summary>
    /// Elastic deformation: the standard deviation, in pixels, by which the points of a 5×5 grid move, and all between them smoothly (after Simard et al.,
    /// 2003).
    /// </summary>
    [Range(0.0, 5.0)]
    public double ElasticPx { get; init; }

    /// <summary>The share of images whose strokes become thicker, and the share whose strokes become thinner; 0 to 0.5 each.</summary>
    [Range(0.0, 0.5)]
    public double Thickness { get; init; }

    /// <summary>What is left of all amounts in the last epoch, 0 to 1: they shrink evenly from 1, so that training ends nearer to images as they are.</summary>
    [Range(0.0, 1.0)]
    public double FadeTo { get; init; } = 1;

    /// <summary>Changes a batch.</summary>
    /// <param name="images">float32 (N, 1, 28, 28), 0 = paper, 1 = full ink.</param>
    /// <param name="progress">How much of the training is done, 0 to 1.</param>
    /// <returns>A new tensor of the same shape, drawn with libtorch's default generator; the caller disposes it.</returns>
    public Tensor Apply(Tensor images, double progress = 0)
    {
        using var scope = NewDisposeScope();
        var n = images.shape[0];
        var strength = 1 - progress * (1 - FadeTo);
        var angle = Uniform(RotationDegrees * Math.PI / 180);
        var (scaleX, scaleY) = (Uniform(Scale).Plus(1), Uniform(Scale).Plus(1));
        var (cos, sin, shear) = (angle.cos(), angle.sin(), Uniform(Shear));
        var halfSide = DigitImage.Side / 2.0; // the grid's unit
        var theta = stack( // (N, 2, 3): from target to source, in units of half a side
        [
            stack([cos / scaleX, (shear * cos - sin) / scaleY, Uniform(ShiftPx / halfSide)], 1),
            stack([sin / scaleX, (shear * sin).Plus(cos) / scaleY, Uniform(ShiftPx / halfSide)], 1),
        ], 1);
        var grid = nn.functional.affine_grid(theta, images.shape); // (N, 28, 28, 2)
        if (ElasticPx > 0)
        {
            var coarse = randn(n, 2, 5, 5).Times(ElasticPx * strength / halfSide);
            grid = grid.Plus(nn.functional.interpolate(coarse, [DigitImage.Side, DigitImage.Side], mode: InterpolationMode.Bicubic, align_corners: true)
                .permute(0, 2, 3, 1));
        }

        var moved = nn.functional.grid_sample(images, grid, align_corners: false);
        return (Thickness == 0 ? moved : ChangeThickness(moved, strength)).MoveToOuterDisposeScope();

        Tensor Uniform(double amount) => rand(n).Times(2).Plus(-1).Times(amount * strength); // (N)
    }

    /// <summary>Moves some images part of the way to their 3×3 grey dilation (thicker) or erosion (thinner).</summary>
    private Tensor ChangeThickness(Tensor images, double strength)
    {
        var draw = rand(images.shape[0]);
        Move(draw.IsBelow(Thickness), some => nn.functional.max_pool2d(some, 3, stride: 1, padding: 1));
        Move(draw.IsAbove(1 - Thickness), some => -nn.functional.max_pool2d(-some, 3, stride: 1, padding: 1));
        return images;

        void Move(Tensor chosen, Func<Tensor, Tensor> extreme)
        {
            var positions = chosen.nonzero().flatten(); // pooling all images would cost as much as a layer of the network
            var some = images.index_select(0, positions);
            images.index_copy_(0, positions, some.lerp(extreme(some), rand(positions.shape[0], 1, 1, 1).Times(strength)));
        }
    }
}
