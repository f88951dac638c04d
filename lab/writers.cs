#:project ../src/MnistTrainer/MnistTrainer.csproj

// Do neighbours in MNIST's files come from the same hand? How alike the slants of two images are, by how far apart they stand in the file.
// Usage: MNIST_DATA=data/mnist dotnet run -c Release lab/writers.cs

using MathNet.Numerics.Statistics;
using MnistReader.Framing;
using MnistTrainer.Datasets;

int[] distances = [1, 2, 3, 10, 20, 50, 100, 200, 500, 1_000, 5_000];
var folder = MnistDataset.Folder(null);
Console.WriteLine($"| images apart | {string.Join(" | ", distances)} |");
Console.WriteLine($"|---|{string.Concat(distances.Select(_ => "---:|"))}");
Print("60,000 training images", MnistDataset.LoadTraining(folder));
Print("10,000 test images", MnistDataset.LoadTest(folder));

void Print(string name, DigitSet digits)
{
    var labels = digits.Labels.ToArray();
    var slants = Enumerable.Range(0, digits.Count).Select(i => Slant(digits[i])).ToArray();
    foreach (var digit in Enumerable.Range(0, digits.Count).GroupBy(i => labels[i])) // a 7 slants otherwise than a 0, whoever writes it
    {
        var (mean, deviation) = digit.Select(i => slants[i]).MeanStandardDeviation();
        foreach (var i in digit)
            slants[i] = (slants[i] - mean) / deviation;
    }

    var correlations = distances.Select(distance => Correlation.Pearson(slants[distance..], slants[..^distance]));
    Console.WriteLine($"| {name} | {string.Join(" | ", correlations.Select(r => FormattableString.Invariant($"{r:F2}")))} |");
}

// pixels to the side per pixel downwards, of the line that fits the ink best
static double Slant(DigitImage image)
{
    double ink = 0, x = 0, y = 0, xy = 0, yy = 0;
    foreach (var (i, pixel) in image.Pixels.ToArray().Index())
    {
        var (row, column) = Math.DivRem(i, DigitImage.Side);
        (ink, x, y, xy, yy) = (ink + pixel, x + pixel * column, y + pixel * row, xy + pixel * column * row, yy + pixel * row * row);
    }

    return (xy - x * y / ink) / (yy - y * y / ink);
}
