using System.CommandLine;
using System.Globalization;
using System.Text;
using MnistTrainer.Datasets;
using MnistTrainer.Datasets.Strokes;
using MnistTrainer.Reports;
using MnistTrainer.Storage;
using MnistTrainer.Synthesis.Strokes;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary><c>strokes</c>: what folders of pen strokes hold, what is left out of them, and why.</summary>
internal static class StrokesCommand
{
    public static Command Create(CancellationToken cancellation)
    {
        var folders = new Argument<string[]>("folders")
        {
            Description = "Folders of pen strokes, as for --strokes.", HelpName = "DIR", Arity = ArgumentArity.OneOrMore,
        };
        CommandLineErrors.RefuseOptions(folders);
        var leftOut = new Option<bool>("--left-out") { Description = "List each sign that is left out, with its writer and the reason." };
        var pictures = new Option<string?>("--pictures")
        {
            Description = "Also draw up to 160 signs of each style, and of each reason to leave one out, as PNG files into this folder.",
            HelpName = "DIR",
        };
        var framed = new Option<string?>("--framed")
        {
            Description = "Also write all signs to this file, each drawn once and framed as a network sees it: site, writer, sign and 784 bytes in base64.",
            HelpName = "FILE",
        };
        var splitSeed = new Option<int?>("--split-seed")
        {
            Description = "With --framed: only those that a training with this --split-seed holds back.",
            HelpName = "N",
        };
        var command = new Command("strokes",
            "Counts what folders of pen strokes hold: digits, other signs, styles, and what neither teaches nor counts, with the reasons.\n\n" +
            "Example: MnistTrainer strokes data/pendigits data/unipen --pictures out/strokes") { folders, leftOut, pictures, framed, splitSeed };
        command.SetAction(parsed =>
        {
            var sets = StrokeSet.Load(parsed.GetValue(folders)!);
            if (parsed.GetValue(framed) is { } file)
                Frame(parsed.GetValue(splitSeed) is { } seed ? StrokeSet.HoldBack(sets, seed).Validation : [.. sets.SelectMany(set => set.Signs)], file);
            foreach (var set in sets)
            {
                cancellation.ThrowIfCancellationRequested();
                if (parsed.GetValue(leftOut))
                    List(set);
                else
                    Count(set);
                if (parsed.GetValue(pictures) is { } folder)
                    Draw(set, folder, cancellation);
            }
        });
        return command;
    }

    private static void Count(StrokeSet set)
    {
        var digits = set.Signs.Where(sign => sign.Label != DigitSet.NonDigit).ToList();
        ConsoleReport.Results(
        [
            Row("digits", digits),
            Row("other signs", [.. set.Signs.Where(sign => sign.Label == DigitSet.NonDigit)]),
            .. Styles(digits).Select(style => Row(style.Key, [.. style])),
            .. set.LeftOut.GroupBy(left => $"left out: {(left.Sign.Label == DigitSet.NonDigit ? "sign" : "digit")}, {left.Reason}")
                .OrderBy(reason => reason.Key, StringComparer.Ordinal).Select(reason => Row(reason.Key, [.. reason.Select(left => left.Sign)])),
        ]);

        ResultRow Row(string kind, IReadOnlyList<WrittenSign> signs)
        {
            var sites = signs.Select(sign => sign.Site).Distinct().Count();
            var writers = signs.Select(sign => sign.Writer).Distinct().Count();
            return new ResultRow($"{set.Name}: {kind}", signs.Count.ToString("N0", CultureInfo.InvariantCulture),
                sites == writers ? $"{writers} writers" : $"{writers} files of {sites} sites");
        }
    }

    private static void List(StrokeSet set)
    {
        foreach (var (sign, reason) in set.LeftOut)
            Console.WriteLine($"{sign.Text}\t{sign.Writer}\t{reason}");
    }

    private static void Frame(IReadOnlyList<WrittenSign> signs, string file)
    {
        var images = PenDrawing.Draw(signs, TrainingData.PenWidth, TrainingData.Size, seed: 0); // as those that are held back are measured
        var lines = signs.Select((sign, index) => $"{sign.Site}\t{sign.Writer}\t{sign.Text}\t{Convert.ToBase64String(images[index].Pixels)}\n");
        AtomicFile.Write(file, Encoding.UTF8.GetBytes(string.Concat(lines)));
    }

    private static void Draw(StrokeSet set, string folder, CancellationToken cancellation)
    {
        var kinds = Styles(set.Signs.Where(sign => sign.Label != DigitSet.NonDigit)).Select(style => (style.Key, Signs: style.ToList()))
            .Concat(set.LeftOut.GroupBy(left => left.Reason).Select(reason => ($"left out {reason.Key}", reason.Select(left => left.Sign).ToList())));
        foreach (var (kind, signs) in kinds)
        {
            cancellation.ThrowIfCancellationRequested();
            StrokeSheet.Write(Path.Combine(folder, $"{set.Name} {kind}.png".Replace(' ', '-')), signs);
        }
    }

    private static IEnumerable<IGrouping<string, WrittenSign>> Styles(IEnumerable<WrittenSign> digits) =>
        digits.ToLookup(digit => DigitStyle.Of(digit)).Where(style => style.Key is not null).OrderBy(style => style.First().Text, StringComparer.Ordinal)
            .ThenBy(style => style.Key, StringComparer.Ordinal)!;
}
