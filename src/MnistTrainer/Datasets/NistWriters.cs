using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using MnistReader.Idx;
using MnistTrainer.Storage;

namespace MnistTrainer.Datasets;

/// <summary>
/// Who wrote each of MNIST's images: 539 people its training images, 297 others its test images. From QMNIST's extended labels (C. Yadav and L. Bottou, Cold
/// Case: the Lost MNIST Digits, 2019), whose first 60,000 and 10,000 rows are MNIST's images in MNIST's order.
/// </summary>
internal static class NistWriters
{
    /// <summary>Names the folder of the files where they are not among MNIST's.</summary>
    public const string EnvironmentVariable = "NIST_WRITERS_DATA";

    /// <summary>Who made the data and under which licence it may be used.</summary>
    public const string Credit = "Writers of MNIST's images: C. Yadav and L. Bottou, QMNIST, 2019, BSD-style licence";

    private const string TrainFile = "qmnist-train-labels-idx2-int.gz", TestFile = "qmnist-test-labels-idx2-int.gz";

    private const int Columns = 8, WriterColumn = 2, HeaderBytes = 12;

    /// <summary>SHA-256 of each file as it is, gzipped.</summary>
    public static readonly IReadOnlyDictionary<string, string> Sha256 = new Dictionary<string, string>
    {
        [TrainFile] = "2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f",
        [TestFile] = "9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06",
    };

    /// <summary>Where QMNIST's authors keep the files.</summary>
    public static readonly Uri Source = new("https://raw.githubusercontent.com/facebookresearch/qmnist/master/");

    /// <summary>The folder of the files: that of <see cref="EnvironmentVariable"/>, else MNIST's own.</summary>
    /// <param name="dataFolder">Of MNIST.</param>
    public static string Folder(string dataFolder) =>
        Environment.GetEnvironmentVariable(EnvironmentVariable) is { Length: > 0 } folder ? folder : dataFolder;

    /// <summary>The writer of each of the 60,000 training images, in MNIST's order.</summary>
    /// <param name="folder">As <see cref="Folder"/> names it.</param>
    /// <exception cref="FileNotFoundException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="InvalidDataException">It isn't QMNIST's.</exception>
    public static IReadOnlyList<string> LoadTraining(string folder) => Load(folder, TrainFile, 60_000);

    /// <summary>The writer of each of the 10,000 test images, in MNIST's order.</summary>
    /// <inheritdoc cref="LoadTraining"/>
    public static IReadOnlyList<string> LoadTest(string folder) => Load(folder, TestFile, 10_000);

    /// <summary>Whether a folder holds the writers of the training images.</summary>
    /// <param name="folder">As for <see cref="LoadTraining"/>.</param>
    public static bool AreIn(string folder) => File.Exists(Path.Combine(folder, TrainFile));

    /// <summary>Fetches the files that a folder lacks.</summary>
    /// <param name="folder">As for <see cref="LoadTraining"/>; created where it is missing.</param>
    /// <param name="source">Address of the folder that holds them; <see cref="Source"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops the download; no half file remains.</param>
    /// <returns>The names of the files that were fetched.</returns>
    /// <exception cref="IOException">The server doesn't give a right file.</exception>
    public static async Task<IReadOnlyList<string>> DownloadAsync(
        string folder, Uri source, Action<string, long, long?> progress, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        var missing = Sha256.Keys.Where(name => !File.Exists(Path.Combine(folder, name))).ToList();
        foreach (var name in missing)
        {
            try
            {
                var bytes = await Download.FetchAsync(
                    client, new Uri(source, name), Download.Patience, (done, all) => progress(name, done, all), cancellation);
                Verify(bytes, name, "Its file");
                AtomicFile.Write(Path.Combine(folder, name), bytes);
            }
            catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
            {
                throw new IOException($"{source.Host} doesn't give {name}: {e.Message} Put it into '{folder}' yourself.", e);
            }
        }

        return missing;
    }

    private static IReadOnlyList<string> Load(string folder, string name, int count)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"Who wrote MNIST's images is not known: '{path}' is missing. " +
                $"Run 'MnistTrainer download --writers', or name its folder with {EnvironmentVariable}.");
        }

        Verify(File.ReadAllBytes(path), name, $"'{path}'", " Delete it and run 'MnistTrainer download --writers'.");
        var rows = IdxFile.ReadBytes(path).AsMemory(HeaderBytes);
        return [.. Enumerable.Range(0, count)
            .Select(row => BinaryPrimitives.ReadInt32BigEndian(rows.Span[(4 * (row * Columns + WriterColumn))..]))
            .Select(writer => writer.ToString("D4", CultureInfo.InvariantCulture))];
    }

    private static void Verify(byte[] file, string name, string shown, string remedy = "")
    {
        if (Convert.ToHexStringLower(SHA256.HashData(file)) != Sha256[name])
            throw new InvalidDataException($"{shown} is not QMNIST's {name}: its SHA-256 differs.{remedy}");
    }
}
