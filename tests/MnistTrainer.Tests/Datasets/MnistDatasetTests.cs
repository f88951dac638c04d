using System.Net;
using System.Net.Sockets;
using MnistReader.Idx;
using MnistTrainer.Datasets;
using Xunit;

namespace MnistTrainer.Tests.Datasets;

public class MnistDatasetTests
{
    [Fact]
    public void A_missing_file_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var fault = Assert.Throws<FileNotFoundException>(() => MnistDataset.LoadTest(folder.Path));

        Assert.Equal($"MNIST's t10k-images-idx3-ubyte is not in '{folder.Path}'. Run 'MnistTrainer download', or name the folder with --data or MNIST_DATA.",
            fault.Message);
    }

    public static TheoryData<string, byte[], string> WrongFiles => new()
    {
        { "t10k-images-idx3-ubyte", [], "is empty" },
        { "t10k-images-idx3-ubyte", "\n<!doctype html><title>Log in</title>"u8.ToArray(), "is a web page, such as a server's error or log-in" },
        { "t10k-images-idx3-ubyte.gz", "<html>"u8.ToArray(), "is a web page, such as a server's error or log-in" },
        { "t10k-images-idx3-ubyte", "PK\u0003\u0004"u8.ToArray(), "is a ZIP archive; unpack it" },
        { "t10k-images-idx3-ubyte", "0,1,2"u8.ToArray(), "is no IDX file of bytes, which begins with 00 00 08" },
        { "t10k-images-idx3-ubyte", [0, 0, 13, 3], "is no IDX file of bytes, which begins with 00 00 08" },
        { "t10k-images-idx3-ubyte", [0, 0, 8, 3], "is cut off" },
        { "t10k-images-idx3-ubyte", [0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 0], "has 2 dimensions" },
        { "t10k-images-idx3-ubyte", Header(10_000), "holds labels, not images: perhaps the two are swapped" },
        { "t10k-labels-idx1-ubyte", Header(10_000, 28, 28), "holds images, not labels: perhaps the two are swapped" },
        { "t10k-images-idx3-ubyte", Header(10_000, 32, 32), "holds images of 32×32 pixels, not 28×28" },
        { "t10k-images-idx3-ubyte", Header(40_000, 28, 28), "holds 40,000 images, not 10,000: perhaps those of EMNIST or QMNIST" },
        { "t10k-labels-idx1-ubyte", Header(40_000), "holds 40,000 labels, not 10,000: perhaps those of EMNIST or QMNIST" },
        { "t10k-images-idx3-ubyte", [.. Header(10_000, 28, 28), 1, 2], "is cut off: it has 2 of 7,840,000 bytes behind its header" },
        { "t10k-labels-idx1-ubyte", [.. Header(10_000), .. new byte[10_001]], "has 1 bytes too many" },
        { "t10k-labels-idx1-ubyte", [.. Header(10_000), .. new byte[9_999], 26], "holds labels above 9: perhaps EMNIST's letters" },
        {
            "t10k-labels-idx1-ubyte", [.. Header(10_000), .. new byte[10_000]],
            "has MNIST's form but other content: perhaps that of EMNIST (whose images have rows and columns exchanged), KMNIST or " +
                "Fashion-MNIST, or it is damaged"
        },
    };

    [Theory]
    [MemberData(nameof(WrongFiles), DisableDiscoveryEnumeration = true)]
    public void A_wrong_file_is_told_what_it_is(string name, byte[] content, string what)
    {
        using var folder = new TemporaryFolder();
        Link(folder, except: name.Replace(".gz", "", StringComparison.Ordinal));
        var path = folder.File(name, content);

        var fault = Assert.Throws<InvalidDataException>(() => MnistDataset.LoadTest(folder.Path));

        Assert.Equal($"'{path}' is not MNIST's {name.Replace(".gz", "", StringComparison.Ordinal)}: it {what}. Delete it and run 'MnistTrainer download'.",
            fault.Message);
    }

    [Fact]
    public void MNISTs_own_files_in_each_others_place_and_turned_images_are_recognised()
    {
        var labels = IdxFile.ReadBytes(MnistDataset.Find(RealMnist.Folder, "train-labels-idx1-ubyte")!);
        var images = IdxFile.ReadBytes(MnistDataset.Find(RealMnist.Folder, "t10k-images-idx3-ubyte")!);
        for (var image = 0; image < 10_000; image++)
        {
            for (var y = 0; y < 28; y++)
            {
                for (var x = 0; x < y; x++)
                {
                    var (one, other) = (16 + image * 784 + y * 28 + x, 16 + image * 784 + x * 28 + y);
                    (images[one], images[other]) = (images[other], images[one]);
                }
            }
        }

        Assert.Contains("it is train-labels-idx1-ubyte.", Fault("t10k-labels-idx1-ubyte", labels), StringComparison.Ordinal);
        Assert.Contains("it holds MNIST's images with rows and columns exchanged.", Fault("t10k-images-idx3-ubyte", images), StringComparison.Ordinal);

        static string Fault(string name, byte[] content)
        {
            using var folder = new TemporaryFolder();
            Link(folder, except: name);
            folder.File(name, content);
            return Assert.Throws<InvalidDataException>(() => MnistDataset.LoadTest(folder.Path)).Message;
        }
    }

    [Fact]
    public void A_gzip_file_that_is_cut_off_is_named()
    {
        using var folder = new TemporaryFolder();
        Link(folder, except: "t10k-labels-idx1-ubyte");
        var whole = File.ReadAllBytes(Path.Combine(RealMnist.Folder, "t10k-labels-idx1-ubyte.gz"));
        folder.File("t10k-labels-idx1-ubyte.gz", whole[..^1000]);

        var message = Assert.Throws<InvalidDataException>(() => MnistDataset.LoadTest(folder.Path)).Message;

        Assert.Contains("cut off", message, StringComparison.Ordinal);
        Assert.EndsWith(" Delete it and run 'MnistTrainer download'.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte", false)]
    [InlineData("t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz", true)]
    [InlineData("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", false)] // raw bytes under .gz
    [InlineData("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", true)] // the reverse
    [InlineData("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", "t10k-labels.idx1-ubyte/t10k-labels.idx1-ubyte", false)]
    public void Files_are_read_under_all_names_that_copies_have(string images, string labels, bool gzipped)
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, real) in new[] { (images, "t10k-images-idx3-ubyte"), (labels, "t10k-labels-idx1-ubyte") })
        {
            var (path, file) = (Path.Combine(folder.Path, name), MnistDataset.Find(RealMnist.Folder, real)!);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var raw = IdxFile.ReadBytes(file);
            using var target = File.Create(path);
            if (gzipped)
            {
                using var gzip = new System.IO.Compression.GZipStream(target, System.IO.Compression.CompressionLevel.Fastest);
                gzip.Write(raw);
            }
            else
            {
                target.Write(raw);
            }
        }

        Assert.Equal(10_000, MnistDataset.LoadTest(folder.Path).Count);
    }

    [Fact]
    public void Mirrors_are_those_of_the_variable_where_it_is_set()
    {
        Assert.Equal(MnistDataset.PublicMirrors, MnistDataset.Mirrors(null));
        Assert.Equal(MnistDataset.PublicMirrors, MnistDataset.Mirrors(""));
        Assert.Equal([new Uri("http://one/mnist/"), new Uri("https://two/")], MnistDataset.Mirrors("http://one/mnist, https://two/"));
        Assert.Equal("MNIST_MIRRORS: 'data/mnist' is no address of a mirror. Write https://HOST/FOLDER.",
            Assert.Throws<ArgumentException>(() => MnistDataset.Mirrors("data/mnist")).Message);
    }

    [Theory]
    [InlineData(0)] // hangs before the headers
    [InlineData(1)] // drips
    public async Task Goes_on_to_the_next_mirror_where_one_is_too_slow(int bytesAtOnce)
    {
        var real = RealMnist.Folder;
        using var folder = new TemporaryFolder();
        Link(folder, except: "t10k-labels-idx1-ubyte");
        using var slow = new SlowServer(bytesAtOnce);
        using var right = new FileServer(name => File.ReadAllBytes(Path.Combine(real, name)));

        var fetched = await MnistDataset.DownloadAsync(
            folder.Path, [slow.Address, right.Address], (_, _, _) => { }, TestContext.Current.CancellationToken, patience: TimeSpan.FromSeconds(0.3));

        Assert.Equal(["t10k-labels-idx1-ubyte"], fetched);
        Assert.Equal(10_000, MnistDataset.LoadTest(folder.Path).Count);
    }

    [Fact]
    public async Task In_a_pipe_a_download_from_a_mirror_of_ones_own_shows_a_line_a_file()
    {
        var real = RealMnist.Folder;
        using var folder = new TemporaryFolder();
        using var mirror = new FileServer(name => File.ReadAllBytes(Path.Combine(real, name)));
        var start = TrainerProcess.Start($"download --data {folder.Path}");
        start.Environment["MNIST_MIRRORS"] = mirror.Address.ToString();

        using var process = System.Diagnostics.Process.Start(start)!;
        var output = (await process.StandardOutput.ReadToEndAsync()).TrimEnd().Split('\n');

        Assert.Equal(["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"],
            output[..^1].Select(line => line.Split(':')[0]).Distinct());
        Assert.Matches(@"^train-images-idx3-ubyte: \d+\.\d( of \d+\.\d)? MB$", output[0]);
        Assert.Equal($"60,000 training and 10,000 test images in '{folder.Path}', verified; 4 of 4 files downloaded.", output[^1]);
    }

    [Fact]
    public async Task Downloads_from_the_second_mirror_where_the_first_has_only_wrong_files()
    {
        var real = RealMnist.Folder;
        using var folder = new TemporaryFolder();
        using var wrong = new FileServer(_ => [1, 2, 3]);
        using var right = new FileServer(name => File.ReadAllBytes(Path.Combine(real, name)));

        var fetched = await MnistDataset.DownloadAsync(folder.Path, [wrong.Address, right.Address], (_, _, _) => { }, TestContext.Current.CancellationToken);

        Assert.Equal(4, fetched.Count);
        Assert.Equal(60_000, MnistDataset.LoadTraining(folder.Path).Count);
        Assert.Equal(10_000, MnistDataset.LoadTest(folder.Path).Count);
    }

    [Fact]
    public async Task Leaves_no_file_behind_where_no_mirror_has_the_right_one()
    {
        using var folder = new TemporaryFolder();
        using var wrong = new FileServer(_ => [1, 2, 3]);

        var fault = await Assert.ThrowsAsync<IOException>(() =>
            MnistDataset.DownloadAsync(folder.Path, [wrong.Address], (_, _, _) => { }, TestContext.Current.CancellationToken));

        Assert.StartsWith("No mirror gave train-images-idx3-ubyte.gz (127.0.0.1: ", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>The head of an IDX file of bytes.</summary>
    private static byte[] Header(params int[] sizes) =>
        [0, 0, 8, (byte)sizes.Length, .. sizes.SelectMany(size => new[] { (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size })];

    /// <summary>Puts links to MNIST's real files into a folder, but for one.</summary>
    private static void Link(TemporaryFolder folder, string except)
    {
        foreach (var name in MnistDataset.Sha256.Keys.Where(name => name != except))
            File.CreateSymbolicLink(Path.Combine(folder.Path, name), Path.GetFullPath(MnistDataset.Find(RealMnist.Folder, name)!));
    }

    /// <summary>A server that never ends its answer.</summary>
    private sealed class SlowServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public SlowServer(int bytesAtOnce)
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _ = Task.Run(async () =>
            {
                using var client = await _listener.AcceptTcpClientAsync();
                if (bytesAtOnce > 0)
                    await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray());
                while (true)
                {
                    await client.GetStream().WriteAsync(new byte[bytesAtOnce]);
                    await Task.Delay(20);
                }
            });
        }

        public Uri Address { get; }

        public void Dispose() => _listener.Dispose();
    }
}
