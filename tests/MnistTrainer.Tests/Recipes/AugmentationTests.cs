using MnistTrainer.Recipes;
using MnistTrainer.Training;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Recipes;

[Collection(nameof(TorchTests))]
public class AugmentationTests
{
    private const int Count = 200;

    private static readonly Augmentation Much =
        new() { RotationDegrees = 30, Scale = 0.2, ShiftPx = 3, Shear = 0.3, ElasticPx = 1, Thickness = 0.5, FadeTo = 0 };

    [Fact]
    public void Without_any_amount_images_stay_as_they_are() => Assert.Equal(0, Changed(new Augmentation()));

    [Fact]
    public void Faded_to_nothing_it_leaves_the_last_images_as_they_are()
    {
        Assert.Equal(Count, Changed(Much, progress: 0));
        Assert.Equal(0, Changed(Much, progress: 1));
    }

    [Fact]
    public void Fades_evenly()
    {
        var amounts = new[] { 0, 0.25, 0.5, 0.75 }.Select(progress => MeanChange(new Augmentation { ShiftPx = 1, FadeTo = 0 }, progress)).ToList();

        Assert.Equal(amounts.OrderDescending(), amounts);
        Assert.InRange(amounts[2] / amounts[0], 0.3, 0.7);
    }

    [Fact]
    public void Without_fading_the_last_images_are_changed_as_much_as_the_first() =>
        Assert.Equal(MeanChange(Much with { FadeTo = 1 }, progress: 0), MeanChange(Much with { FadeTo = 1 }, progress: 1));

    [Fact]
    public void Elastic_deformation_moves_parts_of_an_image_in_ways_of_their_own()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var dots = zeros(Count, 1, 28, 28);
        dots[TensorIndex.Ellipsis, 6, 6] = 1;
        dots[TensorIndex.Ellipsis, 20, 20] = 1;

        var moved = new Augmentation { ElasticPx = 1 }.Apply(dots);

        var near = Centres(moved[TensorIndex.Ellipsis, TensorIndex.Slice(0, 14), TensorIndex.Slice(0, 14)]) - 6;
        var far = Centres(moved[TensorIndex.Ellipsis, TensorIndex.Slice(14), TensorIndex.Slice(14)]) - 6;
        Assert.InRange(near.std().item<float>(), 0.5, 1.2); // near 1 px at the grid's points, less between them
        Assert.InRange(far.std().item<float>(), 0.5, 1.2);
        Assert.InRange(stack([near, far]).corrcoef()[0, 1].item<float>(), -0.3, 0.3);
    }

    [Fact]
    public void Thickness_changes_its_share_of_the_images_each_way()
    {
        using var scope = NewDisposeScope();
        var images = Images();
        manual_seed(1);

        var ink = (new Augmentation { Thickness = 0.2 }.Apply(images) - images).sum([1, 2, 3]);

        Assert.InRange((ink > 1e-3).sum().item<long>(), 0.1 * Count, 0.3 * Count);
        Assert.InRange((ink < -1e-3).sum().item<long>(), 0.1 * Count, 0.3 * Count);
        Assert.InRange((ink.abs() <= 1e-3).sum().item<long>(), 0.5 * Count, 0.7 * Count);
    }

    /// <summary>Rows of the ink's centre, an image each.</summary>
    private static Tensor Centres(Tensor images) => (images.sum([1, 3]) * arange(images.shape[2])).sum(1) / images.sum([1, 2, 3]);

    private static Tensor Images()
    {
        var digits = GeneratedDigits.Create(Count, seed: 1);
        return Trainer.ToInput(from_array(digits.Pixels.ToArray()).reshape(Count, 1, 28, 28));
    }

    private static Tensor Differences(Augmentation augmentation, double progress)
    {
        var images = Images();
        manual_seed(1);
        return (augmentation.Apply(images, progress) - images).abs();
    }

    /// <summary>Number of images that aren't as they were.</summary>
    private static long Changed(Augmentation augmentation, double progress = 0)
    {
        using var scope = NewDisposeScope();
        return (Differences(augmentation, progress).amax([1, 2, 3]) > 1e-4).sum().item<long>();
    }

    private static double MeanChange(Augmentation augmentation, double progress)
    {
        using var scope = NewDisposeScope();
        return Differences(augmentation, progress).mean().item<float>();
    }
}
