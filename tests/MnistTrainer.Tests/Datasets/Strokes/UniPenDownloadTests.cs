using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MnistTrainer.Datasets.Strokes;
using Xunit;

namespace MnistTrainer.Tests.Datasets.Strokes;

public class UniPenDownloadTests
{
    private const string Name = "train_r01_v07.tgz";

    private const string Data = "data/1a/ibm/r1.dat", Ink = "include/ibm/r1.dat", Segment = ".INCLUDE ibm/r1.dat\n.SEGMENT CHARACTER 1 OK \"7\"\n";

    private static readonly (string Name, string Content)[] Files =
    [
        ("train_r01_v07/" + Data, Segment), ("train_r01_v07/" + Ink, UniPenFolder.Ink),
        ("train_r01_v07/data/2/ibm/r1.dat", "x"), ("train_r01_v07/README", "x"), // nothing reads these
    ];

    [Theory]
    [InlineData("train_r01_v07.tar.gz")]
    [InlineData("unipen-train_r01_v07.tgz")]
    [InlineData("train_r01_v07.zip")]
    public async Task What_is_read_of_the_release_is_fetched_once_and_unpacked(string name)
    {
        using var folder = new TemporaryFolder();
        using var zenodo = new Zenodo(name, name.EndsWith(".zip", StringComparison.Ordinal) ? Zip(Files) : Tar(Files));
        var target = Path.Combine(folder.Path, "unipen");

        Assert.True(await Download(target, zenodo));
        Assert.False(await Download(target, zenodo));

        Assert.Equal(2, zenodo.Asked); // the record, the archive
        Assert.Equal("7", Assert.Single(UniPen.Load(target)).Text);
        Assert.Equal([$"train_r01_v07/{Data}", $"train_r01_v07/{Ink}"], Directory.GetFiles(target, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(target, file).Replace('\\', '/')).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Folders_around_the_release_and_links_in_it_are_passed_over()
    {
        using var folder = new TemporaryFolder();
        var archive = Tar([.. Files.Select(file => ("./cdrom/" + file.Name, file.Content))], link: "./cdrom/train_r01_v07/data/1a/ibm/link");
        using var zenodo = new Zenodo(Name, archive);

        Assert.True(await Download(folder.Path, zenodo));

        Assert.Equal([Data], Directory.GetFileSystemEntries(Path.Combine(folder.Path, "train_r01_v07", "data", "1a", "ibm"))
            .Select(file => Path.GetRelativePath(Path.Combine(folder.Path, "train_r01_v07"), file).Replace('\\', '/')));
    }

    [Fact]
    public async Task What_a_killed_download_left_is_no_hindrance()
    {
        using var folder = new TemporaryFolder();
        UniPenFolder.Write(folder.Path, "train_r01_v07.tmp/train_r01_v07/data/1a/x", "half");
        using var zenodo = new Zenodo(Name, Tar(Files));

        Assert.True(await Download(folder.Path, zenodo));

        Assert.Single(UniPen.Load(folder.Path));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    public static TheoryData<Zenodo, string> Faults => new()
    {
        {
            new(Name, Tar(Files), file => file["checksum"] = "md5:0123456789abcdef0123456789abcdef"),
            "train_r01_v07.tgz is damaged: its MD5 is not that of the record."
        },
        { new(Name, [1, 2, 3], file => file["size"] = 1_234), "train_r01_v07.tgz has 3 bytes rather than the 1,234 of the record." },
        { new("train_r01_v06.tgz", Tar(Files)), "Its record names no file of train_r01_v07." },
        { new("train_r01_v07.tar.xz", [1, 2, 3]), "It has train_r01_v07.tar.xz alone, which .NET can't unpack." },
        {
            new(Name, Tar(Files), file => file.Remove("size")),
            "Its record is not what was expected: JSON with files, of which each has key, size, checksum and links.self."
        },
        {
            new(Name, Tar([.. Files, ("train_r01_v07/data/1a/../../../../../evil", "x")])),
            "train_r01_v07.tgz is not to be trusted: 'train_r01_v07/data/1a/../../../../../evil' would leave its folder."
        },
        {
            new("train_r01_v07.zip", Zip([.. Files, ("include/../../evil", "x")])),
            "train_r01_v07.zip is not to be trusted: 'include/../../evil' would leave its folder."
        },
        { new(Name, Tar([("train_r01_v07/include/x", "x")])), "train_r01_v07.tgz holds no train_r01_v07/data/1a." },
        { new(Name, [1, 2, 3]), "" },
        { new("train_r01_v07.zip", [1, 2, 3]), "" },
        { new(Name, Tar(Files)) { Gives404 = true }, "Response status code does not indicate success: 404 (Not Found)." },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_answer_is_told_with_what_to_do_and_leaves_nothing(Zenodo zenodo, string reason)
    {
        using var _ = zenodo;
        using var folder = new TemporaryFolder();

        var fault = await Assert.ThrowsAsync<IOException>(() => Download(Path.Combine(folder.Path, "unipen"), zenodo));

        Assert.StartsWith($"127.0.0.1 doesn't give UniPen's train_r01_v07: {reason}", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(" Fetch it from https://doi.org/10.5281/zenodo.1195803 yourself, and unpack its folders data and include into " +
            $"'{Path.Combine(folder.Path, "unipen")}'.", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetDirectories(Path.Combine(folder.Path, "unipen")));
    }

    [Fact]
    public async Task A_stopped_download_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var zenodo = new Zenodo(Name, Tar(Files));
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            UniPenDownload.DownloadAsync(folder.Path, zenodo.Record, (name, _, _) => Stop(name), stop.Token));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));

        void Stop(string name)
        {
            if (name == Name)
                stop.Cancel();
        }
    }

    private static Task<bool> Download(string folder, Zenodo zenodo) =>
        UniPenDownload.DownloadAsync(folder, zenodo.Record, (_, _, _) => { }, TestContext.Current.CancellationToken);

    private static byte[] Tar((string Name, string Content)[] files, string? link = null)
    {
        using var packed = new MemoryStream();
        using (var zipped = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(zipped))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.ASCII.GetBytes(content)) });
            if (link is not null)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, link) { LinkName = "/etc/passwd" });
        }

        return packed.ToArray();
    }

    private static byte[] Zip((string Name, string Content)[] files)
    {
        using var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.ASCII.GetBytes(content));
            }
        }

        return zipped.ToArray();
    }

    /// <summary>A server with the record of one archive, and the archive.</summary>
    public sealed class Zenodo : IDisposable
    {
        private readonly FileServer _server;

        public Zenodo(string name, byte[] archive, Action<JsonObject>? change = null)
        {
            _server = new FileServer(asked =>
            {
                Asked++;
                if (asked == name && !Gives404)
                    return archive;
                if (asked != "1195803")
                    throw new FileNotFoundException();
                var file = new JsonObject
                {
                    ["key"] = name,
                    ["size"] = archive.Length,
                    ["checksum"] = "md5:" + Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.MD5, archive)),
                    ["links"] = new JsonObject { ["self"] = new Uri(_server!.Address, name).ToString() },
                };
                change?.Invoke(file);
                return Encoding.UTF8.GetBytes(new JsonObject
                {
                    ["id"] = 1_195_803,
                    ["files"] = new JsonArray(new JsonObject { ["key"] = "readme.txt" }, file),
                }.ToJsonString());
            });
        }

        public Uri Record => new(_server.Address, "api/records/1195803");

        public int Asked { get; private set; }

        public bool Gives404 { get; init; }

        public void Dispose() => _server.Dispose();
    }
}
