using System.CommandLine;
using System.Text.RegularExpressions;
using MnistTrainer.Training;

namespace MnistTrainer.Commands;

/// <summary>What was wrong with a command line, in a sentence, with what was probably meant.</summary>
internal static partial class CommandLineErrors
{
    private const string Program = "MnistTrainer";

    /// <summary>The first mistake.</summary>
    /// <param name="parsed">A command line with at least one error.</param>
    public static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        string[] options = [.. command.Options.Select(option => option.Name)];
        var unknown = parsed.UnmatchedTokens.Concat(parsed.Tokens.Select(token => token.Value).Where(IsOption).Except(options)).FirstOrDefault();
        if (command is not RootCommand)
        {
            var message = WrongType().Replace(parsed.Errors[0].Message, "$2 takes a whole number, not '$1'.");
            return $"{message}{Meant(unknown, options)} See '{Program} {command.Name} --help'.";
        }

        string[] names = [.. command.Subcommands.Select(one => one.Name)];
        var mistake = unknown is null ? "Name a command." : $"There is no command '{unknown}'.{Meant(unknown, names)}";
        return $"{mistake} There are: {string.Join(", ", names)}. See '{Program} --help'.";
    }

    /// <summary>Takes no misspelt option for a name or a file.</summary>
    /// <param name="argument">Takes one word or several.</param>
    public static void RefuseOptions(Argument argument) => argument.Validators.Add(result =>
    {
        if (result.Tokens.FirstOrDefault(token => IsOption(token.Value)) is { } option)
            result.AddError($"Unrecognized command or argument '{option.Value}'.");
    });

    private static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);

    /// <summary>A command line that a shell takes.</summary>
    /// <param name="arguments">Behind the program's name.</param>
    public static string CommandLine(params IEnumerable<string> arguments) =>
        string.Join(' ', arguments.Select(argument => Plain().IsMatch(argument) ? argument : $"\"{argument}\"").Prepend(Program));

    private static string Meant(string? unknown, IEnumerable<string> names) =>
        unknown is not null && names.Select(name => (Distance: EditDistance.Between(unknown, name), name)).Min() is { Distance: <= 2, name: var name }
            ? $" Did you mean '{name}'?"
            : "";

    [GeneratedRegex(@"^Cannot parse argument '(.*)' for option '(.*)' as expected type '.*Int32.*'\.$")]
    private static partial Regex WrongType();

    [GeneratedRegex(@"^[\w./:=+,@%-]+$")]
    private static partial Regex Plain();
}
