namespace MnistReader.Imaging;

/// <summary>The pictures that a word of a command line stands for.</summary>
internal static class PictureFiles
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];

    /// <summary>The files of a word.</summary>
    /// <param name="word">A file; a folder, for the pictures in it and below; or a pattern with * and ? in its last part.</param>
    /// <returns>In the order of their names; the word itself where it stands for none.</returns>
    public static IEnumerable<string> Of(string word)
    {
        return Found().Order(StringComparer.Ordinal).DefaultIfEmpty(word);

        IEnumerable<string> Found()
        {
            if (Directory.Exists(word))
            {
                return Directory.EnumerateFiles(word, "*", SearchOption.AllDirectories)
                    .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase));
            }

            var folder = Path.GetDirectoryName(word) ?? "";
            return !File.Exists(word) && IsPattern(word) && Directory.Exists(Path.GetFullPath(folder))
                ? Directory.EnumerateFiles(Path.GetFullPath(folder), Path.GetFileName(word)).Select(file => Path.Combine(folder, Path.GetFileName(file)))
                : [];
        }
    }

    /// <summary>The content of one.</summary>
    /// <param name="file">Of those that <see cref="Of"/> gave.</param>
    /// <exception cref="IOException">It is missing or can't be read; the message says so.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static byte[] Read(string file)
    {
        if (File.Exists(file))
            return File.ReadAllBytes(file);
        if (Directory.Exists(file))
            throw new FileNotFoundException("There are no images in this folder.");
        throw new FileNotFoundException(IsPattern(file) ? "No file is so called." : "There is no such file.");
    }

    private static bool IsPattern(string word) => Path.GetFileName(word).AsSpan().ContainsAny('*', '?');
}
