using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using MnistReader.Framing;
using MnistReader.Idx;
using MnistTrainer.Storage;

namespace MnistTrainer.Datasets;

/// <summary>The four files of MNIST: where they are, what they must be, and where to get them.</summary>
internal static class MnistDataset
{
    /// <summary>Names the folder of the files where <c>--data</c> doesn't.</summary>
    public const string EnvironmentVariable = "MNIST_DATA";

    /// <summary>Names other mirrors than <see cref="PublicMirrors"/>, with spaces or commas between them.</summary>
    public const string MirrorsVariable = "MNIST_MIRRORS";

    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";
    private const string TestImages = "t10k-images-idx3-ubyte";
    private const string TestLabels = "t10k-labels-idx1-ubyte";

    /// <summary>SHA-256 of each decompressed file.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sha256 = new Dictionary<string, string>
    {
        [TrainImages] = "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        [TrainLabels] = "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        [TestImages] = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        [TestLabels] = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    };

    /// <summary>Public mirrors of the four gzipped files, tried in order; the original host no longer serves them.</summary>
    public static readonly IReadOnlyList<Uri> PublicMirrors =
    [
        new("https://ossci-datasets.s3.amazonaws.com/mnist/"),
        new("https://storage.googleapis.com/cvdf-datasets/mnist/"),
    ];

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit = "MNIST: Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, CC BY-SA 3.0";

    /// <summary>
    /// Positions of the test images whose label no majority of human annotators agrees with: no network is to blame for them
    /// (Northcutt, Athalye and Mueller, Pervasive label errors in test sets, 2021; from their repository cleanlab/label-errors).
    /// </summary>
    public static readonly IReadOnlySet<int> DoubtfulTestImages =
        new HashSet<int> { 947, 1621, 1901, 2130, 2462, 2597, 2654, 3520, 3558, 5937, 6651, 6783, 8527, 9679, 9729 };

    /// <summary>The data folder: the option's, else that of <see cref="EnvironmentVariable"/>, else <c>data/mnist</c>.</summary>
    /// <param name="option">What <c>--data</c> says; null where it isn't given.</param>
    public static string Folder(string? option) =>
        option ?? (Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } folder ? folder : Path.Combine("data", "mnist"));

    /// <summary>The 60,000 training images.</summary>
    /// <param name="folder">Holds the files, raw or with the ending .gz.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">A file isn't MNIST's: wrong header, length or SHA-256.</exception>
    public static DigitSet LoadTraining(string folder) => Load(folder, TrainImages, TrainLabels, 60_000);

    /// <summary>The 10,000 test images. They choose nothing: open them for a final figure only.</summary>
    /// <param name="folder">Holds the files, raw or with the ending .gz.</param>
    /// <exception cref="FileNotFoundException">A file is missing; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">A file isn't MNIST's: wrong header, length or SHA-256.</exception>
    public static DigitSet LoadTest(string folder) => Load(folder, TestImages, TestLabels, 10_000);

    /// <summary>The path of a file in a folder; null where it isn't there.</summary>
    /// <param name="folder">
    /// The data folder. The file may be raw or gzipped, have a dot before <c>idx</c>, and stand in a folder of its own name, as in Kaggle's copies.
    /// </param>
    /// <param name="name">One of the names of <see cref="Sha256"/>.</param>
    public static string? Find(string folder, string name) =>
        new[] { name, name.Replace("-idx", ".idx", StringComparison.Ordinal) }.SelectMany(spelling => new[] { spelling, spelling + ".gz" })
            .SelectMany(file => new[] { Path.Combine(folder, file), Path.Combine(folder, file, file) }).FirstOrDefault(File.Exists);

    /// <summary>The mirrors that <see cref="MirrorsVariable"/> names, else <see cref="PublicMirrors"/>.</summary>
    /// <param name="variable">The variable's value; null or empty where it isn't set.</param>
    /// <exception cref="ArgumentException">One is no address.</exception>
    public static IReadOnlyList<Uri> Mirrors(string? variable)
    {
        Uri[] named = [.. (variable ?? "").Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Select(Address)];
        return named.Length > 0 ? named : PublicMirrors;

        static Uri Address(string text) =>
            Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address) && address.Scheme is "http" or "https" // the files stand in it
            ? address
            : throw new ArgumentException($"{MirrorsVariable}: '{text}' is no address of a mirror. Write https://HOST/FOLDER.");
    }

    /// <summary>Fetches the files that a folder lacks. Each is verified under a temporary name, then renamed.</summary>
    /// <param name="folder">The data folder; created where it is missing.</param>
    /// <param name="mirrors">Tried in order, those of <see cref="Mirrors"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the mirror doesn't say).</param>
    /// <param name="cancellation">Stops the download; no half file remains.</param>
    /// <param name="patience">How long a mirror may be slow; null for <see cref="Download.Patience"/>.</param>
    /// <returns>The names of the files that were fetched.</returns>
    /// <exception cref="IOException">No mirror has the right file.</exception>
    public static async Task<IReadOnlyList<string>> DownloadAsync(
        string folder, IReadOnlyList<Uri> mirrors, Action<string, long, long?> progress, CancellationToken cancellation, TimeSpan? patience = null)
    {
        using var client = new HttpClient();
        var missing = Sha256.Keys.Where(name => Find(folder, name) is null).ToList();
        foreach (var name in missing)
        {
            var faults = new List<string>();
            foreach (var mirror in mirrors)
            {
                try
                {
                    var gzipped = await Download.FetchAsync(
                        client, new Uri(mirror, name + ".gz"), patience ?? Download.Patience, (done, all) => progress(name, done, all), cancellation);
                    AtomicFile.Write(Path.Combine(folder, name + ".gz"), temporary =>
                    {
                        File.WriteAllBytes(temporary, gzipped);
                        Verify(IdxFile.ReadBytes(temporary), name, "Its file");
                    });
                    break;
                }
                catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
                {
                    faults.Add($"{mirror.Host}: {e.Message}");
                }
            }

            if (faults.Count == mirrors.Count)
            {
                throw new IOException(
                    $"No mirror gave {name}.gz ({string.Join("; ", faults)}). " +
                    $"Put the file into '{folder}' yourself, or name another mirror in {MirrorsVariable}.");
            }
        }

        return missing;
    }

    private static DigitSet Load(string folder, string imagesName, string labelsName, int count)
    {
        var images = IdxFile.Parse(Read(folder, imagesName), imagesName, count, 28, 28);
        var labels = IdxFile.Parse(Read(folder, labelsName), labelsName, count);
        return new DigitSet(images, labels);
    }

    private static byte[] Read(string folder, string name)
    {
        var path = Find(folder, name) ?? throw new FileNotFoundException(
            $"MNIST's {name} is not in '{folder}'. Run 'MnistTrainer download', or name the folder with --data or {EnvironmentVariable}.");
        const string remedy = "Delete it and run 'MnistTrainer download'.";
        try
        {
            var bytes = IdxFile.ReadBytes(path);
            Verify(bytes, name, $"'{path}'");
            return bytes;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{e.Message} {remedy}", e);
        }
    }

    private static void Verify(byte[] file, string name, string shown)
    {
        if (Hash(file) != Sha256[name])
            throw new InvalidDataException($"{shown} is not MNIST's {name}: it {WhatItIs(file, name)}.");
    }

    /// <summary>What a file is that isn't the one expected, as the end of a sentence.</summary>
    private static string WhatItIs(ReadOnlySpan<byte> file, string name)
    {
        var (images, count) = (name is TrainImages or TestImages, name is TrainImages or TrainLabels ? 60_000 : 10_000);
        var start = file.TrimStart("\uFEFF \t\r\n"u8);
        if (start.IsEmpty)
            return "is empty";
        if (start[0] == '<')
            return "is a web page, such as a server's error or log-in";
        if (file is [(byte)'P', (byte)'K', ..])
            return "is a ZIP archive; unpack it";

        var hash = Hash(file);
        if (Sha256.FirstOrDefault(known => known.Value == hash).Key is { } other)
            return $"is {other}";
        if (file is not [0, 0, 8, var rank, ..])
            return "is no IDX file of bytes, which begins with 00 00 08";
        if (rank == (images ? 1 : 3))
            return images ? "holds labels, not images: perhaps the two are swapped" : "holds images, not labels: perhaps the two are swapped";
        if (rank != (images ? 3 : 1) || file.Length < 4 + 4 * rank)
            return rank is 1 or 3 ? "is cut off" : $"has {rank} dimensions";

        var sizes = new long[rank];
        for (var i = 0; i < rank; i++)
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(file[(4 + 4 * i)..]);
        if (images && sizes is not [_, DigitImage.Side, DigitImage.Side])
            return $"holds images of {sizes[1]}×{sizes[2]} pixels, not 28×28";
        if (sizes[0] != count)
            return Text($"holds {sizes[0]:N0} {(images ? "images" : "labels")}, not {count:N0}: perhaps those of EMNIST or QMNIST");

        var content = file[(4 + 4 * rank)..];
        var length = count * (images ? DigitImage.PixelCount : 1);
        if (content.Length < length)
            return Text($"is cut off: it has {content.Length:N0} of {length:N0} bytes behind its header");
        if (content.Length > length)
            return Text($"has {content.Length - length:N0} bytes too many");
        if (!images && content.ContainsAnyExceptInRange<byte>(0, 9))
            return "holds labels above 9: perhaps EMNIST's letters";
        if (images && Hash([.. file[..16], .. Transposed(content)]) == Sha256[name])
            return "holds MNIST's images with rows and columns exchanged";
        return "has MNIST's form but other content: " +
            "perhaps that of EMNIST (whose images have rows and columns exchanged), KMNIST or Fashion-MNIST, or it is damaged";

        static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static byte[] Transposed(ReadOnlySpan<byte> images)
    {
        var transposed = new byte[images.Length];
        for (var i = 0; i < images.Length; i++)
        {
            var (image, pixel) = Math.DivRem(i, DigitImage.PixelCount);
            transposed[image * DigitImage.PixelCount + pixel % DigitImage.Side * DigitImage.Side + pixel / DigitImage.Side] = images[i];
        }

        return transposed;
    }

    private static string Hash(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));
}
