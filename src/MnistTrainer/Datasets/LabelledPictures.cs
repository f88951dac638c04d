using System.Text.RegularExpressions;

namespace MnistTrainer.Datasets;

/// <summary>A picture file whose path says what is written on it.</summary>
/// <param name="Path">Of the file; whether it is a picture is not known yet.</param>
/// <param name="Truth">Its digits from left to right, 0 to 9.</param>
/// <param name="IsNumber">Whether it is a picture of a number, which may have one digit; else it is one of a single digit.</param>
internal sealed record LabelledPicture(string Path, string Truth, bool IsNumber);

/// <summary>A folder of real pictures, labelled by their paths: <c>LABEL/*</c> shows one digit, <c>NUMBER_n.*</c> a number.</summary>
/// <param name="Name">The last part of the folder's path.</param>
/// <param name="Pictures">In the order of their paths; at least one.</param>
/// <param name="LeftOut">Names of what else is in the folder, in order; hidden files are in neither list.</param>
internal sealed partial record LabelledPictures(string Name, IReadOnlyList<LabelledPicture> Pictures, IReadOnlyList<string> LeftOut)
{
    private static readonly EnumerationOptions Visible = new() { AttributesToSkip = FileAttributes.Hidden, IgnoreInaccessible = false };

    /// <summary>Lists the pictures of a folder; none is opened. Folders below those of the digits are not searched.</summary>
    /// <param name="folder">Holds a folder a digit, or files that begin with a number and an underscore, or both.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds neither.</exception>
    public static LabelledPictures Load(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");

        var digits = Directory.EnumerateDirectories(folder, "*", Visible).ToLookup(inner => OneDigit().IsMatch(Path.GetFileName(inner)));
        var numbers = Directory.EnumerateFiles(folder, "*", Visible).ToLookup(file => Number().IsMatch(Path.GetFileName(file)));
        List<LabelledPicture> pictures =
        [
            .. digits[true].SelectMany(digit => Directory.EnumerateFiles(digit, "*", Visible)
                .Select(file => new LabelledPicture(file, Path.GetFileName(digit), IsNumber: false))),
            .. numbers[true].Select(file => new LabelledPicture(file, Number().Match(Path.GetFileName(file)).Groups[1].Value, IsNumber: true)),
        ];
        if (pictures.Count == 0)
        {
            throw new InvalidDataException($"'{folder}' holds no labelled pictures. They are told by their paths: " +
                $"{Path.Combine(folder, "7", "any-name.png")} shows one digit, a 7; {Path.Combine(folder, "1250_1.png")} shows the number 1250.");
        }

        return new LabelledPictures(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
            [.. pictures.OrderBy(picture => picture.Path, StringComparer.Ordinal)],
            [.. digits[false].Concat(numbers[false]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)]);
    }

    [GeneratedRegex("^[0-9]$")]
    private static partial Regex OneDigit();

    [GeneratedRegex("^([0-9]+)_")]
    private static partial Regex Number();
}
