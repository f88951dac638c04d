using System.ComponentModel.DataAnnotations;

namespace MnistApi.Model;

/// <summary>The settings under <c>Model</c>.</summary>
internal sealed record ModelOptions
{
    /// <summary>
    /// The file; a relative path is looked up in the working directory first, then beside the program.
    /// The default is <c>models/mnist.onnx</c>.
    /// </summary>
    public string Path { get; init; } = "models/mnist.onnx";

    /// <summary>
    /// How often the file is compared with the one that serves, for folders whose changes aren't announced (network mounts).
    /// More than 0, up to 86400 (a day); the default is 5 seconds.
    /// Elsewhere a change is noticed at once.
    /// </summary>
    [Range(0.0, 86400, MinimumIsExclusive = true)]
    public double PollSeconds { get; init; } = 5;

    /// <summary>Where <see cref="Path"/> is.</summary>
    public string FullPath()
    {
        var (here, beside) = (System.IO.Path.GetFullPath(Path), System.IO.Path.Combine(AppContext.BaseDirectory, Path));
        return File.Exists(here) || !File.Exists(beside) ? here : beside;
    }
}
