using System.CommandLine;
using MnistApi.Health;
using MnistApi.ReadFiles;

namespace MnistApi;

/// <summary>What the program does beside serving.</summary>
internal static class CommandLine
{
    private static readonly string[] Words = ["read", "health", "-?", "-h", "--help", "--version"];

    /// <summary>Whether a command line asks for one of the commands, or for help; all others are the service's settings.</summary>
    public static bool IsCommand(string[] args) => args is [var word, ..] && Words.Contains(word);

    /// <summary>Runs a command.</summary>
    /// <param name="args">A command line that <see cref="IsCommand"/>.</param>
    /// <returns>The exit code: 2 where the command line is wrong; else the command's.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var url = new Argument<string?>("URL") { Description = "What to ask; by default /health/ready of this machine.", Arity = ArgumentArity.ZeroOrOne };
        var health = new Command("health", "Asks a running service how it is; the exit code is 0 where it is well.") { url };
        health.SetAction((parsed, _) => HealthEndpoints.AskAsync(parsed.GetValue(url)));
        var parsed = new RootCommand(
            "Reads handwritten digits. Without a command it serves, on http://localhost:5000 or where ASPNETCORE_HTTP_PORTS says;\n" +
            "--Section:Name=value sets a setting (docs/reference/settings.md).") { health, ReadCommand.Create() }.Parse(args);
        if (parsed.Errors is not [var error, ..])
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });

        await Console.Error.WriteLineAsync($"{error.Message} See 'MnistApi {parsed.CommandResult.Command.Name} --help'.");
        return 2;
    }
}
