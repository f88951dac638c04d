using System.Globalization;
using System.IO.Compression;
using System.Text;
using MnistApi.Predict;
using MnistReader.Framing;
using MnistReader.Idx;

namespace MnistApi.Corrections;

/// <summary>Corrections as ZIP files, written as they are read: of all, only the labels are in memory at once.</summary>
internal static class CorrectionArchive
{
    /// <summary>
    /// MNIST's own format, for <c>MnistTrainer train --corrections</c>: <c>images-idx3-ubyte</c>, N×28×28 bytes, and <c>labels-idx1-ubyte</c>, N bytes.
    /// </summary>
    /// <exception cref="IOException">Corrections were deleted meanwhile: the file is cut off rather than wrong.</exception>
    public static async Task WriteIdxAsync(CorrectionStore store, Stream file, CancellationToken hungUp)
    {
        var count = await store.CountAsync(hungUp); // it stands in front
        var labels = new List<byte>(count);
        await using var zip = await Create(file, hungUp);
        await using (var images = await zip.CreateEntry("images-idx3-ubyte", CompressionLevel.Fastest).OpenAsync(hungUp))
        {
            await images.WriteAsync(IdxFile.Header(count, DigitImage.Side, DigitImage.Side), hungUp);
            await foreach (var row in store.ReadAsync(count, correction => new { correction.Pixels, correction.Label }).WithCancellation(hungUp))
            {
                await images.WriteAsync(row.Pixels, hungUp);
                labels.Add(row.Label);
            }
        }

        if (labels.Count < count)
            throw new IOException("Corrections were deleted while they were exported.");

        await using var labelFile = await zip.CreateEntry("labels-idx1-ubyte").OpenAsync(hungUp);
        await labelFile.WriteAsync(IdxFile.Header(count), hungUp);
        await labelFile.WriteAsync(labels.ToArray(), hungUp);
    }

    /// <summary>
    /// To look at: <c>corrections.csv</c>, one row a correction, and PNG files under <c>images</c> (28×28) and <c>pictures</c> (before framing,
    /// where they were small enough).
    /// </summary>
    public static async Task WriteCsvAsync(CorrectionStore store, Stream file, CancellationToken hungUp)
    {
        var count = await store.CountAsync(hungUp);
        await using var zip = await Create(file, hungUp);
        await using (var table = new StreamWriter(await zip.CreateEntry("corrections.csv").OpenAsync(hungUp), new UTF8Encoding(false)))
        {
            await table.WriteAsync("image,picture,label,predicted,model,time\n");
            var rows = store.ReadAsync(count, correction => new
            {
                correction.Id, HasPicture = correction.Picture != null, correction.Label, correction.Predicted, correction.Model, correction.Time,
            });
            await foreach (var row in rows.WithCancellation(hungUp))
            {
                var (image, picture) = (Name("images", row.Id), row.HasPicture ? Name("pictures", row.Id) : "");
                await table.WriteAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{image},{picture},{row.Label},{row.Predicted},{row.Model},{row.Time:yyyy-MM-ddTHH:mm:ss.fffZ}\n"));
            }
        }

        await foreach (var row in store.ReadAsync(count, correction => new { correction.Id, correction.Pixels, correction.Picture }).WithCancellation(hungUp))
        {
            await Add(Name("images", row.Id), Png.OfGrey(row.Pixels, DigitImage.Side, DigitImage.Side));
            if (row.Picture is { } picture)
                await Add(Name("pictures", row.Id), picture);
        }

        async Task Add(string name, byte[] png)
        {
            await using var entry = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync(hungUp);
            await entry.WriteAsync(png, hungUp);
        }

        static string Name(string folder, Guid id) => $"{folder}/{id}.png";
    }

    private static Task<ZipArchive> Create(Stream file, CancellationToken hungUp) =>
        ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, hungUp);
}
