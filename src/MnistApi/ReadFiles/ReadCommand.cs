using System.Collections.Concurrent;
using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MnistApi.Hosting;
using MnistApi.Hosting.Errors;
using MnistApi.Model;
using MnistApi.Predict;
using MnistApi.Read;
using MnistReader;
using MnistReader.Imaging;

namespace MnistApi.ReadFiles;

/// <summary><c>MnistApi read FILE…</c>: reads the pictures of files and folders, a line each, as the service does.</summary>
internal static class ReadCommand
{
    private const string StandardInput = "-";

    private static readonly Argument<string[]> Pictures = new("FILE")
    {
        Description = "PNG, JPEG, WebP, GIF or BMP files; folders, with all that is below them; patterns such as \"scans/*.png\"; - for standard input.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> From = new("--files-from")
    {
        Description = "A file with a name on each line; - for standard input.",
        HelpName = "LIST",
    };

    private static readonly Option<bool> AsDigit = new("--digit")
    {
        Description = "Take each picture as one digit, as POST /predict does; else as POST /read does.",
    };

    private static readonly Option<int?> Digits = Number("--digits", 64, "How many digits each line has, 1 to 64.");

    private static readonly Option<string> Pattern = new("--pattern")
    {
        Description = "What each line must be, such as d{1,3}(.d{3})*,dd, or luhn, iban, date; as POST /read takes it.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "One JSON object a line and picture: the service's answer." };

    private static readonly Option<bool> Csv = new("--csv") { Description = "A table: one row a picture." };

    private static readonly Option<string> Output = new("--output")
    {
        Description = "Write to this file, .jsonl or .csv. Where it is there already, what stands in it is kept and not read again.",
        HelpName = "FILE",
    };

    private static readonly Option<string> Shard = new("--shard")
    {
        Description = "Read only the I-th of N shares of the files, I from 0, so that N machines divide a folder that has one name on all of them.",
        HelpName = "I/N",
    };

    private static readonly Option<int?> Threads =
        Number("--threads", 512, "Pictures that are read at once, 1 to 512; by default, as many as there are processors.");

    private static readonly Option<string> Model = new("--model")
    {
        Description = "The classifier's file; by default the one that the service would load.",
        HelpName = "FILE",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("read",
            "Reads the pictures of files and folders, a line each, as the service does. A picture that can't be read has its error on its line.\n" +
            "With --output it can be stopped at any time, and goes on where it was when it is started again.\n\n" +
            "Example: MnistApi read amount.jpg date.png\n" +
            "Example: MnistApi read scans --output scans.jsonl --shard 0/4\n" +
            "Example: find scans -name '*.png' | MnistApi read --files-from - --csv")
        {
            Pictures, From, AsDigit, Digits, Pattern, Json, Csv, Output, Shard, Threads, Model,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (Fault(parsed) is { } fault)
            return Fail(2, $"{fault} See 'MnistApi read --help'.");

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            Read(parsed, stop.Token);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return Fail(130, parsed.GetValue(Output) is null ? "Stopped." : "Stopped. What was read is kept; the same command line goes on.");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return Fail(1, SettingsExtensions.InOneLine(e));
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested; // the second time, the process ends at once
            stop.Cancel();
        }
    }

    private static void Read(ParseResult parsed, CancellationToken cancellation)
    {
        using var served = Load(parsed.GetValue(Model));
        using var model = served.Borrow();
        using var output = OpenOutput(parsed);
        List<string> files = [.. Named(parsed).Where(InShard(parsed.GetValue(Shard))).Distinct(StringComparer.Ordinal)];
        var left = files.FindAll(file => !output.Holds(file));
        if (parsed.GetValue(Output) is { } csv && AnswerFile.IsCsv(csv) && left.Find(file => file.AsSpan().ContainsAny('\n', '\r')) is { } broken)
            throw new InvalidDataException($"'{broken}' has a line break in its name, which a line of CSV can't have. Write .jsonl, or rename it.");

        var (reader, card) = (model.Reader, model.Classifier.Card);
        var pattern = ReadEndpoints.Wanted(parsed.GetValue(Digits), parsed.GetValue(Pattern));
        Func<byte[], string, FileAnswer> read = parsed.GetValue(AsDigit)
            ? (content, file) => new FileAnswer(file, Digit: PredictResponse.Of(reader.Read(content, cancellation) ?? throw Blank(), card, null))
            : (content, file) => new FileAnswer(file, Number: ReadResponse.Of(reader.ReadNumber(content, pattern, cancellation) ?? throw Blank(), card));
        // one at a time to whoever is free, the answers in the files' order
        var answers = Partitioner.Create(left, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered()
            .WithDegreeOfParallelism(parsed.GetValue(Threads) ?? Environment.ProcessorCount)
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .WithCancellation(cancellation)
            .Select(file => Answer(file, read));
        var progress = new ReadProgress(left.Count);
        foreach (var answer in answers)
        {
            output.Write(answer);
            progress.Count(answer);
        }

        progress.End(files.Count - left.Count);
    }

    private static AnswerFile OpenOutput(ParseResult parsed)
    {
        if (parsed.GetValue(Output) is { } path)
            return AnswerFile.Open(path);
        if (parsed.GetValue(Csv))
            return AnswerFile.ToConsole(answer => answer.ToCsv(), FileAnswer.CsvHeader);
        return AnswerFile.ToConsole(parsed.GetValue(Json) ? answer => answer.ToJson() : answer => answer.ToString(), header: null);
    }

    private static FileAnswer Answer(string file, Func<byte[], string, FileAnswer> read)
    {
        try
        {
            return read(file == StandardInput ? FromStandardInput() : PictureFiles.Read(file), file);
        }
        catch (MissingNetworkException)
        {
            return new FileAnswer(file, Error: ErrorDetails.NoInkNetwork);
        }
        catch (Exception e) when (e is IOException or ImageException or InvalidDataException or UnauthorizedAccessException)
        {
            return new FileAnswer(file, Error: e.Message);
        }
    }

    private static InvalidDataException Blank() => new("The image is blank: no ink stands out from the paper.");

    private static byte[] FromStandardInput()
    {
        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }

    private static ServedModel Load(string? path)
    {
        var settings = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: true).AddEnvironmentVariables().Build();
        var options = settings.Read<ModelOptions>("Model");
        return new ServedModel(path is null ? options : options with { Path = path }, settings.Read<ImageLimits>("Limits"));
    }

    private static IEnumerable<string> Named(ParseResult parsed)
    {
        var files = parsed.GetValue(Pictures)!.SelectMany(PictureFiles.Of);
        return parsed.GetValue(From) is { } list ? files.Concat(Lines(list)) : files;
    }

    private static IEnumerable<string> Lines(string list)
    {
        using var reader = list == StandardInput ? Console.In : File.OpenText(list);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return line;
        }
    }

    // by the name, so that machines that list the folder at other times divide it alike
    private static Func<string, bool> InShard(string? shard)
    {
        if (shard is null)
            return _ => true;

        var (index, count) = ParseShard(shard)!.Value;
        return file => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(file))) % count == index;
    }

    private static (ulong Index, ulong Count)? ParseShard(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && index < count
            ? (index, count)
            : null;
    }

    /// <summary>What is wrong with a command line whose every word can be read; null where nothing is.</summary>
    private static string? Fault(ParseResult given)
    {
        if (given.GetValue(Pictures)!.FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal)) is { } unknown)
            return $"There is no option '{unknown}'.";
        if (given.GetValue(Pictures) is [] && given.GetValue(From) is null)
            return "Name a file or a folder.";
        if (new[] { given.GetValue(Json), given.GetValue(Csv), given.GetValue(Output) is not null }.Count(given => given) > 1)
            return "Of --json, --csv and --output there can be one.";
        if (given.GetValue(Output) is { } output && AnswerFile.FormOf(output) is null)
            return $"'{output}' ends neither in .jsonl nor in .csv.";
        if (given.GetValue(Shard) is { } shard && ParseShard(shard) is null)
            return $"The share '{shard}' can't be: write the number of one and how many there are, 0/4 to 3/4.";
        if (given.GetValue(AsDigit) && (given.GetValue(Digits) is not null || given.GetValue(Pattern) is not null))
            return "--digit takes a picture as one digit: --digits and --pattern don't go with it.";
        try
        {
            ReadEndpoints.Wanted(given.GetValue(Digits), given.GetValue(Pattern));
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    private static Option<int?> Number(string name, int most, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = given =>
        {
            if (int.TryParse(given.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
                return number;

            given.AddError($"{name} takes a whole number from 1 to {most}, not '{given.Tokens[0].Value}'.");
            return null;
        },
    };

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
