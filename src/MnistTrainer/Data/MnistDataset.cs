using System.Security.Cryptography;

namespace MnistTrainer.Data;

/// <summary>The four files of MNIST: where they are, what they must be, and where to get them.</summary>
public static class MnistDataset
{
    /// <summary>Names the folder of the files where <c>--data</c> doesn't.</summary>
    public const string EnvironmentVariable = "MNIST_DATA";

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
    public static readonly IReadOnlyList<Uri> Mirrors =
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

    /// <summary>The path of a file in a folder, raw or gzipped; null where neither is there.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="name">One of the names of <see cref="Sha256"/>.</param>
    public static string? Find(string folder, string name) =>
        new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".gz") }.FirstOrDefault(File.Exists);

    /// <summary>Fetches the files that a folder lacks. Each is verified under a temporary name, then renamed.</summary>
    /// <param name="folder">The data folder; created where it is missing.</param>
    /// <param name="mirrors">Tried in order, <see cref="Mirrors"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the mirror doesn't say).</param>
    /// <param name="cancellation">Stops the download; no half file remains.</param>
    /// <returns>The names of the files that were fetched.</returns>
    /// <exception cref="IOException">No mirror has the right file.</exception>
    public static async Task<IReadOnlyList<string>> DownloadAsync(
        string folder, IReadOnlyList<Uri> mirrors, Action<string, long, long?> progress, CancellationToken cancellation)
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
                    var gzipped = await FetchAsync(client, new Uri(mirror, name + ".gz"), (done, all) => progress(name, done, all), cancellation);
                    AtomicFile.Write(Path.Combine(folder, name + ".gz"), temporary =>
                    {
                        File.WriteAllBytes(temporary, gzipped);
                        Verify(IdxFile.ReadBytes(temporary), name);
                    });
                    break;
                }
                catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
                {
                    faults.Add($"{mirror.Host}: {e.Message}");
                }
            }

            if (faults.Count == mirrors.Count)
                throw new IOException($"No mirror gave {name}.gz ({string.Join("; ", faults)}). Put the file into '{folder}' yourself.");
        }

        return missing;
    }

    /// <summary>The bytes at an address.</summary>
    /// <param name="client">Its timeout is how long the server may be silent, before its headers and within the body.</param>
    /// <param name="address">Of a file.</param>
    /// <param name="progress">Bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HttpRequestException">There is no such server, or it gives no such file.</exception>
    /// <exception cref="IOException">The server fell silent.</exception>
    internal static async Task<byte[]> FetchAsync(HttpClient client, Uri address, Action<long, long?> progress, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            using var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(cancellation);
            using var received = new MemoryStream();
            var buffer = new byte[81_920];
            while (true)
            {
                silence.CancelAfter(client.Timeout); // the client's own count ends with the headers
                var read = await body.ReadAsync(buffer, silence.Token);
                if (read == 0)
                    return received.ToArray();

                received.Write(buffer, 0, read);
                progress(received.Length, response.Content.Headers.ContentLength);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"It was silent for {client.Timeout.TotalSeconds:N0} s.", e);
        }
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
        var bytes = IdxFile.ReadBytes(path);
        Verify(bytes, name);
        return bytes;
    }

    private static void Verify(byte[] bytes, string name)
    {
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != Sha256[name])
            throw new InvalidDataException($"{name} is damaged or not MNIST's: its SHA-256 differs. Delete it and run 'MnistTrainer download'.");
    }
}
