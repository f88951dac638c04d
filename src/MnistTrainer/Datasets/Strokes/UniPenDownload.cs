using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using MnistTrainer.Storage;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>Fetches UniPen's release from Zenodo, and unpacks what <see cref="UniPen.Load"/> reads.</summary>
internal static class UniPenDownload
{
    /// <summary>Zenodo's record of the release, as JSON: its files with size, MD5 and address.</summary>
    public static readonly Uri Record = new("https://zenodo.org/api/records/1195803");

    /// <summary>Fetches the release where a folder holds no UniPen; does nothing where it does.</summary>
    /// <param name="folder">Gets a folder train_r01_v07; created where it is missing.</param>
    /// <param name="record">Address of the record, <see cref="Record"/> as a rule.</param>
    /// <param name="progress">File name, bytes so far, bytes in all (null where the server doesn't say).</param>
    /// <param name="cancellation">Stops the download; nothing half remains.</param>
    /// <returns>Whether it had to be fetched.</returns>
    /// <exception cref="IOException">The server doesn't give a right file; or another process works in the folder.</exception>
    public static async Task<bool> DownloadAsync(string folder, Uri record, Action<string, long, long?> progress, CancellationToken cancellation)
    {
        if (UniPen.IsIn(folder))
            return false;

        using var held = FolderLock.Take(folder);
        var temporary = Path.Combine(folder, UniPen.Release + ".tmp"); // beside the target: it can be renamed, and there is room where there is to be room
        DeleteFolder(temporary); // of a killed process
        try
        {
            Directory.CreateDirectory(temporary);
            using var client = new HttpClient();
            var json = await Download.FetchAsync(client, record, Download.Patience, (done, all) => progress("record", done, all), cancellation);
            var archive = Find(json, record);
            var packed = Path.Combine(temporary, "archive");
            await FetchAsync(client, archive, packed, progress, cancellation);
            var unpacked = Path.Combine(temporary, UniPen.Release);
            Unpack(archive.Name, packed, unpacked, cancellation);
            if (!UniPen.IsIn(unpacked))
                throw new InvalidDataException($"{archive.Name} holds no {UniPen.Release}/data/{UniPen.Categories[0]}.");
            Directory.Move(unpacked, Path.Combine(folder, UniPen.Release));
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or InvalidDataException or IOException)
        {
            throw new IOException(
                $"{record.Host} doesn't give UniPen's {UniPen.Release}: {e.Message} " +
                $"Fetch it from https://doi.org/10.5281/zenodo.1195803 yourself, and unpack its folders data and include into '{folder}'.", e);
        }
        finally
        {
            DeleteFolder(temporary);
        }
    }

    private readonly record struct Archive(string Name, long Size, string Md5, Uri Address);

    /// <summary>The release's archive in a record.</summary>
    private static Archive Find(byte[] record, Uri address)
    {
        try
        {
            using var json = JsonDocument.Parse(record);
            var archives = json.RootElement.GetProperty("files").EnumerateArray()
                .Where(file => file.GetProperty("key").GetString()!.Contains(UniPen.Release, StringComparison.OrdinalIgnoreCase))
                .Select(file => new Archive(
                    file.GetProperty("key").GetString()!, file.GetProperty("size").GetInt64(), file.GetProperty("checksum").GetString()!.Replace("md5:", ""),
                    new Uri(address, file.GetProperty("links").GetProperty("self").GetString()!)))
                .ToList();
            if (archives.Count == 0)
                throw new InvalidDataException($"Its record names no file of {UniPen.Release}.");
            var names = string.Join(" and ", archives.Select(file => file.Name));
            return archives.Any(IsReadable)
                ? archives.First(IsReadable)
                : throw new InvalidDataException($"It has {names} alone, which .NET can't unpack.");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("Its record is not what was expected: JSON with files, of which each has key, size, checksum and links.self.", e);
        }

        static bool IsReadable(Archive archive) => IsTar(archive.Name) || archive.Name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsTar(string name) =>
        name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase);

    private static async Task FetchAsync(HttpClient client, Archive archive, string path, Action<string, long, long?> progress, CancellationToken cancellation)
    {
        await using var file = File.Create(path);
        await Download.ToAsync(
            file, client, archive.Address, Download.Patience, (done, all) => progress(archive.Name, done, all ?? archive.Size), cancellation);
        if (file.Length != archive.Size)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{archive.Name} has {file.Length:N0} bytes rather than the {archive.Size:N0} of the record."));
        }

        file.Position = 0;
        var md5 = await CryptographicOperations.HashDataAsync(HashAlgorithmName.MD5, file, cancellation); // against damage; the record has no other
        if (!Convert.ToHexString(md5).Equals(archive.Md5, StringComparison.OrdinalIgnoreCase))
            throw new InvalidDataException($"{archive.Name} is damaged: its MD5 is not that of the record.");
    }

    private static void Unpack(string name, string packed, string target, CancellationToken cancellation)
    {
        using var file = File.OpenRead(packed);
        foreach (var (path, content) in IsTar(name) ? TarFiles(file) : ZipFiles(file))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Wanted(path) is not { } wanted)
                continue;

            var root = Path.GetFullPath(target) + Path.DirectorySeparatorChar;
            var full = Path.GetFullPath(Path.Combine(root, wanted));
            if (!full.StartsWith(root, StringComparison.Ordinal))
                throw new InvalidDataException($"{name} is not to be trusted: '{path}' would leave its folder.");
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using var unpacked = File.Create(full);
            content.CopyTo(unpacked);
        }
    }

    /// <summary>Path of an archive's file below the release's folder; null where nothing reads it.</summary>
    private static string? Wanted(string path)
    {
        var start = path.LastIndexOf(UniPen.Release + '/', StringComparison.Ordinal);
        var below = start < 0 ? path : path[(start + UniPen.Release.Length + 1)..];
        return UniPen.Categories.Select(category => $"data/{category}/").Append("include/").Any(folder => below.StartsWith(folder, StringComparison.Ordinal))
            ? below
            : null;
    }

    /// <summary>Files alone: links and folders are passed over.</summary>
    private static IEnumerable<(string Path, Stream Content)> TarFiles(Stream packed)
    {
        using var plain = new GZipStream(packed, CompressionMode.Decompress);
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry is { EntryType: TarEntryType.RegularFile or TarEntryType.V7RegularFile, DataStream: { } content })
                yield return (entry.Name, content);
        }
    }

    private static IEnumerable<(string Path, Stream Content)> ZipFiles(Stream packed)
    {
        using var zip = new ZipArchive(packed);
        foreach (var entry in zip.Entries.Where(entry => !entry.FullName.EndsWith('/')))
        {
            using var content = entry.Open();
            yield return (entry.FullName, content);
        }
    }

    private static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
