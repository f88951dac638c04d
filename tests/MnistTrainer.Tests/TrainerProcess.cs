using System.Diagnostics;

namespace MnistTrainer.Tests;

/// <summary>The real program in a process of its own, started in the repository.</summary>
internal static class TrainerProcess
{
    /// <summary>A setting of a recipe: the network that costs least and still learns.</summary>
    public const string SmallestNetwork = "\"network=conv 8 5x5 stride 2, relu, max-pool 2, flatten, linear classes\"";

    public static async Task<(int Code, string Output, string Error)> Run(string arguments, string? temporary = null)
    {
        var start = Start(arguments);
        if (temporary is not null)
            start.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>
    /// The trainer's own output folder stands beside that of the tests. An interrupt reaches it also where the tests run in the background, which ignores
    /// interrupts.
    /// </summary>
    public static ProcessStartInfo Start(string arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "MnistTrainer", configuration, "MnistTrainer");
        var (file, options) = OperatingSystem.IsLinux() ? ("env", $"--default-signal=INT {program} {arguments}") : (program, arguments);
        return new ProcessStartInfo(file, options)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }
}
