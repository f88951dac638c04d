using System.Globalization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MnistTrainer.Networks;

/// <summary>
/// Layers as recipes write them → layers with the shapes between them. docs/reference/network-layers.md has the grammar. It needs no libtorch, so that a
/// recipe is checked at once.
/// </summary>
internal sealed class LayerParser
{
    private const int MostNumber = 4096, MostSide = 64;
    private const long MostWeights = 100_000_000;

    /// <summary>How each layer is written; what is in brackets may be left out.</summary>
    public static readonly IReadOnlyList<string> Usages =
    [
        "conv CHANNELS SIZE [stride SIZE] [pad SIZE] [dilation SIZE]", "batch-norm", "relu", "max-pool SIZE [stride SIZE]", "avg-pool SIZE [stride SIZE]",
        "global-max-pool", "global-avg-pool", "upsample FACTOR", "dropout SHARE", "flatten", "linear OUTPUTS", "as NAME", "add NAME", "concat NAME",
    ];

    private readonly Dictionary<string, Shape> _kept = [];
    private readonly int _classes;
    private Shape _input;

    private LayerParser(Shape input, int classes) => (_input, _classes) = (input, classes);

    /// <summary>Reads the layers of a network.</summary>
    /// <param name="text">The layers, with commas between them.</param>
    /// <param name="input">Of one example.</param>
    /// <param name="output">What the network must give for it; its channels are what <c>classes</c> stands for.</param>
    /// <exception cref="FormatException">Something is no layer, or doesn't fit; the message names the layer and says what would.</exception>
    public static IReadOnlyList<Layer> Parse(string text, Shape input, Shape output)
    {
        var parser = new LayerParser(input, output.Channels);
        var layers = new List<Layer>();
        var written = Array.ConvertAll(text.Split(','), layer => layer.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        foreach (var (index, words) in written.Index())
        {
            var last = index == written.Length - 1;
            try
            {
                layers.Add(parser.Read(words, hasBias: last || written[index + 1] is not ["batch-norm", ..])); // which shifts by itself
                if (last && output.IsFlat && words[0] != "linear")
                    throw new FormatException("a network of digits ends in 'linear classes'.");
                if (last && layers[^1].Output != output)
                    throw new FormatException($"the network must give {output}, not {layers[^1].Output}; 'classes' stands for {output.Channels}.");
                if (layers.Sum(layer => layer.Weights) > MostWeights)
                    throw new FormatException($"these are more than {MostWeights / 1_000_000} million weights.");
            }
            catch (FormatException fault)
            {
                throw new FormatException($"layer {index + 1}, '{string.Join(' ', words)}': {fault.Message}");
            }
        }

        return layers;
    }

    private Layer Read(string[] words, bool hasBias)
    {
        var layer = words switch
        {
            ["conv", var channels, var kernel, .. var options] =>
                Convolution(Count(channels), Size(kernel), Options(options, "stride", "pad", "dilation"), hasBias),
            ["batch-norm"] => new Layer("", _input) { Module = Normalisation(_input), Weights = 2L * _input.Channels },
            ["relu"] => new Layer("", _input) { Module = () => ReLU() },
            ["max-pool", var size, .. var options] => Pool(Size(size), Options(options, "stride"), (kernel, stride) => MaxPool2d(kernel, stride)),
            ["avg-pool", var size, .. var options] => Pool(Size(size), Options(options, "stride"), (kernel, stride) => AvgPool2d(kernel, stride)),
            ["global-max-pool"] => new Layer("", new Shape(Maps().Channels)) { Module = () => AdaptiveMaxPool2d([1, 1]) },
            ["global-avg-pool"] => new Layer("", new Shape(Maps().Channels)) { Module = () => AdaptiveAvgPool2d([1, 1]) },
            ["upsample", var factor] => Upsampled(Number(factor, 2, MostSide)),
            ["dropout", var share] => Dropped(share),
            ["flatten"] => new Layer("", Shape.Flat(Maps().Count)) { Module = () => Flatten() },
            ["linear", var outputs] => Linear(Count(outputs), hasBias),
            ["as", var name] => _kept.TryAdd(name, _input)
                ? new Layer("", _input)
                : throw new FormatException("that name is taken. Choose another."),
            ["add", var name] => Kept(name) == _input
                ? new Layer("", _input)
                : throw new FormatException($"'{name}' is {Kept(name)}, and what comes in {_input}: they must be alike."),
            ["concat", var name] => Kept(name) with { Channels = _input.Channels } == _input
                ? new Layer("", _input with { Channels = _input.Channels + Kept(name).Channels })
                : throw new FormatException($"'{name}' is {Kept(name)}, and what comes in {_input}: only the channels may differ."),
            _ when Usages.FirstOrDefault(usage => usage.Split(' ')[0] == words.FirstOrDefault()) is { } usage => throw new FormatException($"write '{usage}'."),
            _ => throw new FormatException($"there is no such layer. There are: {string.Join(", ", Usages.Select(usage => usage.Split(' ')[0]))}."),
        };
        _input = layer.Output;
        return layer with { Text = string.Join(' ', words) };
    }

    private Layer Convolution(int channels, (int Height, int Width) kernel, Dictionary<string, (int, int)> options, bool hasBias)
    {
        var (stride, pad, dilation) = (
            options.GetValueOrDefault("stride", (1, 1)), options.GetValueOrDefault("pad", (0, 0)), options.GetValueOrDefault("dilation", (1, 1)));
        var input = Maps();
        // by libtorch 2.10 with AVX-512, by a fifth of the largest value; right with 8, 16, 32, 48, 80
        if (input.Channels > 16 && input.Channels % 16 == 8)
            throw new FormatException($"some processors compute convolutions of {input.Channels} channels wrongly: let {input.Channels + 8} come in, or " +
                $"{input.Channels - 8}.");

        var height = Places(input.Height, kernel.Height, stride.Item1, pad.Item1, dilation.Item1);
        var width = Places(input.Width, kernel.Width, stride.Item2, pad.Item2, dilation.Item2);
        var weights = (long)channels * input.Channels * kernel.Height * kernel.Width;
        return new Layer("", new Shape(channels, height, width))
        {
            Module = () => Conv2d(input.Channels, channels, kernel, Long(stride), Long(pad), Long(dilation), bias: hasBias),
            Weights = weights + (hasBias ? channels : 0),
            MultiplyAdds = weights * height * width,
        };
    }

    private Layer Pool((int Height, int Width) kernel, Dictionary<string, (int Height, int Width)> options,
        Func<(long, long), (long, long), Module<Tensor, Tensor>> module)
    {
        var stride = options.GetValueOrDefault("stride", kernel);
        var input = Maps();
        return new Layer("", new Shape(input.Channels, Places(input.Height, kernel.Height, stride.Height), Places(input.Width, kernel.Width, stride.Width)))
        {
            Module = () => module(kernel, stride),
        };
    }

    private Layer Upsampled(int factor) => Maps() is var (channels, height, width, _) && Math.Max(height, width) * factor <= MostNumber
        ? new Layer("", new Shape(channels, height * factor, width * factor))
        {
            Module = () => Upsample(scale_factor: [factor, factor], mode: UpsampleMode.Nearest),
        }
        : throw new FormatException($"its output would be larger than {MostNumber} pixels.");

    private Layer Dropped(string share) => double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var of) && of is >= 0 and < 1
        ? new Layer("", _input) { Module = () => Dropout(of) }
        : throw new FormatException($"'{share}' is no share from 0 to below 1.");

    private Layer Linear(int outputs, bool hasBias)
    {
        var inputs = _input.IsFlat
            ? _input.Channels
            : throw new FormatException($"it takes numbers in a row, not {_input} (channels × height × width): put 'flatten' before it.");
        var weights = (long)inputs * outputs;
        return new Layer("", Shape.Flat(outputs))
        {
            Module = () => nn.Linear(inputs, outputs, hasBias),
            Weights = weights + (hasBias ? outputs : 0),
            MultiplyAdds = weights,
        };
    }

    private static Func<Module<Tensor, Tensor>> Normalisation(Shape of) => () =>
    {
        NormBase norm = of.IsFlat ? BatchNorm1d(of.Channels) : BatchNorm2d(of.Channels);
        norm.num_batches_tracked = null; // counts for averages without momentum alone, by numbers that may be freed too soon (TensorArithmetic)
        return norm;
    };

    private Shape Maps() => _input.IsFlat
        ? throw new FormatException($"it takes maps (channels × height × width), not {_input} numbers in a row: it goes before 'flatten'.")
        : _input;

    private Shape Kept(string name) => _kept.TryGetValue(name, out var shape)
        ? shape
        : throw new FormatException($"nothing was kept as '{name}'. " +
            (_kept.Count == 0 ? $"Put 'as {name}' before it." : $"There are: {string.Join(", ", _kept.Keys)}."));

    private int Places(int side, int kernel, int stride, int pad = 0, int dilation = 1) => side + 2 * pad - dilation * (kernel - 1) - 1 is var room && room >= 0
        ? room / stride + 1
        : throw new FormatException(
            $"it is larger than what comes in, {_input} (channels × height × width): {(side + 2 * pad - 1) / dilation + 1} is the most here.");

    private int Count(string word) => word == "classes" ? _classes : Number(word, 1, MostNumber);

    private static int Number(string word, int least, int most) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least && number <= most
            ? number
            : throw new FormatException($"'{word}' is no whole number from {least} to {most}.");

    /// <summary>A height and a width, <c>3x1</c>; or both in one, <c>3</c>.</summary>
    private static (int Height, int Width) Size(string word, int least = 1)
    {
        var sides = word.Split('x');
        return sides.Length <= 2
            ? (Number(sides[0], least, MostSide), Number(sides[^1], least, MostSide))
            : throw new FormatException($"'{word}' is no size: write a height and a width, as 3x3.");
    }

    private static Dictionary<string, (int Height, int Width)> Options(string[] words, params string[] known)
    {
        var options = new Dictionary<string, (int, int)>();
        foreach (var pair in words.Chunk(2))
        {
            if (pair is not [var option, var size] || !known.Contains(option) || !options.TryAdd(option, Size(size, option == "pad" ? 0 : 1)))
                throw new FormatException($"behind the size go, once each: {string.Join(", ", known.Select(option => $"'{option} SIZE'"))}.");
        }

        return options;
    }

    private static (long, long) Long((int, int) size) => size;
}
