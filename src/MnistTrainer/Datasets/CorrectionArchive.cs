using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using MnistReader.Framing;
using MnistReader.Idx;

namespace MnistTrainer.Datasets;

/// <summary>What people corrected, as the service exports it: a ZIP file of <c>images-idx3-ubyte</c> and <c>labels-idx1-ubyte</c>.</summary>
internal static class CorrectionArchive
{
    /// <summary>Reads an archive.</summary>
    /// <param name="path">Path of the file.</param>
    /// <returns>At least one image.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no such archive, is cut off, or holds nothing; the message says which.</exception>
    public static DigitSet Load(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There are no corrections at '{path}'. Export them from the service: GET /corrections/export?format=idx");

        using var zip = Open(path);
        var images = IdxFile.Parse(Read("images-idx3-ubyte"), "images-idx3-ubyte", -1, DigitImage.Side, DigitImage.Side);
        var labels = IdxFile.Parse(Read("labels-idx1-ubyte"), "labels-idx1-ubyte", images.Length / DigitImage.PixelCount);
        if (labels.IsEmpty)
            throw new InvalidDataException($"'{path}' holds no corrections. Train without --corrections.");
        if (labels.Span.ContainsAnyExceptInRange<byte>(0, 9))
            throw new InvalidDataException($"'{path}' holds labels that are no digits.");

        return new DigitSet(images, labels);

        byte[] Read(string name)
        {
            using var content = new MemoryStream();
            using var entry = zip.GetEntry(name)?.Open()
                ?? throw new InvalidDataException($"'{path}' has no file '{name}'. Export the corrections with ?format=idx.");
            entry.CopyTo(content);
            return content.ToArray();
        }
    }

    /// <summary>SHA-256 over images and labels.</summary>
    public static string Sha256(DigitSet corrections) => Convert.ToHexStringLower(SHA256.HashData([.. corrections.Pixels.Span, .. corrections.Labels.Span]));

    /// <summary>Whom to thank.</summary>
    public static string Credit(DigitSet corrections) =>
        string.Create(CultureInfo.InvariantCulture, $"{corrections.Count:N0} corrections by people who used the service and agreed that they are stored");

    private static ZipArchive Open(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"'{path}' is no ZIP file, or is cut off. Export the corrections again.", e);
        }
    }
}
