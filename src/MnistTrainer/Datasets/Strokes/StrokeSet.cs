using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MnistTrainer.Datasets.Strokes;

/// <summary>What one source of pen strokes teaches.</summary>
/// <param name="Name">The source's, as model cards name it.</param>
/// <param name="Credit">Who made it and under which licence it may be used.</param>
/// <param name="Signs">Digits, and letters and signs that are none; <see cref="LeftOut"/> is not among them.</param>
/// <param name="LeftOut">What neither teaches nor counts, each with the reason.</param>
internal sealed record StrokeSet(
    string Name, string Credit, IReadOnlyList<WrittenSign> Signs, IReadOnlyList<(WrittenSign Sign, string Reason)> LeftOut)
{
    /// <summary>Where one part is held back it is a fifth of the sites: of UCI's pen digits, 6 of the 30 writers.</summary>
    private const int HeldBackFolds = 5;

    /// <summary>SHA-256 over sign, writer and points of all signs in order: the same for the same strokes, however they were stored.</summary>
    public string Sha256 { get; } = Hash(Signs);

    /// <summary>Reads folders of strokes.</summary>
    /// <param name="folders">Each holds UCI's pen digits, UniPen, or both.</param>
    /// <returns>One set a source.</returns>
    /// <exception cref="FileNotFoundException">A folder holds none; the message says how to get them.</exception>
    /// <exception cref="InvalidDataException">A file can't be read, or isn't what it should be.</exception>
    public static IReadOnlyList<StrokeSet> Load(IEnumerable<string> folders) => [.. folders.SelectMany(folder =>
    {
        var unipen = UniPen.Load(folder);
        return unipen.Count == 0 ? [PenDigits.Set(folder)]
            : PenDigits.IsIn(folder) ? [PenDigits.Set(folder), UniPen.Set(unipen)]
            : new[] { UniPen.Set(unipen) };
    }).GroupBy(set => set.Name).Select(same => same.First())];

    /// <summary>Holds back a fifth of the sites of each set, the same wherever the same seed is given.</summary>
    /// <param name="sets">Each of more than one site.</param>
    /// <param name="splitSeed">Draws which.</param>
    public static (IReadOnlyList<WrittenSign> Training, IReadOnlyList<WrittenSign> Validation) HoldBack(IEnumerable<StrokeSet> sets, int splitSeed) =>
        Cut(sets, HeldBackFolds, fold: 1, splitSeed);

    /// <summary>Cuts sets into folds by their sites: nobody's hand is in both parts.</summary>
    /// <param name="sets">Each of more than one site.</param>
    /// <param name="folds">Number of folds; each holds its share of the sites of each set, to within one.</param>
    /// <param name="fold">The one to hold back, from 1.</param>
    /// <param name="seed">Draws which sites are together.</param>
    public static (IReadOnlyList<WrittenSign> Training, IReadOnlyList<WrittenSign> Validation) Cut(
        IEnumerable<StrokeSet> sets, int folds, int fold, int seed)
    {
        var (training, validation) = (new List<WrittenSign>(), new List<WrittenSign>());
        foreach (var set in sets)
        {
            // numbers in the order of their value
            var sites = set.Signs.Select(sign => sign.Site).Distinct().OrderBy(site => site.Length).ThenBy(site => site, StringComparer.Ordinal).ToArray();
            new Random(seed).Shuffle(sites);
            var held = sites.Where((_, index) => index * folds / sites.Length == fold - 1).ToHashSet();
            foreach (var sign in set.Signs)
                (held.Contains(sign.Site) ? validation : training).Add(sign);
        }

        return (training, validation);
    }

    /// <summary>SHA-256 over sign, writer and points of signs in order.</summary>
    /// <param name="signs">As they were read.</param>
    public static string Hash(IEnumerable<WrittenSign> signs)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sign in signs)
        {
            var strokes = string.Join(';', sign.Strokes.Select(stroke =>
                string.Join(' ', stroke.Select(point => string.Create(CultureInfo.InvariantCulture, $"{(int)point.X},{-(int)point.Y}")))));
            hash.AppendData(Encoding.ASCII.GetBytes($"{sign.Text}\t{sign.Writer}\t{strokes}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
