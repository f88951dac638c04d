using MnistTrainer.Networks;
using MnistTrainer.Recipes;
using Xunit;
using static TorchSharp.torch;

namespace MnistTrainer.Tests.Networks;

[Collection(nameof(TorchTests))]
public class LayerParserTests
{
    private const string Places = "conv 8 5x3 stride 2x1 pad 1x0 dilation 2x1, as a, avg-pool 3x2 stride 1, conv 8 4 pad 2, max-pool 2 stride 3, upsample 3, " +
        "conv 16 2, batch-norm, relu, as b, relu, add b, concat b, global-avg-pool, dropout 0.5, flatten, linear 7, batch-norm, linear classes";

    public static TheoryData<string> Networks => [.. Recipe.Names, Places];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Shapes_and_weights_are_those_of_the_network(string name)
    {
        var layers = Recipe.Names.Contains(name) ? Recipe.Load(name).Layers : LayerParser.Parse(name, new Shape(1, 28, 28), Shape.Flat(10));
        using var network = Network.Create(layers, seed: 1);
        var (height, width) = Recipe.Names.Contains(name) ? Size(Recipe.Load(name).Learns) : (28, 28);
        var shapes = new List<string>();
        using var _ = inference_mode();
        using var scope = NewDisposeScope();
        foreach (var module in network.Modules.OfType<nn.Module<Tensor, Tensor>>())
        {
            module.register_forward_hook((_, _, output) =>
            {
                shapes.Add(string.Join('×', output.shape.Skip(1)));
                return output;
            });
        }

        network.eval();
        var output = network.call(zeros(1, 1, height, width));

        Assert.All(network.Modules.OfType<TorchSharp.Modules.NormBase>(), norm => Assert.Null(norm.num_batches_tracked)); // it would be counted unsafely
        Assert.Equal(layers.Where(layer => layer.Module is not null).Select(layer => $"{layer.Output}"), shapes);
        Assert.Equal($"{layers[^1].Output}", string.Join('×', output.shape.Skip(1)));
        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), network.Weights);
    }

    [Theory]
    [InlineData("conv 8", "write 'conv CHANNELS SIZE [stride SIZE] [pad SIZE] [dilation SIZE]'.")]
    [InlineData("conv 8 3x3x3", "'3x3x3' is no size: write a height and a width, as 3x3.")]
    [InlineData("conv 0 3", "'0' is no whole number from 1 to 4096.")]
    [InlineData("conv many 3", "'many' is no whole number from 1 to 4096.")]
    [InlineData("conv 8 3 stride", "behind the size go, once each: 'stride SIZE', 'pad SIZE', 'dilation SIZE'.")]
    [InlineData("conv 8 3 pad 1 pad 1", "behind the size go, once each: 'stride SIZE', 'pad SIZE', 'dilation SIZE'.")]
    [InlineData("max-pool 2 pad 1", "behind the size go, once each: 'stride SIZE'.")]
    [InlineData("conv 8 40", "it is larger than what comes in, 1×28×28 (channels × height × width): 28 is the most here.")]
    [InlineData("conv 8 3 dilation 20", "it is larger than what comes in, 1×28×28 (channels × height × width): 2 is the most here.")]
    [InlineData("max-pool 1x30", "it is larger than what comes in, 1×28×28 (channels × height × width): 28 is the most here.")]
    [InlineData("upsample 64, upsample 64", "its output would be larger than 4096 pixels.", 2)]
    [InlineData("conv 24 3, conv 8 3", "some processors compute convolutions of 24 channels wrongly: let 32 come in, or 16.", 2)]
    [InlineData("flatten, conv 8 3", "it takes maps (channels × height × width), not 784 numbers in a row: it goes before 'flatten'.", 2)]
    [InlineData("linear 10", "it takes numbers in a row, not 1×28×28 (channels × height × width): put 'flatten' before it.")]
    [InlineData("dropout 1", "'1' is no share from 0 to below 1.")]
    [InlineData("add a", "nothing was kept as 'a'. Put 'as a' before it.")]
    [InlineData("as a, as a", "that name is taken. Choose another.", 2)]
    [InlineData("as a, max-pool 2, concat a", "'a' is 1×28×28, and what comes in 1×14×14: only the channels may differ.", 3)]
    [InlineData("as a, conv 8 1, add a", "'a' is 1×28×28, and what comes in 8×28×28: they must be alike.", 3)]
    [InlineData("as a, flatten, concat a", "'a' is 1×28×28, and what comes in 784: only the channels may differ.", 3)]
    [InlineData("flatten, linear 9", "the network must give 10, not 9; 'classes' stands for 10.", 2)]
    [InlineData("conv 10 28, flatten", "a network of digits ends in 'linear classes'.", 2)]
    [InlineData("conv 4096 1, flatten, linear 4096, linear classes", "these are more than 100 million weights.", 3)]
    [InlineData("conv 8 3,, relu", "there is no such layer. There are: conv, batch-norm, relu, max-pool, avg-pool, global-max-pool, global-avg-pool, upsample, dropout, " +
        "flatten, linear, as, add, concat.", 2)]
    public void What_does_not_fit_is_named_with_what_would(string network, string message, int layer = 1)
    {
        var fault = Assert.Throws<FormatException>(() => LayerParser.Parse(network, new Shape(1, 28, 28), Shape.Flat(10))).Message;

        Assert.Equal($"layer {layer}, '{network.Split(',')[layer - 1].Trim()}': {message}", fault);
    }

    [Fact]
    public void The_same_layers_have_one_text()
    {
        var recipe = Recipe.Load("compact", "network= Conv  16 5X5 ,RELU, flatten,linear CLASSES");

        Assert.Equal("conv 16 5x5, relu, flatten, linear classes", recipe.Network);
        Assert.Equal(["conv 16 5x5", "relu", "flatten", "linear classes"], recipe.ToJson().GetProperty("network").EnumerateArray().Select(layer => layer.GetString()));
        Assert.Equal(Recipe.Load("tutorial-deeper").Network, Recipe.Load("compact", "network=tutorial-deeper").Network);
    }

    private static (int Height, int Width) Size(Learns what) => what switch
    {
        Learns.Ink => (96, 96),
        Learns.Numbers => (40, 160),
        _ => (28, 28),
    };
}
